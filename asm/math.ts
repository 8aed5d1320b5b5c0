/** Scalar and vector helpers whose results must not depend on the engine that runs them. */

/** a · b + c: fused in the relaxed build, rounded twice (and the same everywhere) in the plain one. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

const LN2_HIGH: f64 = 6.93147180369123816490e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
const LOG2_E: f64 = 1.4426950408889634;
const SQRT2: f64 = 1.4142135623730951;
/** 1.5 · 2^52: a number of magnitude below 2^51 that is added to it is rounded to a whole one, which its low bits then hold. */
const WHOLE: f64 = 6755399441055744;

/** a · b + c in doubles, rounded twice. */
@inline
function multiplyAdd2(a: v128, b: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.splat(c));
}

/**
 * Natural logarithms of two positive normal numbers, within 2 ulp. x = 2^e · m with m in [√½, √2); with s = (m − 1) / (m + 1),
 * ln m = 2 artanh s = 2 Σ s^(2i+1) / (2i+1), |s| ≤ 0.1716, where twelve terms leave less than 2^-60.
 */
@inline
export function naturalLogs(x: v128): v128 {
  const fraction = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), f64x2.splat(1));
  const large = f64x2.gt(fraction, f64x2.splat(SQRT2));
  const m = f64x2.mul(fraction, v128.bitselect(f64x2.splat(0.5), f64x2.splat(1), large));
  // The exponent's bits as the low bits of a number from 2^52 up.
  const exponent = f64x2.sub(v128.or(i64x2.shr_u(x, 52), f64x2.splat(4503599627370496)), f64x2.splat(4503599627370496 + 1023));
  const e = f64x2.add(exponent, v128.and(large, f64x2.splat(1)));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const z = f64x2.mul(s, s);
  let sum = f64x2.mul(z, f64x2.splat(1.0 / 25));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 23)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 21)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 19)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 17)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 15)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 13)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 11)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 9)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 7)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 5)));
  sum = f64x2.mul(z, f64x2.add(sum, f64x2.splat(1.0 / 3)));
  const twice = f64x2.add(s, s);
  const low = f64x2.add(f64x2.mul(twice, sum), f64x2.mul(e, f64x2.splat(LN2_LOW)));
  return f64x2.add(f64x2.mul(e, f64x2.splat(LN2_HIGH)), f64x2.add(twice, low));
}

/** Natural logarithm of a positive normal number, as `naturalLogs` finds it. */
export function naturalLog(x: f64): f64 {
  return f64x2.extract_lane(naturalLogs(f64x2.splat(x)), 0);
}

/**
 * e^x of two numbers in [−708, 709], within 2 ulp and exact at 0. x = n ln 2 + r with |r| ≤ ½ ln 2; with even part A and odd part B of the
 * Padé approximant's numerator of degree 6, e^r = (A + B) / (A − B) but for 2^-62; n goes into the exponent. A polynomial as good
 * has more constants and was slower.
 */
@inline
export function exponentials(x: v128): v128 {
  const scaled = multiplyAdd2(x, f64x2.splat(LOG2_E), WHOLE);
  const n = f64x2.sub(scaled, f64x2.splat(WHOLE));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  const z = f64x2.mul(r, r);
  const even = multiplyAdd2(z, multiplyAdd2(z, f64x2.add(z, f64x2.splat(840)), 75600), 665280);
  const odd = f64x2.mul(r, multiplyAdd2(z, multiplyAdd2(z, f64x2.splat(42), 10080), 332640));
  const power = f64x2.add(f64x2.splat(1), f64x2.div(f64x2.add(odd, odd), f64x2.sub(even, odd)));
  return i64x2.add(power, i64x2.shl(scaled, 52));
}

/** e^x of a number in [−708, 709], as `exponentials` finds it. */
export function exponential(x: f64): f64 {
  return f64x2.extract_lane(exponentials(f64x2.splat(x)), 0);
}
