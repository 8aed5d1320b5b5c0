/**
 * x^b for four positive normal floats, as 2^(b log₂ x): relative error below 4 · 10⁻⁵ for b ≤ 2 and results in [2⁻¹⁰⁰, 2⁶⁰], clamped beyond. The
 * polynomials are minimax on [1, 2) and [0, 1), ours; nothing but +, ×, floor and bits, so every engine gives the same floats.
 */
@inline
export function power(x: v128, b: v128): v128 {
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(x, 23), i32x4.splat(127)));
  const u = f32x4.sub(v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f800000)), f32x4.splat(1));
  let log = f32x4.splat(-0.03538651692817588);
  log = f32x4.add(f32x4.mul(log, u), f32x4.splat(0.14841234236916015));
  log = f32x4.add(f32x4.mul(log, u), f32x4.splat(-0.305121589213422));
  log = f32x4.add(f32x4.mul(log, u), f32x4.splat(0.4699204949826428));
  log = f32x4.add(f32x4.mul(log, u), f32x4.splat(-0.720519770309958));
  log = f32x4.add(f32x4.mul(log, u), f32x4.splat(1.4426848015533296));
  const y = f32x4.pmax(f32x4.splat(-100), f32x4.pmin(f32x4.splat(60), f32x4.mul(b, f32x4.add(exponent, f32x4.mul(log, u)))));
  const whole = f32x4.floor(y);
  const f = f32x4.sub(y, whole);
  let two = f32x4.splat(0.012789150576224007);
  two = f32x4.add(f32x4.mul(two, f), f32x4.splat(0.05340204175676959));
  two = f32x4.add(f32x4.mul(two, f), f32x4.splat(0.24066162659540685));
  two = f32x4.add(f32x4.mul(two, f), f32x4.splat(0.6931331872474958));
  two = f32x4.add(f32x4.mul(two, f), f32x4.splat(1));
  return f32x4.mul(two, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23));
}

/** For tests: out[0 … 3] = x[0 … 3]^b. */
export function umapPower(x: usize, b: f32, out: usize): void {
  store<v128>(out, power(load<v128>(x), f32x4.splat(b)));
}
