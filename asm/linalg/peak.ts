/**
 * The processor's 128-bit arithmetic peak, as the yardstick of a benchmark: independent chains of multiplications and of additions (or of
 * fused ones, in the relaxed build) that touch no memory and settle at a fixed point, far from overflow and from subnormals. Returns
 * a value that depends on all of them, so that nothing is optimised away.
 */

/** Floating-point operations of one iteration. */
export function peakOperations(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 12 * 8 : 12 * 4;
}

@inline
function multiply(a: v128, m: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, m, m) : f32x4.mul(a, m);
}

@inline
function increase(a: v128, m: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, m, m) : f32x4.add(a, m);
}

/** `near1` and `near0` are values that the compiler cannot know: 1 and 0 for a fixed point of the plain chains, ½ for the fused. */
export function peak(iterations: i32, near1: f32, near0: f32): f32 {
  const m = f32x4.splat(near1);
  const z = ASC_FEATURE_RELAXED_SIMD ? m : f32x4.splat(near0);
  let a0 = m, a1 = m, a2 = m, a3 = m, a4 = m, a5 = m;
  let b0 = m, b1 = m, b2 = m, b3 = m, b4 = m, b5 = m;
  for (let i = 0; i < iterations; i++) {
    a0 = multiply(a0, m); b0 = increase(b0, z); a1 = multiply(a1, m); b1 = increase(b1, z);
    a2 = multiply(a2, m); b2 = increase(b2, z); a3 = multiply(a3, m); b3 = increase(b3, z);
    a4 = multiply(a4, m); b4 = increase(b4, z); a5 = multiply(a5, m); b5 = increase(b5, z);
  }
  let sum = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  sum = f32x4.add(sum, f32x4.add(f32x4.add(a4, a5), f32x4.add(b0, b1)));
  sum = f32x4.add(sum, f32x4.add(f32x4.add(b2, b3), f32x4.add(b4, b5)));
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}
