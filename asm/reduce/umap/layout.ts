/** One epoch in three and more dimensions: the same as `layout2.ts`, with a point's coordinates in the lanes and four pairs in step. */
import { attraction, clip, coincident, firstLanes, repulsion } from "./forces";
import { drawEdges, drawnTails, indexLanes, nextLanes, startLanes } from "./sampling";
import { Layout } from "./state";

/** Moves heads [from, to) and, where the layout is mutual, their tails. */
export function umapEpoch(at: usize, epoch: i32, rate: f32, from: i32, to: i32): void {
  const s = changetype<Layout>(at);
  const bytes = <usize>s.stride << 2;
  const list = drawnTails(s.drawn);
  for (let i = from; i < to; i++) {
    const node = s.offsets + (<usize>i << 2);
    const drawn = drawEdges(s.drawn, s.rates, s.tails, load<i32>(node), load<i32>(node, 4), <f32>epoch, s.otherCount);
    const head = s.heads + <usize>i * bytes;
    let state = startLanes(epoch, s.first + <u32>i, s.seedLow, s.seedHigh);
    for (let done = 0; done < drawn; done += 4) {
      const edges = min(drawn - done, 4);
      memory.copy(s.origin, head, bytes);
      pull(s, head, bytes, list + (<usize>done << 2), firstLanes(edges), rate);
      for (let left = edges * s.negatives; left > 0; left -= 4) {
        state = nextLanes(state);
        push(s, head, bytes, i, state, firstLanes(left), rate);
      }
    }
  }
}

/** Squared distances of the point at `p` to four others, one a lane. */
@inline
function squaredDistances(p: usize, bytes: usize, p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let t: usize = 0; t < bytes; t += 16) {
    const v = load<v128>(p + t);
    const d0 = f32x4.sub(v, load<v128>(p0 + t));
    const d1 = f32x4.sub(v, load<v128>(p1 + t));
    const d2 = f32x4.sub(v, load<v128>(p2 + t));
    const d3 = f32x4.sub(v, load<v128>(p3 + t));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
  }
  const s01 = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 2, 6), v128.shuffle<f32>(s0, s1, 1, 5, 3, 7));
  const s23 = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 2, 6), v128.shuffle<f32>(s2, s3, 1, 5, 3, 7));
  return f32x4.add(v128.shuffle<f32>(s01, s23, 0, 1, 4, 5), v128.shuffle<f32>(s01, s23, 2, 3, 6, 7));
}

/** The active ones of four edges. */
@inline
function pull(s: Layout, head: usize, bytes: usize, list: usize, active: v128, rate: f32): void {
  const p0 = s.others + <usize>load<i32>(list) * bytes;
  const p1 = s.others + <usize>load<i32>(list, 4) * bytes;
  const p2 = s.others + <usize>load<i32>(list, 8) * bytes;
  const p3 = s.others + <usize>load<i32>(list, 12) * bytes;
  const squared = squaredDistances(s.origin, bytes, p0, p1, p2, p3);
  const force = v128.and(active, attraction(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(-2 * s.a * s.b)));
  const f0 = v128.shuffle<f32>(force, force, 0, 0, 0, 0);
  const f1 = v128.shuffle<f32>(force, force, 1, 1, 1, 1);
  const f2 = v128.shuffle<f32>(force, force, 2, 2, 2, 2);
  const f3 = v128.shuffle<f32>(force, force, 3, 3, 3, 3);
  const r = f32x4.splat(rate);
  const moves = s.mutual;
  for (let t: usize = 0; t < bytes; t += 16) {
    const v = load<v128>(s.origin + t);
    const v0 = load<v128>(p0 + t);
    const v1 = load<v128>(p1 + t);
    const v2 = load<v128>(p2 + t);
    const v3 = load<v128>(p3 + t);
    const g0 = f32x4.mul(r, clip(f32x4.mul(f0, f32x4.sub(v, v0))));
    const g1 = f32x4.mul(r, clip(f32x4.mul(f1, f32x4.sub(v, v1))));
    const g2 = f32x4.mul(r, clip(f32x4.mul(f2, f32x4.sub(v, v2))));
    const g3 = f32x4.mul(r, clip(f32x4.mul(f3, f32x4.sub(v, v3))));
    store<v128>(head + t, f32x4.add(v, f32x4.add(f32x4.add(g0, g1), f32x4.add(g2, g3))));
    if (!moves) continue;
    store<v128>(p0 + t, f32x4.sub(v0, g0));
    store<v128>(p1 + t, f32x4.sub(v1, g1));
    store<v128>(p2 + t, f32x4.sub(v2, g2));
    store<v128>(p3 + t, f32x4.sub(v3, g3));
  }
}

/** Four negative samples. */
@inline
function push(s: Layout, head: usize, bytes: usize, i: i32, state: v128, active: v128, rate: f32): void {
  const points = indexLanes(state, i32x4.splat(s.otherCount));
  const p0 = s.others + <usize>i32x4.extract_lane(points, 0) * bytes;
  const p1 = s.others + <usize>i32x4.extract_lane(points, 1) * bytes;
  const p2 = s.others + <usize>i32x4.extract_lane(points, 2) * bytes;
  const p3 = s.others + <usize>i32x4.extract_lane(points, 3) * bytes;
  const squared = squaredDistances(s.origin, bytes, p0, p1, p2, p3);
  const others = s.mutual ? v128.andnot(active, i32x4.eq(points, i32x4.splat(i))) : active;
  const same = v128.and(others, coincident(squared));
  const force = v128.and(others, repulsion(squared, f32x4.splat(s.a), f32x4.splat(s.b), f32x4.splat(2 * s.b)));
  const f0 = v128.shuffle<f32>(force, force, 0, 0, 0, 0);
  const f1 = v128.shuffle<f32>(force, force, 1, 1, 1, 1);
  const f2 = v128.shuffle<f32>(force, force, 2, 2, 2, 2);
  const f3 = v128.shuffle<f32>(force, force, 3, 3, 3, 3);
  const r = f32x4.splat(rate);
  for (let t: usize = 0; t < bytes; t += 16) {
    const v = load<v128>(s.origin + t);
    const g0 = clip(f32x4.mul(f0, f32x4.sub(v, load<v128>(p0 + t))));
    const g1 = clip(f32x4.mul(f1, f32x4.sub(v, load<v128>(p1 + t))));
    const g2 = clip(f32x4.mul(f2, f32x4.sub(v, load<v128>(p2 + t))));
    const g3 = clip(f32x4.mul(f3, f32x4.sub(v, load<v128>(p3 + t))));
    store<v128>(head + t, f32x4.add(load<v128>(head + t), f32x4.mul(r, f32x4.add(f32x4.add(g0, g1), f32x4.add(g2, g3)))));
  }
  // A point on top of another is pushed along every axis; one does not push itself.
  if (v128.any_true(same)) separate(s, head, 4 * rate * <f32>popcnt(i32x4.bitmask(same)));
}

function separate(s: Layout, head: usize, step: f32): void {
  for (let t = 0; t < s.dimensions; t++) {
    const at = head + (<usize>t << 2);
    store<f32>(at, load<f32>(at) + step);
  }
}
