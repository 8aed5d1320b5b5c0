/**
 * Centroids in the place of rows. A cluster of one is its float32 row. A merged cluster owns at least two rows' room: its f64 centroid is
 * kept there as the sum of two floats, the high parts in the cluster's own row and the low parts in another. So merging takes no memory, and
 * 48 bits remain, of which a sum in f64 loses none.
 */

/** Dimensions between two looks at the limit. */
const STRIDE: usize = 64;

@inline
function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** out (f64 × dimensions) = high + low; `low` is 0 for a single row. */
export function unpackRow(high: usize, low: usize, dimensions: i32, out: usize): void {
  const end = high + (<usize>dimensions << 2);
  for (; high < end; high += 4, out += 8) {
    let value = <f64>load<f32>(high);
    if (low) {
      value += <f64>load<f32>(low);
      low += 4;
    }
    store<f64>(out, value);
  }
}

/** Writes the f64 row to a high and a low part. */
export function packRow(row: usize, dimensions: i32, high: usize, low: usize): void {
  const end = row + (<usize>dimensions << 3);
  for (; row < end; row += 8, high += 4, low += 4) {
    const value = load<f64>(row);
    const rounded = <f32>value;
    store<f32>(high, rounded);
    store<f32>(low, <f32>(value - <f64>rounded));
  }
}

/** ‖row − (high + low)‖², or Infinity once it is known to exceed `limit`. The sum does not depend on the limit. */
export function squaredDistanceWithin(row: usize, high: usize, low: usize, dimensions: i32, limit: f64): f64 {
  let sums = f64x2.splat(0);
  const end = row + (<usize>(dimensions & ~1) << 3);
  while (row < end) {
    const stop = min(end, row + (STRIDE << 3));
    if (low) {
      for (; row < stop; row += 16, high += 8, low += 8) {
        const v = f64x2.sub(load<v128>(row), f64x2.add(pair(high), pair(low)));
        sums = f64x2.add(sums, f64x2.mul(v, v));
      }
    } else {
      for (; row < stop; row += 16, high += 8) {
        const v = f64x2.sub(load<v128>(row), pair(high));
        sums = f64x2.add(sums, f64x2.mul(v, v));
      }
    }
    if (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) > limit) return Infinity;
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if ((dimensions & 1) == 0) return sum;
  const v = load<f64>(row) - (<f64>load<f32>(high) + (low ? <f64>load<f32>(low) : 0));
  return sum + v * v;
}

/** ‖v‖² of an f64 row. */
export function squaredLength(row: usize, length: i32): f64 {
  let sum: f64 = 0;
  for (let t: usize = 0; t < <usize>length << 3; t += 8) sum += load<f64>(row + t) * load<f64>(row + t);
  return sum;
}
