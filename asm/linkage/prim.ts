/**
 * Minimum spanning tree by Prim's method, one row at a time: the heights between the rows in the order in which they join make the tree of
 * single linkage. The rows outside of the tree are the columns of a sketch, whose bounds spare most distances. Of
 * equal distances the lowest row wins.
 */
import { CHEBYSHEV, COSINE, EUCLIDEAN, rowDistance } from "../neighbors/metric";
import { squaredDistanceWithin, unpackRow } from "./rows";
import { appendColumn, moveWord, removeColumn, Sketch, sketchBounds } from "./sketch";

@unmanaged
export class Prim {
  x: usize;
  rows: i32;
  dimensions: i32;
  metric: i32;
  /** f64 × rows, for the cosine. */
  scales: usize;
  sketch: Sketch;
  /** By column: distance to the tree (f64), and as an upper bound in the sketch's squares (f32). */
  distances: usize;
  reaches: usize;
  /** f32 by column. */
  bounds: usize;
  /** Rows as they joined (i32), and the distance between each and those before (f64; of the first it is 0). */
  order: usize;
  heights: usize;
  done: i32;
  /** f64 × dimensions. */
  work: usize;
}

export function primBytes(): usize {
  return offsetof<Prim>();
}

export function primSpace(
  at: usize, x: usize, rows: i32, dimensions: i32, metric: i32, scales: usize, sketch: usize, distances: usize, reaches: usize, bounds: usize,
  order: usize, heights: usize, work: usize,
): void {
  const s = changetype<Prim>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.metric = metric;
  s.scales = scales;
  s.sketch = changetype<Sketch>(sketch);
  s.distances = distances;
  s.reaches = reaches;
  s.bounds = bounds;
  s.order = order;
  s.heights = heights;
  s.work = work;
  s.done = 0;
}

@inline
function rowAt(s: Prim, row: i32): usize {
  return s.x + ((<usize>row * <usize>s.dimensions) << 2);
}

@inline
function scaleOf(s: Prim, row: i32): f64 {
  return s.metric == COSINE ? load<f64>(s.scales + (<usize>row << 3)) : 1;
}

/** Rows [from, to) as columns, none of which has a distance yet. */
export function primOpen(at: usize, from: i32, to: i32): void {
  const s = changetype<Prim>(at);
  for (let i = from; i < to; i++) {
    const row = rowAt(s, i);
    const scale = scaleOf(s, i);
    for (let t: usize = 0; t < <usize>s.dimensions; t++) store<f64>(s.work + (t << 3), scale * <f64>load<f32>(row + (t << 2)));
    appendColumn(s.sketch, i, s.work);
    store<f64>(s.distances + (<usize>i << 3), Infinity);
    store<f32>(s.reaches + (<usize>i << 2), f32.MAX_VALUE * 0.5);
  }
}

/** Lets rows join until all have or about so many operations are done; returns how many have. */
export function primRun(at: usize, operations: f64): i32 {
  const s = changetype<Prim>(at);
  while (s.done < s.rows && operations > 0) {
    operations -= <f64>s.sketch.count * <f64>(3 * s.sketch.axes + 16) + 40 * <f64>s.dimensions;
    join(s, s.done == 0 ? 0 : nearestColumn(s));
  }
  return s.done;
}

/** The column nearest to the tree. */
function nearestColumn(s: Prim): i32 {
  let nearest = 0;
  let least = load<f64>(s.distances);
  for (let j = 1; j < s.sketch.count; j++) {
    const distance = load<f64>(s.distances + (<usize>j << 3));
    if (distance < least || (distance == least && ownerOf(s, j) < ownerOf(s, nearest))) {
      least = distance;
      nearest = j;
    }
  }
  return nearest;
}

@inline
function ownerOf(s: Prim, column: i32): i32 {
  return load<i32>(s.sketch.owners + (<usize>column << 2));
}

/** The row at `column` joins the tree: the distances of the others to it may be smaller than theirs so far. */
function join(s: Prim, column: i32): void {
  const row = ownerOf(s, column);
  store<i32>(s.order + (<usize>s.done << 2), row);
  store<f64>(s.heights + (<usize>s.done << 3), s.done == 0 ? 0 : load<f64>(s.distances + (<usize>column << 3)));
  s.done++;
  unpackRow(rowAt(s, row), 0, s.dimensions, s.work);
  sketchBounds(s.sketch, column, 0, 0, s.bounds);
  const last = s.sketch.count - 1;
  removeColumn(s.sketch, row);
  moveWord(s.reaches, column, last);
  moveWord(s.bounds, column, last);
  store<f64>(s.distances + (<usize>column << 3), load<f64>(s.distances + (<usize>last << 3)));

  const end = <usize>last << 2;
  for (let i: usize = 0; i < end; i += 16) {
    if (!v128.any_true(f32x4.le(load<v128>(s.bounds + i), load<v128>(s.reaches + i)))) continue;
    for (let j = i; j < min(i + 16, end); j += 4) {
      if (load<f32>(s.bounds + j) <= load<f32>(s.reaches + j)) shorten(s, j, row);
    }
  }
}

function shorten(s: Prim, place: usize, row: i32): void {
  const other = load<i32>(s.sketch.owners + place);
  const own = s.distances + (place << 1);
  const distance = distanceWithin(s, row, other, load<f64>(own));
  if (distance >= load<f64>(own)) return;
  store<f64>(own, distance);
  const squared = squaredReach(s, distance);
  store<f32>(s.reaches + place, <f32>min(squared * s.sketch.scale * s.sketch.scale * 1.000001, <f64>f32.MAX_VALUE * 0.5));
}

/** Distance of two rows, the first of which is unpacked in `work`; Euclidean ones are abandoned beyond `limit`. */
function distanceWithin(s: Prim, row: i32, other: i32, limit: f64): f64 {
  if (s.metric == EUCLIDEAN) return sqrt(squaredDistanceWithin(s.work, rowAt(s, other), 0, s.dimensions, limit * limit * 1.0000001));
  return rowDistance(s.metric, 2, rowAt(s, row), rowAt(s, other), s.dimensions, scaleOf(s, row), scaleOf(s, other));
}

/** Largest squared length of the difference of two rows at this distance: the cosine distance is half of it. */
@inline
function squaredReach(s: Prim, distance: f64): f64 {
  if (s.metric == COSINE) return 2 * distance;
  return distance * distance * (s.metric == CHEBYSHEV ? <f64>s.dimensions : 1);
}
