/**
 * Lower bounds on squared distances: every cluster's coordinates on a few orthonormal axes, and the length of what they leave out. By the
 * triangle inequality on that rest, ‖a − b‖² ≥ ‖Pa − Pb‖² + (‖a − Pa‖ − ‖b − Pb‖)². Columns are the clusters that are alive,
 * packed without gaps in any order, sixteen to a group.
 */
import { squaredLength } from "./rows";

/** Columns of a group, as bytes of one coordinate. */
const LANES = 16;
const GROUP: usize = 64;
/** Room for the rounding of factors to float32. */
const NARROWER: f32 = 0.999998;

@unmanaged
export class Sketch {
  dimensions: i32;
  /** Coordinates of a column. */
  axes: i32;
  /** f64: dimensions × axes. */
  basis: usize;
  /** f64 × dimensions: subtracted from every row. */
  mean: usize;
  /** A power of two that brings the centred rows to lengths of about 1. */
  scale: f64;
  /** Bound on the error of a squared distance between two columns. */
  slack: f32;

  /** Columns in use. */
  count: i32;
  /** f32: groups × axes × 16. */
  columns: usize;
  /** f32: length of what a column leaves out. */
  rests: usize;
  /** i32: the cluster of a column, and the column of a cluster. */
  owners: usize;
  places: usize;
  /** f32 × axes: coordinates of the column that is asked about. */
  query: usize;
  /** f64 × axes. */
  work: usize;
}

export function sketchBytes(): usize {
  return offsetof<Sketch>();
}

/** Bytes of the coordinates of `rows` columns. */
export function sketchColumnBytes(rows: i32, axes: i32): usize {
  return paddedRows(rows) * <usize>axes * 4;
}

@inline
function paddedRows(rows: i32): usize {
  return <usize>((rows + LANES - 1) & ~(LANES - 1));
}

/** `rests`, `owners` and what is indexed by columns beside them hold whole groups. */
export function sketchSpace(
  at: usize, dimensions: i32, axes: i32, basis: usize, mean: usize, scale: f64, columns: usize, rests: usize, owners: usize, places: usize,
  query: usize, work: usize,
): void {
  const s = changetype<Sketch>(at);
  s.dimensions = dimensions;
  s.axes = axes;
  s.basis = basis;
  s.mean = mean;
  s.scale = scale;
  s.columns = columns;
  s.rests = rests;
  s.owners = owners;
  s.places = places;
  s.query = query;
  s.work = work;
  s.count = 0;
  s.slack = 0;
}

/** Appends a column for `cluster`, whose f64 row is at `row`. */
export function appendColumn(s: Sketch, cluster: i32, row: usize): void {
  const place = s.count++;
  store<i32>(s.owners + (<usize>place << 2), cluster);
  store<i32>(s.places + (<usize>cluster << 2), place);
  const squared = writeColumn(s, place, row);
  // Coordinates are off by 2⁻²⁴ of their size, sums of squares by as much a term; twice that, for rows as long as the longest.
  s.slack = max(s.slack, <f32>(<f64>(s.axes + 8) * 4e-7 * squared));
}

/** Coordinates of the f64 row at `row` in column `place`; returns its squared length. */
export function writeColumn(s: Sketch, place: i32, row: usize): f64 {
  const axes = <usize>s.axes;
  memory.fill(s.work, 0, axes << 3);
  let squared: f64 = 0;
  let basis = s.basis;
  const wide = s.work + ((axes & ~1) << 3);
  for (let t: usize = 0; t < <usize>s.dimensions << 3; t += 8) {
    const value = (load<f64>(row + t) - load<f64>(s.mean + t)) * s.scale;
    squared += value * value;
    const values = f64x2.splat(value);
    let sum = s.work;
    for (; sum < wide; sum += 16, basis += 16) store<v128>(sum, f64x2.add(load<v128>(sum), f64x2.mul(values, load<v128>(basis))));
    if (axes & 1) {
      store<f64>(sum, load<f64>(sum) + value * load<f64>(basis));
      basis += 8;
    }
  }
  let at = columnAt(s, place);
  for (let k: usize = 0; k < axes; k++, at += GROUP) store<f32>(at, <f32>load<f64>(s.work + (k << 3)));
  store<f32>(s.rests + (<usize>place << 2), <f32>sqrt(max(0, squared - squaredLength(s.work, s.axes))));
  return squared;
}

@inline
function columnAt(s: Sketch, place: i32): usize {
  return s.columns + <usize>(place / LANES) * GROUP * <usize>s.axes + (<usize>(place & (LANES - 1)) << 2);
}

/** Takes the column of a cluster away: the last one moves into its place. Returns that place; its old one is `count`. */
export function removeColumn(s: Sketch, cluster: i32): i32 {
  const place = load<i32>(s.places + (<usize>cluster << 2));
  const last = --s.count;
  if (place == last) return place;
  let to = columnAt(s, place);
  let from = columnAt(s, last);
  for (let k = 0; k < s.axes; k++, to += GROUP, from += GROUP) store<f32>(to, load<f32>(from));
  moveWord(s.rests, place, last);
  moveWord(s.owners, place, last);
  store<i32>(s.places + (<usize>load<i32>(s.owners + (<usize>place << 2)) << 2), place);
  return place;
}

@inline
export function moveWord(array: usize, to: i32, from: i32): void {
  store<i32>(array + (<usize>to << 2), load<i32>(array + (<usize>from << 2)));
}

/**
 * bounds[column] = a lower bound on the squared distance to the column at `place`, times size / (1 + size · inverses[column]) where
 * `inverses` is not 0: Ward's weight of two clusters. Its own bound is the largest float.
 */
export function sketchBounds(s: Sketch, place: i32, size: f32, inverses: usize, bounds: usize): void {
  let own = columnAt(s, place);
  for (let k = 0; k < s.axes; k++, own += GROUP) store<f32>(s.query + (<usize>k << 2), load<f32>(own));
  const rest = v128.load32_splat(s.rests + (<usize>place << 2));
  const slack = f32x4.splat(s.slack);
  const sizes = f32x4.splat(size);
  const queryEnd = s.query + (<usize>s.axes << 2);
  const end = <usize>s.count << 2;
  let column = s.columns;
  for (let i: usize = 0; i < end; i += GROUP) {
    let a = square(f32x4.sub(load<v128>(s.rests + i), rest));
    let b = square(f32x4.sub(load<v128>(s.rests + i, 16), rest));
    let c = square(f32x4.sub(load<v128>(s.rests + i, 32), rest));
    let d = square(f32x4.sub(load<v128>(s.rests + i, 48), rest));
    for (let q = s.query; q < queryEnd; q += 4, column += GROUP) {
      const x = v128.load32_splat(q);
      a = f32x4.add(a, square(f32x4.sub(load<v128>(column), x)));
      b = f32x4.add(b, square(f32x4.sub(load<v128>(column, 16), x)));
      c = f32x4.add(c, square(f32x4.sub(load<v128>(column, 32), x)));
      d = f32x4.add(d, square(f32x4.sub(load<v128>(column, 48), x)));
    }
    a = f32x4.sub(a, slack);
    b = f32x4.sub(b, slack);
    c = f32x4.sub(c, slack);
    d = f32x4.sub(d, slack);
    if (inverses) {
      a = weighted(a, sizes, load<v128>(inverses + i));
      b = weighted(b, sizes, load<v128>(inverses + i, 16));
      c = weighted(c, sizes, load<v128>(inverses + i, 32));
      d = weighted(d, sizes, load<v128>(inverses + i, 48));
    }
    store<v128>(bounds + i, a);
    store<v128>(bounds + i, b, 16);
    store<v128>(bounds + i, c, 32);
    store<v128>(bounds + i, d, 48);
  }
  store<f32>(bounds + (<usize>place << 2), f32.MAX_VALUE);
  for (let i = end; i & (GROUP - 1); i += 4) store<f32>(bounds + i, f32.MAX_VALUE);
}

@inline
function square(v: v128): v128 {
  return f32x4.mul(v, v);
}

@inline
function weighted(squared: v128, sizes: v128, inverses: v128): v128 {
  const weight = f32x4.div(sizes, f32x4.add(f32x4.splat(1), f32x4.mul(sizes, inverses)));
  return f32x4.mul(f32x4.max(squared, f32x4.splat(0)), f32x4.mul(weight, f32x4.splat(NARROWER)));
}

/** The column of the smallest bound. */
export function smallestBound(bounds: usize, count: i32): i32 {
  const end = bounds + (<usize>count << 2);
  let least = f32x4.splat(f32.MAX_VALUE);
  for (let at = bounds; at < end; at += 16) least = f32x4.pmin(least, load<v128>(at));
  let smallest = min(
    min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)),
    min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)),
  );
  let at = bounds;
  while (load<f32>(at) > smallest) at += 4;
  return <i32>((at - bounds) >> 2);
}
