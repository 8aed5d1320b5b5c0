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

/** Rows of a run stay below this, so that hash and row fit one exact double. */
const ROW_BITS = 2 ** 20;

const ranked = (seed: number, purpose: number, row: number): number => rowHash(seed, purpose, row) * ROW_BITS + row;

/** `size` of the rows [0, rows), ascending: those with the smallest hashes. */
export function sampleRows(rows: number, size: number, seed: number, purpose: number): Uint32Array {
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row++) keys[row] = ranked(seed, purpose, row);
  return Uint32Array.from(keys.sort().subarray(0, size), (key) => key % ROW_BITS).sort();
}

/**
 * About `size` rows, ascending, in proportion to the clusters' sizes and at least two of each that has two: within a
 * cluster those with the smallest hashes. `labels[row]` is the cluster, `counts` the clusters' sizes.
 */
export function stratifiedRows(
  labels: Int32Array,
  counts: ArrayLike<number>,
  size: number,
  seed: number,
  purpose: number,
): Uint32Array {
  const clusters: number[][] = Array.from(counts, () => []);
  for (let row = 0; row < labels.length; row++) clusters[labels[row]!]?.push(ranked(seed, purpose, row));
  const chosen: number[] = [];
  for (const keys of clusters) {
    const quota = Math.min(keys.length, Math.max(2, Math.round((size * keys.length) / labels.length)));
    const order = Float64Array.from(keys).sort();
    for (let i = 0; i < quota; i++) chosen.push(order[i]! % ROW_BITS);
  }
  return Uint32Array.from(chosen).sort();
}
