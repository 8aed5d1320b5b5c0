/**
 * Candidates of one query, kept beside the tile. A candidate is a row whose filter value does not exceed the query's limit; the limit is an
 * upper bound of the k-th smallest true value, so that no neighbour is lost to the filter's rounding. Where the room is full, the k
 * smallest lower the limit; what stays is measured in f64 and kept by (distance, row). Equal rows are measured once as long as they come together.
 */
import { insert } from "./lists";
import { COSINE, isBeyond, rowDistance } from "./metric";
import { baseRow, copiesOf, queryRow } from "./filter";
import { NO_LIMIT, POWERS, PRODUCT, Search } from "./state";

/** Wider than the rounding of a distance to float32 and of a limit to float32, both ways. */
export const WIDER: f64 = 1.000001;

/** Adds the row at a position of the base to the candidates of a query of the block; returns the query's limit after it. */
export function addCandidate(s: Search, query: i32, value: f32, position: i32): f32 {
  const place = <usize>query << 2;
  let limit = load<f32>(s.limits + place);
  const row = s.firstBase + baseRow(s, position);
  if (value > limit || row == s.firstQuery + queryRow(s, query)) return limit;
  const known = s.known + (place << 1);
  if (load<i32>(known) == copiesOf(s, position)) return keep(s, query, load<f32>(known, 4), row);
  let count = load<i32>(s.counts + place);
  if (count == s.room) {
    limit = compact(s, query);
    count = load<i32>(s.counts + place);
    if (value > limit) return limit;
  }
  const values = candidateValues(s, query);
  store<f32>(values + (<usize>count << 2), value);
  store<i32>(values + (<usize>(s.room + count) << 2), position);
  store<i32>(s.counts + place, count + 1);
  return limit;
}

/** Offers a row to the list of a query; returns the limit that follows. */
function keep(s: Search, query: i32, distance: f32, row: i32): f32 {
  const place = <usize>query << 2;
  const distances = s.distances + place * <usize>s.k;
  let limit = load<f32>(s.limits + place);
  if (!insert(distances, s.neighbors + place * <usize>s.k, s.k, distance, row)) return limit;
  limit = min(limit, limitOf(s, query, load<f32>(distances + (<usize>(s.k - 1) << 2))));
  store<f32>(s.limits + place, limit);
  return limit;
}

@inline
function candidateValues(s: Search, query: i32): usize {
  return s.candidates + ((<usize>query * <usize>s.room) << 3);
}

/** Lowers the limit by what is there and drops what is above it; measures the rest where that frees too little. */
function compact(s: Search, query: i32): f32 {
  const limit = tighten(s, query);
  const values = candidateValues(s, query);
  const positions = values + (<usize>s.room << 2);
  const place = <usize>query << 2;
  const end = <usize>load<i32>(s.counts + place) << 2;
  let kept: usize = 0;
  for (let i: usize = 0; i < end; i += 4) {
    const value = load<f32>(values + i);
    if (value > limit) continue;
    store<f32>(values + kept, value);
    store<i32>(positions + kept, load<i32>(positions + i));
    kept += 4;
  }
  const count = <i32>(kept >> 2);
  store<i32>(s.counts + place, count);
  return count > s.room - (s.room >> 2) ? measure(s, query) : limit;
}

/** Lowers the limit of a query that has more than k candidates. */
export function tighten(s: Search, query: i32): f32 {
  const place = <usize>query << 2;
  const count = load<i32>(s.counts + place);
  let limit = load<f32>(s.limits + place);
  // The lower bound on a few axes says little of how far a row is at most.
  if (count <= s.k || s.axes > 0) return limit;
  const values = candidateValues(s, query);
  const positions = values + (<usize>s.room << 2);
  select(values, positions, count, s.k);
  limit = min(limit, limitOfNearest(s, query, values, positions));
  store<f32>(s.limits + place, limit);
  return limit;
}

/** Upper bound of the k-th smallest true value, from the first k candidates. */
function limitOfNearest(s: Search, query: i32, values: usize, positions: usize): f32 {
  const product = s.filter == PRODUCT;
  if (s.metric == COSINE && load<f64>(s.queryInverses + (<usize>queryRow(s, query) << 3)) == 0) return NO_LIMIT;
  let largest: f64 = -Infinity;
  for (let i: usize = 0; i < <usize>s.k << 2; i += 4) {
    const value = <f64>load<f32>(values + i);
    if (!product) {
      largest = max(largest, value);
      continue;
    }
    const position = load<i32>(positions + i);
    // The filter sees a zero row in the middle of the sphere, nearer than it is.
    if (s.metric == COSINE && load<f64>(s.baseInverses + (<usize>baseRow(s, position) << 3)) == 0) return NO_LIMIT;
    largest = max(largest, value + 2 * s.rounding * <f64>load<f32>(s.baseNorms + (<usize>position << 2)));
  }
  if (product) return roundUp(largest + 2 * s.rounding * <f64>load<f32>(s.norms + (<usize>query << 2)));
  return roundUp((largest * (1 + 4 * s.rounding) + s.vanished) * s.stretch);
}

/** Filter value that no row within `distance` exceeds. */
export function limitOf(s: Search, query: i32, distance: f64): f32 {
  if (distance == Infinity) return NO_LIMIT;
  const reach = distance * WIDER;
  if (s.filter == PRODUCT) {
    const squared = s.metric == COSINE ? 2 * reach : reach * s.scale * reach * s.scale;
    return roundUp(squared - <f64>load<f32>(s.norms + (<usize>query << 2)) * (1 - s.rounding));
  }
  const scaled = reach * s.scale;
  const value = s.filter == POWERS ? Math.pow(scaled, s.power) * (1 + 1e-5) : scaled;
  return roundUp(value * (1 + 2 * s.rounding) + s.vanished);
}

@inline
function roundUp(value: f64): f32 {
  return min(NO_LIMIT, <f32>(value + abs(value) * (WIDER - 1)));
}

/** Measures the candidates of a query and keeps the k nearest; returns the limit that follows. */
export function measure(s: Search, query: i32): f32 {
  const place = <usize>query << 2;
  const values = candidateValues(s, query);
  const positions = values + (<usize>s.room << 2);
  const known = s.known + (place << 1);
  const rowBytes = <usize>s.dimensions << 2;
  const cosine = s.metric == COSINE;
  const row = queryRow(s, query);
  const own = cosine ? load<f64>(s.queryInverses + (<usize>row << 3)) : 0;
  const a = s.queries + <usize>row * rowBytes;
  let limit = load<f32>(s.limits + place);
  const end = <usize>load<i32>(s.counts + place) << 2;
  for (let i: usize = 0; i < end; i += 4) {
    if (load<f32>(values + i) > limit) continue;
    const position = load<i32>(positions + i);
    const other = baseRow(s, position);
    if (load<i32>(known) != copiesOf(s, position)) {
      const inverse = cosine ? load<f64>(s.baseInverses + (<usize>other << 3)) : 0;
      const b = s.base + <usize>other * rowBytes;
      // Limits only fall: what is far stays far.
      const far = s.axes > 0 && isFar(s, query, a, b, own, inverse, limit);
      const distance = far ? Infinity : min(rowDistance(s.metric, s.power, a, b, s.dimensions, own, inverse), <f64>f32.MAX_VALUE);
      store<i32>(known, copiesOf(s, position));
      store<f32>(known, <f32>distance, 4);
    }
    limit = keep(s, query, load<f32>(known, 4), s.firstBase + other);
  }
  store<i32>(s.counts + place, 0);
  return limit;
}

/** All dimensions, in f32: few of the rows that are near on some axes are near on all. */
@inline
export function isFar(s: Search, query: i32, a: usize, b: usize, inverseA: f64, inverseB: f64, limit: f32): bool {
  const u = <f32>(s.metric == COSINE ? inverseA : s.scale);
  const w = <f32>(s.metric == COSINE ? inverseB : s.scale);
  if (!(u > 0 && w > 0 && u < f32.MAX_VALUE && w < f32.MAX_VALUE)) return false;
  const reach = sqrt(max(0, <f64>limit + <f64>load<f32>(s.norms + (<usize>query << 2)))) + 1e-6;
  return isBeyond(a, b, s.dimensions, u, w, <f32>(reach * reach * (1 + s.farther)));
}

/** Moves the `k` smallest values, with their positions, to the front: Hoare's selection. */
function select(values: usize, positions: usize, count: i32, k: i32): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = load<f32>(values + (<usize>((low + high) >> 1) << 2));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<f32>(values + (<usize>i << 2)) < pivot) i++;
      while (load<f32>(values + (<usize>j << 2)) > pivot) j--;
      if (i > j) break;
      swap(values, i, j);
      swap(positions, i, j);
      i++;
      j--;
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else return;
  }
}

@inline
function swap(at: usize, i: i32, j: i32): void {
  const a = at + (<usize>i << 2);
  const b = at + (<usize>j << 2);
  const kept = load<i32>(a);
  store<i32>(a, load<i32>(b));
  store<i32>(b, kept);
}
