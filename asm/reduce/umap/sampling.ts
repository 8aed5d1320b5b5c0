/**
 * Which edges an epoch draws, and which points it pushes away. Both are functions of (seed, epoch, point): no state is carried from one epoch to the
 * next, so that a layout may be cut between any two points.
 */
import { philox, philoxWord } from "../../rng";

const PURPOSE: u32 = 16;

/** An edge of rate r is drawn ⌊epoch · r⌋ times up to an epoch: bit i is set where edge `at` + i is drawn in this one. */
@inline
export function drawnEdges(rates: v128, epoch: v128, previous: v128): i32 {
  const now = i32x4.trunc_sat_f32x4_s(f32x4.mul(epoch, rates));
  const before = i32x4.trunc_sat_f32x4_s(f32x4.mul(previous, rates));
  return i32x4.bitmask(i32x4.gt_s(now, before));
}

/** Four 32-bit generators, one a lane, that a counter-based number starts anew for each point and epoch. */
@inline
export function startLanes(epoch: i32, point: u32, seedLow: u32, seedHigh: u32): v128 {
  philox(point, <u32>epoch, 0, PURPOSE, seedLow, seedHigh);
  // Zero is the one state that xorshift does not leave.
  return v128.or(i32x4(philoxWord(0), philoxWord(1), philoxWord(2), philoxWord(3)), i32x4.splat(1));
}

/** Marsaglia, "Xorshift RNGs" (2003), triple (13, 17, 5). */
@inline
export function nextLanes(state: v128): v128 {
  state = v128.xor(state, i32x4.shl(state, 13));
  state = v128.xor(state, i32x4.shr_u(state, 17));
  return v128.xor(state, i32x4.shl(state, 5));
}

/** Four numbers in [0, bound): the high halves of 32 × 32 bit products. */
@inline
export function indexLanes(state: v128, bound: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(state, bound);
  const high = i64x2.extmul_high_i32x4_u(state, bound);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}
