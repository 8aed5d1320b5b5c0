/**
 * One epoch of stochastic gradient descent in two dimensions. Departures from one edge after the other: up to four edges of a point pull at once,
 * and four negative samples push at once, each from where the point then stands.
 */
import { attraction, clip, coincident, firstLanes, repulsion, sumLanes } from "./forces";
import { drawnEdges, indexLanes, nextLanes, startLanes } from "./sampling";
import { Layout } from "./state";

let x: v128 = f32x4.splat(0);
let y: v128 = f32x4.splat(0);

@inline
function pairOf(s: Layout, lane0: i32, lane1: i32): v128 {
  const low = v128.load64_zero(s.others + (<usize>lane0 << 3));
  return v128.load_lane<u64>(s.others + (<usize>lane1 << 3), low, 1);
}

/** Moves heads [from, to) and, where the layout is mutual, their tails. */
export function umapEpoch2(at: usize, epoch: i32, rate: f32, from: i32, to: i32): void {
  const s = changetype<Layout>(at);
  const now = f32x4.splat(<f32>epoch);
  const previous = f32x4.splat(<f32>(epoch - 1));
  for (let i = from; i < to; i++) {
    const end = load<i32>(s.offsets + (<usize>i << 2), 4);
    const head = s.heads + (<usize>i << 3);
    x = v128.load_splat<f32>(head);
    y = v128.load_splat<f32>(head, 4);
    let state = startLanes(epoch, s.first + <u32>i, s.seedLow, s.seedHigh);
    let owed = 0;
    for (let e = load<i32>(s.offsets + (<usize>i << 2)); e < end; e += 4) {
      let drawn = drawnEdges(load<v128>(s.rates + (<usize>e << 2)), now, previous);
      if (e + 4 > end) drawn &= (1 << (end - e)) - 1;
      if (drawn == 0) continue;
      pull(s, e, drawn, rate);
      for (owed += s.negatives * popcnt(drawn); owed >= 4; owed -= 4) {
        state = nextLanes(state);
        push(s, i, state, i32x4.splat(-1), rate);
      }
    }
    if (owed > 0) push(s, i, nextLanes(state), firstLanes(owed), rate);
    store<f32>(head, f32x4.extract_lane(x, 0));
    store<f32>(head, f32x4.extract_lane(y, 0), 4);
  }
}

/** The drawn ones of four edges. */
@inline
function pull(s: Layout, e: i32, drawn: i32, rate: f32): void {
  const tails = load<v128>(s.tails + (<usize>e << 2));
  const active = i32x4.ne(v128.and(i32x4.splat(drawn), i32x4(1, 2, 4, 8)), i32x4.splat(0));
  // Lanes past a list's end hold other points or padding: point 0 stands for them.
  const safe = v128.and(tails, active);
  const t0 = i32x4.extract_lane(safe, 0);
  const t1 = i32x4.extract_lane(safe, 1);
  const t2 = i32x4.extract_lane(safe, 2);
  const t3 = i32x4.extract_lane(safe, 3);
  const low = pairOf(s, t0, t1);
  const high = pairOf(s, t2, t3);
  const tx = v128.shuffle<f32>(low, high, 0, 2, 4, 6);
  const ty = v128.shuffle<f32>(low, high, 1, 3, 5, 7);
  const dx = f32x4.sub(x, tx);
  const dy = f32x4.sub(y, ty);
  const squared = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
  const force = v128.and(active, attraction(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(-2 * s.a * s.b)));
  const gx = f32x4.mul(f32x4.splat(rate), clip(f32x4.mul(force, dx)));
  const gy = f32x4.mul(f32x4.splat(rate), clip(f32x4.mul(force, dy)));
  x = f32x4.add(x, sumLanes(gx));
  y = f32x4.add(y, sumLanes(gy));
  if (!s.mutual) return;
  const nx = f32x4.sub(tx, gx);
  const ny = f32x4.sub(ty, gy);
  const newLow = v128.shuffle<f32>(nx, ny, 0, 4, 1, 5);
  const newHigh = v128.shuffle<f32>(nx, ny, 2, 6, 3, 7);
  if (drawn & 1) v128.store_lane<u64>(s.others + (<usize>t0 << 3), newLow, 0);
  if (drawn & 2) v128.store_lane<u64>(s.others + (<usize>t1 << 3), newLow, 1);
  if (drawn & 4) v128.store_lane<u64>(s.others + (<usize>t2 << 3), newHigh, 0);
  if (drawn & 8) v128.store_lane<u64>(s.others + (<usize>t3 << 3), newHigh, 1);
}

/** Four negative samples. */
@inline
function push(s: Layout, i: i32, state: v128, active: v128, rate: f32): void {
  const points = indexLanes(state, i32x4.splat(s.otherCount));
  const low = pairOf(s, i32x4.extract_lane(points, 0), i32x4.extract_lane(points, 1));
  const high = pairOf(s, i32x4.extract_lane(points, 2), i32x4.extract_lane(points, 3));
  const dx = f32x4.sub(x, v128.shuffle<f32>(low, high, 0, 2, 4, 6));
  const dy = f32x4.sub(y, v128.shuffle<f32>(low, high, 1, 3, 5, 7));
  const squared = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
  const force = repulsion(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(2 * s.b));
  // A point on top of another is pushed along every axis; one does not push itself.
  const same = coincident(squared);
  const others = s.mutual ? v128.andnot(active, i32x4.eq(points, i32x4.splat(i))) : active;
  const gx = v128.and(others, v128.bitselect(f32x4.splat(4), clip(f32x4.mul(force, dx)), same));
  const gy = v128.and(others, v128.bitselect(f32x4.splat(4), clip(f32x4.mul(force, dy)), same));
  x = f32x4.add(x, f32x4.mul(f32x4.splat(rate), sumLanes(gx)));
  y = f32x4.add(y, f32x4.mul(f32x4.splat(rate), sumLanes(gy)));
}
