/**
 * One epoch of stochastic gradient descent in two dimensions. Departure from one pair after the other: up to four edges of a point and their negative
 * samples act at once, from where the point then stands. What bounds the time otherwise is how long a pair waits for the place that the one before it left.
 * A vector holds two points: x, y, x, y.
 */
import { attraction, clip, coincident, firstLanes, repulsion } from "./forces";
import { drawEdges, drawnTails, indexLanes, nextLanes, startLanes } from "./sampling";
import { Layout } from "./state";

/** Moves heads [from, to) and, where the layout is mutual, their tails. */
export function umapEpoch2(at: usize, epoch: i32, rate: f32, from: i32, to: i32): void {
  const s = changetype<Layout>(at);
  const r = f32x4.splat(rate);
  const list = drawnTails(s.drawn);
  for (let i = from; i < to; i++) {
    const node = s.offsets + (<usize>i << 2);
    const drawn = drawEdges(s.drawn, s.rates, s.tails, load<i32>(node), load<i32>(node, 4), <f32>epoch, s.otherCount);
    const head = s.heads + (<usize>i << 3);
    let point = v128.load64_splat(head);
    let state = startLanes(epoch, s.first + <u32>i, s.seedLow, s.seedHigh);
    for (let done = 0; done < drawn; done += 4) {
      const edges = min(drawn - done, 4);
      let step = pull(s, point, list + (<usize>done << 2), firstLanes(edges), r);
      for (let left = edges * s.negatives; left > 0; left -= 4) {
        state = nextLanes(state);
        step = f32x4.add(step, f32x4.mul(r, push(s, point, i, state, firstLanes(left))));
      }
      point = f32x4.add(point, both(step));
    }
    v128.store64_lane(head, point, 0);
  }
}

/** The two points of a vector added, in both places. */
@inline
function both(v: v128): v128 {
  return f32x4.add(v, v128.shuffle<i64>(v, v, 1, 0));
}

@inline
function pointsAt(points: usize, i: i32, j: i32): v128 {
  return v128.load64_lane(points + (<usize>j << 3), v128.load64_zero(points + (<usize>i << 3)), 1);
}

/** Squared lengths of four differences. */
@inline
function squaredLengths(low: v128, high: v128): v128 {
  const a = f32x4.mul(low, low);
  const b = f32x4.mul(high, high);
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
}

/** Steps that the active ones of four edges make of the head; their tails make the opposite ones. */
@inline
function pull(s: Layout, point: v128, list: usize, active: v128, rate: v128): v128 {
  const t0 = s.others + (<usize>load<i32>(list) << 3);
  const t1 = s.others + (<usize>load<i32>(list, 4) << 3);
  const t2 = s.others + (<usize>load<i32>(list, 8) << 3);
  const t3 = s.others + (<usize>load<i32>(list, 12) << 3);
  const low = v128.load64_lane(t1, v128.load64_zero(t0), 1);
  const high = v128.load64_lane(t3, v128.load64_zero(t2), 1);
  const dLow = f32x4.sub(point, low);
  const dHigh = f32x4.sub(point, high);
  const squared = squaredLengths(dLow, dHigh);
  const force = v128.and(active, attraction(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(-2 * s.a * s.b)));
  const gLow = f32x4.mul(rate, clip(f32x4.mul(v128.shuffle<f32>(force, force, 0, 0, 1, 1), dLow)));
  const gHigh = f32x4.mul(rate, clip(f32x4.mul(v128.shuffle<f32>(force, force, 2, 2, 3, 3), dHigh)));
  if (s.mutual) {
    const newLow = f32x4.sub(low, gLow);
    const newHigh = f32x4.sub(high, gHigh);
    v128.store64_lane(t0, newLow, 0);
    v128.store64_lane(t1, newLow, 1);
    v128.store64_lane(t2, newHigh, 0);
    v128.store64_lane(t3, newHigh, 1);
  }
  return f32x4.add(gLow, gHigh);
}

/** What the active ones of four negative samples do to the head, before the learning rate. */
@inline
function push(s: Layout, point: v128, i: i32, state: v128, active: v128): v128 {
  const others = indexLanes(state, i32x4.splat(s.otherCount));
  const dLow = f32x4.sub(point, pointsAt(s.others, i32x4.extract_lane(others, 0), i32x4.extract_lane(others, 1)));
  const dHigh = f32x4.sub(point, pointsAt(s.others, i32x4.extract_lane(others, 2), i32x4.extract_lane(others, 3)));
  const squared = squaredLengths(dLow, dHigh);
  // A point does not push itself.
  const counted = s.mutual ? v128.andnot(active, i32x4.eq(others, i32x4.splat(i))) : active;
  const force = v128.and(counted, repulsion(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(2 * s.b)));
  const gLow = clip(f32x4.mul(v128.shuffle<f32>(force, force, 0, 0, 1, 1), dLow));
  const gHigh = clip(f32x4.mul(v128.shuffle<f32>(force, force, 2, 2, 3, 3), dHigh));
  const sum = f32x4.add(gLow, gHigh);
  const same = v128.and(counted, coincident(squared));
  if (!v128.any_true(same)) return sum;
  // One on top of another is pushed along every axis; half of it, since the two points of a vector are added.
  return f32x4.add(sum, f32x4.splat(2 * <f32>popcnt(i32x4.bitmask(same))));
}
