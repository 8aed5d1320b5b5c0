/** Scalar and vector helpers whose results must not depend on the engine that runs them. */

/** a · b + c: fused in the relaxed build, rounded twice (and the same everywhere) in the plain one. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const SQRT2: f64 = 1.4142135623730951;

/**
 * Natural logarithm of a positive normal number, within 2 ulp. x = 2^e · m with m in [√½, √2); with s = (m − 1) / (m + 1),
 * ln m = 2 artanh s = 2 Σ s^(2i+1) / (2i+1), |s| ≤ 0.1716, where twelve terms leave less than 2^-60.
 */
export function naturalLog(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  let exponent = <i32>((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (m > SQRT2) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum: f64 = 0;
  for (let i = 12; i > 0; i--) sum = z * (sum + 1.0 / <f64>(2 * i + 1));
  const e = <f64>exponent;
  return e * LN2_HIGH + (2 * s + (2 * s * sum + e * LN2_LOW));
}
