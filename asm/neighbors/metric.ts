/**
 * Distances between two rows, in f64 and by differences: what decides every neighbour. Symmetric to the last bit, so that a pair has one
 * distance whichever side asks. The codes are those of src/kernels/neighbors/metric.ts.
 */
import { squaredDistance } from "../linalg/rows";

export const EUCLIDEAN = 0;
export const COSINE = 1;
export const MANHATTAN = 2;
export const CHEBYSHEV = 3;
export const MINKOWSKI = 4;

/** Distance of rows `a` and `b`; `inverseA`, `inverseB` are 1/‖a‖, 1/‖b‖ (0 for a zero row) where the metric is cosine. */
export function rowDistance(metric: i32, power: f64, a: usize, b: usize, dimensions: i32, inverseA: f64, inverseB: f64): f64 {
  if (metric == EUCLIDEAN) return sqrt(squaredDistance(a, b, dimensions));
  if (metric == COSINE) return cosineDistance(a, b, dimensions, inverseA, inverseB);
  if (metric == MANHATTAN) return manhattan(a, b, dimensions);
  const largest = chebyshev(a, b, dimensions);
  return metric == CHEBYSHEV || largest == 0 ? largest : minkowski(a, b, dimensions, power, largest);
}

/**
 * Whether ‖u a − w b‖² surely exceeds `bound`, by f32 sums that stop as soon as they do. `bound` must allow for their rounding, and factors
 * keep the values within float32's range.
 */
export function isBeyond(a: usize, b: usize, dimensions: i32, u: f32, w: f32, bound: f32): bool {
  const us = f32x4.splat(u);
  const ws = f32x4.splat(w);
  let sums = f32x4.splat(0);
  const end = a + (<usize>(dimensions & ~15) << 2);
  let next = a + 512;
  for (; a < end; a += 64, b += 64) {
    for (let t: usize = 0; t < 64; t += 16) {
      const v = f32x4.sub(f32x4.mul(us, load<v128>(a + t)), f32x4.mul(ws, load<v128>(b + t)));
      sums = f32x4.add(sums, f32x4.mul(v, v));
    }
    if (a < next) continue;
    if (lanes(sums) > bound) return true;
    next += 512;
  }
  // The last dimensions could only add to it.
  return lanes(sums) > bound;
}

@inline
function lanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3);
}

/** 1 − cos as ½‖â − b̂‖², which keeps its digits where the rows are nearly parallel. A zero row lies at 1 from everything. */
function cosineDistance(a: usize, b: usize, dimensions: i32, inverseA: f64, inverseB: f64): f64 {
  if (inverseA == 0 || inverseB == 0) return 1;
  const u = f64x2.splat(inverseA);
  const w = f64x2.splat(inverseB);
  let sums = f64x2.splat(0);
  const wide = a + (<usize>(dimensions & ~1) << 2);
  for (; a < wide; a += 8, b += 8) {
    const v = f64x2.sub(f64x2.mul(u, pair(a)), f64x2.mul(w, pair(b)));
    sums = f64x2.add(sums, f64x2.mul(v, v));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (dimensions & 1) {
    const v = inverseA * <f64>load<f32>(a) - inverseB * <f64>load<f32>(b);
    sum += v * v;
  }
  return 0.5 * sum;
}

function manhattan(a: usize, b: usize, dimensions: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = a + (<usize>(dimensions & ~1) << 2);
  for (; a < wide; a += 8, b += 8) sums = f64x2.add(sums, f64x2.abs(f64x2.sub(pair(a), pair(b))));
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (dimensions & 1) sum += abs(<f64>load<f32>(a) - <f64>load<f32>(b));
  return sum;
}

function chebyshev(a: usize, b: usize, dimensions: i32): f64 {
  let largest: f64 = 0;
  const end = a + (<usize>dimensions << 2);
  for (; a < end; a += 4, b += 4) largest = max(largest, abs(<f64>load<f32>(a) - <f64>load<f32>(b)));
  return largest;
}

/** Relative to the largest difference, so that no power overflows or vanishes. */
function minkowski(a: usize, b: usize, dimensions: i32, power: f64, largest: f64): f64 {
  const inverse = 1 / largest;
  const end = a + (<usize>dimensions << 2);
  const whole = <i32>power;
  let sum: f64 = 0;
  for (; a < end; a += 4, b += 4) {
    const v = abs(<f64>load<f32>(a) - <f64>load<f32>(b)) * inverse;
    if (<f64>whole == power && whole <= 16) {
      let product = v;
      for (let i = 1; i < whole; i++) product *= v;
      sum += product;
    } else if (v > 0) sum += Math.pow(v, power);
  }
  return largest * Math.pow(sum, 1 / power);
}

@inline
function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** inverses[i] = 1/‖row i‖ in f64, 0 for a zero row. */
export function inverseNorms(x: usize, rows: i32, dimensions: i32, inverses: usize): void {
  for (let i = 0; i < rows; i++, inverses += 8) {
    let norm: f64 = 0;
    for (let t = 0; t < dimensions; t++, x += 4) {
      const v = <f64>load<f32>(x);
      norm += v * v;
    }
    store<f64>(inverses, norm > 0 ? 1 / sqrt(norm) : 0);
  }
}
