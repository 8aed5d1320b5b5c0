/**
 * Which edges an epoch draws, and which points it pushes away. Both are functions of (seed, epoch, point): no state is carried from one epoch to the
 * next, so that a layout may be cut between any two points.
 */
import { philox, philoxWord } from "../../rng";

const PURPOSE: u32 = 16;

/** Bytes of the shuffles that move the chosen ones of four numbers to the front: one for each choice. */
const FRONT_BYTES: usize = 16 * 16;

export function umapDrawnBytes(edges: i32): usize {
  return FRONT_BYTES + (<usize>edges + 8) * 4;
}

/** Lays the space for a head's drawn edges out: behind the shuffles, room for all of its edges and a group more. */
export function umapDrawnCreate(at: usize): void {
  for (let choice = 0; choice < 16; choice++) {
    let place = at + (<usize>choice << 4);
    for (let lane = 0; lane < 4; lane++) {
      if (!(choice & (1 << lane))) continue;
      store<u32>(place, 0x03020100 + <u32>lane * 0x04040404);
      place += 4;
    }
  }
}

@inline
export function drawnTails(at: usize): usize {
  return at + FRONT_BYTES;
}

/**
 * Gathers the tails of those of edges [from, to) that are drawn in this epoch behind `at`; returns how many. An edge of rate r is drawn ⌊epoch · r⌋ times
 * up to an epoch. Up to four entries behind the last are `padding`.
 */
@inline
export function drawEdges(at: usize, rates: usize, tails: usize, from: i32, to: i32, epoch: f32, padding: i32): i32 {
  const now = f32x4.splat(epoch);
  const previous = f32x4.splat(epoch - 1);
  const list = drawnTails(at);
  let count = 0;
  for (let e = from; e < to; e += 4) {
    const r = load<v128>(rates + (<usize>e << 2));
    const times = i32x4.trunc_sat_f32x4_s(f32x4.mul(now, r));
    const before = i32x4.trunc_sat_f32x4_s(f32x4.mul(previous, r));
    let drawn = i32x4.bitmask(i32x4.gt_s(times, before));
    if (e + 4 > to) drawn &= (1 << (to - e)) - 1;
    const front = i8x16.swizzle(load<v128>(tails + (<usize>e << 2)), load<v128>(at + (<usize>drawn << 4)));
    store<v128>(list + (<usize>count << 2), front);
    count += popcnt(drawn);
  }
  store<v128>(list + (<usize>count << 2), i32x4.splat(padding));
  return count;
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
