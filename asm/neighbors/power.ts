/** Single steps of the difference tiles: what one dimension adds to four distances. */
import { multiplyAdd } from "../math";

let exponent: v128 = i32x4.splat(0);

/** The p of the next `addPower`s. */
export function setPower(p: f64): void {
  exponent = f32x4.splat(<f32>p);
}

@inline
export function addSquare(x: v128, c: v128, sum: v128): v128 {
  const v = f32x4.sub(x, c);
  return multiplyAdd(v, v, sum);
}

@inline
export function addDifference(x: v128, c: v128, sum: v128): v128 {
  return f32x4.add(sum, f32x4.abs(f32x4.sub(x, c)));
}

@inline
export function maxDifference(x: v128, c: v128, largest: v128): v128 {
  return f32x4.pmax(largest, f32x4.abs(f32x4.sub(x, c)));
}

/** sum + |x − c|^p within 3 · 10⁻⁵ relative, for |x − c| ≤ 2 and p < 8; what would be below 2⁻¹²⁶ may come out as 2⁻¹²⁶ or as 0. */
@inline
export function addPower(x: v128, c: v128, sum: v128): v128 {
  const v = f32x4.abs(f32x4.sub(x, c));
  // v = 2^e · m with m in [√½, √2); log₂ m = 2/ln 2 · artanh s with s = (m − 1)/(m + 1).
  const shifted = i32x4.sub(v, i32x4.splat(0x3f3504f3));
  const e = i32x4.shr_s(shifted, 23);
  const m = i32x4.sub(v, i32x4.shl(e, 23));
  const one = f32x4.splat(1);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const z = f32x4.mul(s, s);
  let series = f32x4.add(f32x4.splat(1.0 / 7.0), f32x4.mul(z, f32x4.splat(1.0 / 9.0)));
  series = f32x4.add(f32x4.splat(1.0 / 5.0), f32x4.mul(z, series));
  series = f32x4.add(f32x4.splat(1.0 / 3.0), f32x4.mul(z, series));
  series = f32x4.add(one, f32x4.mul(z, series));
  const log = f32x4.add(f32x4.convert_i32x4_s(e), f32x4.mul(f32x4.splat(2.8853900817779268), f32x4.mul(s, series)));
  // 2^y with y = n + f, |f| ≤ ½.
  const y = f32x4.pmax(f32x4.splat(-126), f32x4.mul(exponent, log));
  const n = f32x4.nearest(y);
  const f = f32x4.mul(f32x4.splat(0.6931471805599453), f32x4.sub(y, n));
  let exp = f32x4.add(f32x4.splat(1.0 / 120.0), f32x4.mul(f, f32x4.splat(1.0 / 720.0)));
  exp = f32x4.add(f32x4.splat(1.0 / 24.0), f32x4.mul(f, exp));
  exp = f32x4.add(f32x4.splat(1.0 / 6.0), f32x4.mul(f, exp));
  exp = f32x4.add(f32x4.splat(0.5), f32x4.mul(f, exp));
  exp = f32x4.add(one, f32x4.mul(f, exp));
  exp = f32x4.add(one, f32x4.mul(f, exp));
  const scaled = f32x4.mul(exp, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
  return f32x4.add(sum, v128.and(scaled, f32x4.gt(v, f32x4.splat(1.1754943508222875e-38))));
}
