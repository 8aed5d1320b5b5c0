/** Seeded choices of rows: by a counter-based hash of the row number, so that no order and no shard has a say. */

/** 32 well-mixed bits of (seed, purpose, row): two rounds of the finaliser of MurmurHash3 (Appleby 2011). */
export function rowHash(seed: number, purpose: number, row: number): number {
  return mix(mix(seed ^ Math.imul(purpose, 0x9e3779b1)) ^ row);
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Rows of a run stay below this (`LIMITS.rows`), so that 29 bits of the hash and the row fit one exact double. */
const ROW_BITS = 2 ** 24;
const HASH_BITS = 29;

/** Distinct for every row: the hash decides, the lower row on ties. */
const ranked = (seed: number, purpose: number, row: number): number =>
  (rowHash(seed, purpose, row) >>> (32 - HASH_BITS)) * ROW_BITS + row;

/** What marks the rows of the sample that clusters are fitted on. */
const FITTED = 3;
const BUCKETS = 2 ** 16;
const BUCKET_SPAN = 2 ** (HASH_BITS - 16) * ROW_BITS;

/** The largest rank of the sample of `size` of the rows [0, rows) that clusters are fitted on. */
export const lastFittedRank = (rows: number, size: number, seed: number): number => lastRank(rows, size, seed, FITTED);

/** Of the `size` smallest ranks the largest. Two passes over the row numbers, in memory that does not grow with them. */
function lastRank(rows: number, size: number, seed: number, purpose: number): number {
  const counts = new Uint32Array(BUCKETS);
  for (let row = 0; row < rows; row++) counts[Math.floor(ranked(seed, purpose, row) / BUCKET_SPAN)]! += 1;
  let bucket = 0;
  let left = size;
  while (left > counts[bucket]!) left -= counts[bucket++]!;
  const within: number[] = [];
  for (let row = 0; row < rows; row++) {
    const rank = ranked(seed, purpose, row);
    if (Math.floor(rank / BUCKET_SPAN) === bucket) within.push(rank);
  }
  return within.sort((a, b) => a - b)[left - 1]!;
}

/** Rows of [from, to) in that sample, ascending. */
export function fittedRows(from: number, to: number, seed: number, lastRank: number): Uint32Array {
  const rows = new Uint32Array(to - from);
  let found = 0;
  for (let row = from; row < to; row++) if (ranked(seed, FITTED, row) <= lastRank) rows[found++] = row;
  return rows.slice(0, found);
}

/** `size` of the rows [0, rows), ascending: those with the smallest hashes. */
export function sampleRows(rows: number, size: number, seed: number, purpose: number): Uint32Array {
  const chosen = new Uint32Array(Math.min(size, rows));
  const last = lastRank(rows, chosen.length, seed, purpose);
  let found = 0;
  for (let row = 0; row < rows; row++) if (ranked(seed, purpose, row) <= last) chosen[found++] = row;
  return chosen;
}

/**
 * About `size` rows, ascending, in proportion to the clusters' sizes and at least two of each that has two: within a
 * cluster those with the smallest hashes. `labels[row]` is the cluster, one of `count`.
 */
export function stratifiedRows(
  labels: Int32Array,
  count: number,
  size: number,
  seed: number,
  purpose: number,
): Uint32Array {
  const clusters: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row < labels.length; row++) clusters[labels[row]!]?.push(ranked(seed, purpose, row));
  const chosen: number[] = [];
  for (const keys of clusters) {
    const quota = Math.min(keys.length, Math.max(2, Math.round((size * keys.length) / labels.length)));
    const order = Float64Array.from(keys).sort();
    for (let i = 0; i < quota; i++) chosen.push(order[i]! % ROW_BITS);
  }
  return Uint32Array.from(chosen).sort();
}
