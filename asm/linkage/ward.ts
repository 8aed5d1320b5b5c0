/**
 * Ward's method by the nearest-neighbour chain (Murtagh 1983) on centroids: the distance of clusters A and B is
 * √(2 |A| |B| / (|A| + |B|)) · ‖a − b‖, which grows when either is merged, so that a pair of mutual nearest neighbours can be merged at once and
 * the rest of the chain stays. A cluster goes by the highest of its rows. Of equal distances the previous link of the
 * chain wins, then the lowest cluster.
 */
import { packRow, squaredDistanceWithin, unpackRow } from "./rows";
import { appendColumn, moveWord, removeColumn, Sketch, sketchBounds, smallestBound, writeColumn } from "./sketch";

@unmanaged
export class Ward {
  x: usize;
  rows: i32;
  dimensions: i32;
  sketch: Sketch;
  /** i32 × rows: members of a cluster, 0 once it is merged into another. */
  sizes: usize;
  /** i32 × rows: the row that holds the low parts of a cluster's centroid, or −1. */
  lows: usize;
  /** f32 by column: 1 / size. */
  inverses: usize;
  /** f32 by column. */
  bounds: usize;
  /** i32 × rows. */
  chain: usize;
  length: i32;
  /** No cluster below it is left. */
  first: i32;
  /** Merges in the order of the chain: two clusters (i32 each), and the height (f64). */
  merges: usize;
  heights: usize;
  done: i32;
  /** f64 × dimensions each. */
  query: usize;
  other: usize;
  /** The result of a search. */
  nearest: i32;
  value: f64;
}

export function wardBytes(): usize {
  return offsetof<Ward>();
}

export function wardSpace(
  at: usize, x: usize, rows: i32, dimensions: i32, sketch: usize, sizes: usize, lows: usize, inverses: usize, bounds: usize, chain: usize,
  merges: usize, heights: usize, query: usize, other: usize,
): void {
  const s = changetype<Ward>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.sketch = changetype<Sketch>(sketch);
  s.sizes = sizes;
  s.lows = lows;
  s.inverses = inverses;
  s.bounds = bounds;
  s.chain = chain;
  s.merges = merges;
  s.heights = heights;
  s.query = query;
  s.other = other;
  s.length = 0;
  s.first = 0;
  s.done = 0;
}

@inline
function rowAt(s: Ward, row: i32): usize {
  return s.x + ((<usize>row * <usize>s.dimensions) << 2);
}

@inline
function lowAt(s: Ward, cluster: i32): usize {
  const low = load<i32>(s.lows + (<usize>cluster << 2));
  return low < 0 ? 0 : rowAt(s, low);
}

@inline
function sizeOf(s: Ward, cluster: i32): f64 {
  return <f64>load<i32>(s.sizes + (<usize>cluster << 2));
}

/** Clusters of one row each, for rows [from, to). */
export function wardOpen(at: usize, from: i32, to: i32): void {
  const s = changetype<Ward>(at);
  for (let i = from; i < to; i++) {
    const place = <usize>i << 2;
    store<i32>(s.sizes + place, 1);
    store<i32>(s.lows + place, -1);
    store<f32>(s.inverses + place, 1);
    unpackRow(rowAt(s, i), 0, s.dimensions, s.query);
    appendColumn(s.sketch, i, s.query);
  }
}

/** Links and merges until one cluster is left or about so many operations are done; returns the number of merges so far. */
export function wardRun(at: usize, operations: f64): i32 {
  const s = changetype<Ward>(at);
  while (s.done < s.rows - 1 && operations > 0) {
    operations -= <f64>s.sketch.count * <f64>(3 * s.sketch.axes + 16) + 40 * <f64>s.dimensions;
    link(s);
  }
  return s.done;
}

/** Looks for the nearest cluster of the chain's end, and appends it, or merges the two where it is the one before. */
function link(s: Ward): void {
  if (s.length == 0) {
    while (load<i32>(s.sizes + (<usize>s.first << 2)) == 0) s.first++;
    store<i32>(s.chain, s.first);
    s.length = 1;
  }
  const end = s.chain + (<usize>s.length << 2);
  const tip = load<i32>(end - 4);
  const previous = s.length > 1 ? load<i32>(end - 8) : -1;
  search(s, tip, previous);
  if (s.nearest == previous) {
    s.length -= 2;
    merge(s, min(tip, previous), max(tip, previous), s.value);
  } else {
    store<i32>(end, s.nearest);
    s.length++;
  }
}

function search(s: Ward, tip: i32, previous: i32): void {
  const sketch = s.sketch;
  unpackRow(rowAt(s, tip), lowAt(s, tip), s.dimensions, s.query);
  const size = sizeOf(s, tip);
  sketchBounds(sketch, load<i32>(sketch.places + (<usize>tip << 2)), <f32>size, s.inverses, s.bounds);
  s.nearest = -1;
  s.value = Infinity;
  if (previous >= 0) measure(s, size, previous, previous);
  measure(s, size, load<i32>(sketch.owners + (<usize>smallestBound(s.bounds, sketch.count) << 2)), previous);

  let limit = f32x4.splat(limitOf(s));
  const count = <usize>sketch.count << 2;
  for (let i: usize = 0; i < count; i += 16) {
    const near = f32x4.le(load<v128>(s.bounds + i), limit);
    if (!v128.any_true(near)) continue;
    for (let j = i; j < min(i + 16, count); j += 4) {
      if (load<f32>(s.bounds + j) <= f32x4.extract_lane(limit, 0)) {
        measure(s, size, load<i32>(sketch.owners + j), previous);
        limit = f32x4.splat(limitOf(s));
      }
    }
  }
}

/** Bounds above it belong to clusters farther than the nearest one so far. */
@inline
function limitOf(s: Ward): f32 {
  const scale = s.sketch.scale;
  return min(<f32>(s.value * scale * scale * 1.000001), f32.MAX_VALUE * 0.5);
}

/** Takes `cluster` for the nearest if it is. The value is half the squared distance. */
function measure(s: Ward, size: f64, cluster: i32, previous: i32): void {
  const other = sizeOf(s, cluster);
  const weight = (size * other) / (size + other);
  const limit = (s.value / weight) * 1.0000001;
  const value = weight * squaredDistanceWithin(s.query, rowAt(s, cluster), lowAt(s, cluster), s.dimensions, limit);
  if (value < s.value || s.nearest < 0 || (value == s.value && s.nearest != previous && cluster < s.nearest)) {
    s.value = value;
    s.nearest = cluster;
  }
}

/** Merges `gone` into `kept`, the higher of the two. */
function merge(s: Ward, gone: i32, kept: i32, value: f64): void {
  const a = sizeOf(s, gone);
  const b = sizeOf(s, kept);
  store<i32>(s.merges + (<usize>s.done << 3), gone);
  store<i32>(s.merges + (<usize>s.done << 3), kept, 4);
  store<f64>(s.heights + (<usize>s.done << 3), sqrt(2 * value));
  s.done++;

  unpackRow(rowAt(s, gone), lowAt(s, gone), s.dimensions, s.query);
  unpackRow(rowAt(s, kept), lowAt(s, kept), s.dimensions, s.other);
  const share = a / (a + b);
  for (let t: usize = 0; t < <usize>s.dimensions << 3; t += 8) {
    const to = load<f64>(s.other + t);
    store<f64>(s.other + t, to + share * (load<f64>(s.query + t) - to));
  }
  const low = s.lows + (<usize>kept << 2);
  if (load<i32>(low) < 0) store<i32>(low, gone);
  packRow(s.other, s.dimensions, rowAt(s, kept), lowAt(s, kept));
  store<i32>(s.sizes + (<usize>gone << 2), 0);
  store<i32>(s.sizes + (<usize>kept << 2), <i32>(a + b));

  const place = removeColumn(s.sketch, gone);
  moveWord(s.inverses, place, s.sketch.count);
  const column = load<i32>(s.sketch.places + (<usize>kept << 2));
  unpackRow(rowAt(s, kept), lowAt(s, kept), s.dimensions, s.other);
  writeColumn(s.sketch, column, s.other);
  store<f32>(s.inverses + (<usize>column << 2), <f32>(1 / (a + b)));
}
