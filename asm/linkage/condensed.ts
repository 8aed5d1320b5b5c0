/**
 * Complete and average linkage by the nearest-neighbour chain (Murtagh 1983) over all pairwise distances, which Lance & Williams (1967)
 * update at every merge: the larger of two, or their mean by size. Distances lie below the diagonal of a triangle, row
 * after row, as float32 of f64 values. Clusters and ties as in ward.ts.
 */
import { rowDistance } from "../neighbors/metric";

@unmanaged
export class Condensed {
  rows: i32;
  complete: bool;
  /** f32 × rows (rows − 1) / 2: of i > j at i (i − 1) / 2 + j. */
  distances: usize;
  /** i32 × rows: members of a cluster, 0 once it is merged into another. */
  sizes: usize;
  /** i32 × rows: the clusters that are left, ascending. */
  alive: usize;
  count: i32;
  /** i32 × rows. */
  chain: usize;
  length: i32;
  /** Merges in the order of the chain: two clusters (i32 each), and the height (f64). */
  merges: usize;
  heights: usize;
  done: i32;
  nearest: i32;
  value: f32;
}

export function condensedBytes(): usize {
  return offsetof<Condensed>();
}

export function condensedSpace(
  at: usize, rows: i32, complete: bool, distances: usize, sizes: usize, alive: usize, chain: usize, merges: usize, heights: usize,
): void {
  const s = changetype<Condensed>(at);
  s.rows = rows;
  s.complete = complete;
  s.distances = distances;
  s.sizes = sizes;
  s.alive = alive;
  s.count = rows;
  s.chain = chain;
  s.length = 0;
  s.merges = merges;
  s.heights = heights;
  s.done = 0;
  for (let i = 0; i < rows; i++) {
    store<i32>(sizes + (<usize>i << 2), 1);
    store<i32>(alive + (<usize>i << 2), i);
  }
}

@inline
function triangleRow(s: Condensed, i: i32): usize {
  return s.distances + (((<usize>i * <usize>(i - 1)) >> 1) << 2);
}

@inline
function entry(s: Condensed, a: i32, b: i32): usize {
  return triangleRow(s, max(a, b)) + (<usize>min(a, b) << 2);
}

@inline
function word(array: usize, i: i32): i32 {
  return load<i32>(array + (<usize>i << 2));
}

/** Distances of row `i` to columns [from, to), all below i. `scales`: f64 inverse norms for the cosine. */
export function condensedFill(at: usize, x: usize, dimensions: i32, metric: i32, scales: usize, i: i32, from: i32, to: i32): void {
  const s = changetype<Condensed>(at);
  const rowBytes = <usize>dimensions << 2;
  const row = x + <usize>i * rowBytes;
  const own = scales ? load<f64>(scales + (<usize>i << 3)) : 0;
  const out = triangleRow(s, i);
  for (let j = from; j < to; j++) {
    const other = scales ? load<f64>(scales + (<usize>j << 3)) : 0;
    store<f32>(out + (<usize>j << 2), <f32>rowDistance(metric, 2, row, x + <usize>j * rowBytes, dimensions, own, other));
  }
}

/** Links and merges until one cluster is left or about so many operations are done; returns the number of merges so far. */
export function condensedRun(at: usize, operations: f64): i32 {
  const s = changetype<Condensed>(at);
  while (s.done < s.rows - 1 && operations > 0) {
    operations -= 24 * <f64>s.count;
    link(s);
  }
  return s.done;
}

function link(s: Condensed): void {
  if (s.length == 0) {
    store<i32>(s.chain, load<i32>(s.alive));
    s.length = 1;
  }
  const tip = word(s.chain, s.length - 1);
  const previous = s.length > 1 ? word(s.chain, s.length - 2) : -1;
  search(s, tip, previous);
  if (s.nearest == previous) {
    s.length -= 2;
    merge(s, min(tip, previous), max(tip, previous));
  } else {
    store<i32>(s.chain + (<usize>s.length << 2), s.nearest);
    s.length++;
  }
}

function search(s: Condensed, tip: i32, previous: i32): void {
  s.nearest = previous;
  s.value = previous >= 0 ? load<f32>(entry(s, tip, previous)) : Infinity;
  for (let k = 0; k < s.count; k++) {
    const i = word(s.alive, k);
    if (i == tip) continue;
    const value = load<f32>(entry(s, tip, i));
    if (value < s.value || s.nearest < 0) {
      s.value = value;
      s.nearest = i;
    }
  }
}

/** Merges `gone` into `kept`, the higher of the two. */
function merge(s: Condensed, gone: i32, kept: i32): void {
  const a = word(s.sizes, gone);
  const b = word(s.sizes, kept);
  store<i32>(s.merges + (<usize>s.done << 3), gone);
  store<i32>(s.merges + (<usize>s.done << 3), kept, 4);
  store<f64>(s.heights + (<usize>s.done << 3), <f64>s.value);
  s.done++;
  store<i32>(s.sizes + (<usize>gone << 2), 0);
  store<i32>(s.sizes + (<usize>kept << 2), a + b);
  const share = <f64>a / <f64>(a + b);
  let left = 0;
  for (let k = 0; k < s.count; k++) {
    const i = word(s.alive, k);
    if (i == gone) continue;
    store<i32>(s.alive + (<usize>left << 2), i);
    left++;
    if (i == kept) continue;
    const to = entry(s, kept, i);
    const from = load<f32>(entry(s, gone, i));
    const own = load<f32>(to);
    store<f32>(to, s.complete ? max(from, own) : <f32>(<f64>own + share * (<f64>from - <f64>own)));
  }
  s.count = left;
}
