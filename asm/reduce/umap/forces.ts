/** Gradients of the cross entropy along an edge and towards a negative sample, for four pairs at a time; both times the difference. */
import { power } from "./power";

/** Squared distances below this are coincidence: no direction to push in. */
const COINCIDENT: f32 = 1e-30;
const SOFTENING: f32 = 0.001;

/** −2ab d^(2b−2) / (1 + a d^2b), 0 where the pair coincides. */
@inline
export function attraction(squared: v128, a: v128, b: v128, factor: v128): v128 {
  const p = power(squared, b);
  const value = f32x4.div(f32x4.mul(factor, p), f32x4.mul(squared, f32x4.add(f32x4.splat(1), f32x4.mul(a, p))));
  return v128.and(value, f32x4.gt(squared, f32x4.splat(COINCIDENT)));
}

/** 2b / ((0.001 + d²) (1 + a d^2b)). */
@inline
export function repulsion(squared: v128, a: v128, b: v128, factor: v128): v128 {
  const p = power(squared, b);
  return f32x4.div(factor, f32x4.mul(f32x4.add(f32x4.splat(SOFTENING), squared), f32x4.add(f32x4.splat(1), f32x4.mul(a, p))));
}

@inline
export function coincident(squared: v128): v128 {
  return f32x4.le(squared, f32x4.splat(COINCIDENT));
}

/** No step along one axis is longer than 4 learning rates. */
@inline
export function clip(gradient: v128): v128 {
  return f32x4.pmax(f32x4.splat(-4), f32x4.pmin(f32x4.splat(4), gradient));
}

/** Sum of four lanes, in each lane. */
@inline
export function sumLanes(v: v128): v128 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.add(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2));
}

/** Lanes 0 … count − 1 set. */
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}
