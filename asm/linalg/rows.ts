/** Passes over the rows of a matrix: magnitudes, norms, moments, centring, scaling to unit length, distances by differences. */
import { onGrid, onGrid2 } from "../grid";

/** Largest |value| of `count` floats; NaN when one of them is NaN, Infinity when one is infinite. */
export function maxAbs(values: usize, count: i32): f32 {
  const end = values + (<usize>count << 2);
  const wide = values + (<usize>(count & ~3) << 2);
  let lanes = f32x4.splat(0);
  for (; values < wide; values += 16) lanes = f32x4.max(lanes, f32x4.abs(load<v128>(values)));
  let largest = max(
    max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
  for (; values < end; values += 4) largest = max(largest, abs(load<f32>(values)));
  return largest;
}

/** Index of the first value that is not finite, or −1. */
export function firstNonFinite(values: usize, count: i32): i32 {
  for (let i = 0; i < count; i++) if (!isFinite(load<f32>(values + (<usize>i << 2)))) return i;
  return -1;
}

/** norms[i] = scale · ‖row i‖², summed in f64. Returns the largest. */
export function rowNorms(x: usize, rows: i32, dimensions: i32, scale: f64, norms: usize): f64 {
  let largest: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const norm = scale * squaredNorm(x, dimensions);
    x += <usize>dimensions << 2;
    store<f32>(norms + (<usize>i << 2), <f32>norm);
    largest = max(largest, norm);
  }
  return largest;
}

/** ‖x‖² of a float row, in f64. */
export function squaredNorm(x: usize, length: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = x + (<usize>(length & ~1) << 2);
  for (; x < wide; x += 8) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x));
    sums = f64x2.add(sums, f64x2.mul(v, v));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (length & 1) sum += <f64>load<f32>(x) * <f64>load<f32>(x);
  return sum;
}

/** ‖a − b‖² of two float rows, in f64. */
export function squaredDistance(a: usize, b: usize, dimensions: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = a + (<usize>(dimensions & ~1) << 2);
  for (; a < wide; a += 8, b += 8) {
    const v = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(a)), f64x2.promote_low_f32x4(v128.load64_zero(b)));
    sums = f64x2.add(sums, f64x2.mul(v, v));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (dimensions & 1) {
    const v = <f64>load<f32>(a) - <f64>load<f32>(b);
    sum += v * v;
  }
  return sum;
}

/** Block [from, to) of every row to unit length times `weight`; a zero block stays zero. */
export function normalizeRows(x: usize, rows: i32, dimensions: i32, from: i32, to: i32, weight: f64): void {
  const length = to - from;
  for (let i = 0; i < rows; i++) {
    let at = x + ((<usize>i * <usize>dimensions + <usize>from) << 2);
    const norm = sqrt(squaredNorm(at, length));
    const factor = norm > 0 ? weight / norm : 0;
    for (let t = 0; t < length; t++, at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) * factor));
  }
}

/** Subtracts the f64 `mean` from every row. */
export function center(x: usize, rows: i32, dimensions: i32, mean: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let t: usize = 0; t < <usize>dimensions; t++, x += 4) store<f32>(x, <f32>(<f64>load<f32>(x) - load<f64>(mean + (t << 3))));
  }
}

/** Adds every row, and its squares, on their grids to `sum` and `squares` (f64 × dimensions). */
export function moments(x: usize, rows: i32, dimensions: i32, sum: usize, sumMagic: f64, squares: usize, squaresMagic: f64): void {
  for (let i = 0; i < rows; i++) {
    addRow(sum, x, dimensions, 1, sumMagic);
    for (let t: usize = 0; t < <usize>dimensions; t++, x += 4) {
      const v = <f64>load<f32>(x);
      const at = squares + (t << 3);
      store<f64>(at, load<f64>(at) + onGrid(v * v, squaresMagic));
    }
  }
}

/** sums += weight · row, rounded to the grid. A negative weight takes the row away again, exactly. */
export function addRow(sums: usize, row: usize, dimensions: i32, weight: f64, magic: f64): void {
  const w = f64x2.splat(weight);
  const m = f64x2.splat(magic);
  const wide = row + (<usize>(dimensions & ~1) << 2);
  for (; row < wide; row += 8, sums += 16) {
    const v = f64x2.mul(w, f64x2.promote_low_f32x4(v128.load64_zero(row)));
    store<v128>(sums, f64x2.add(load<v128>(sums), onGrid2(v, m)));
  }
  if (dimensions & 1) store<f64>(sums, load<f64>(sums) + onGrid(weight * <f64>load<f32>(row), magic));
}
