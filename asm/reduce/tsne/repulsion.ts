/**
 * What pushes points apart: van der Maaten, "Accelerating t-SNE using tree-based algorithms" (JMLR 15, 2014), by Barnes & Hut's tree. The points of a
 * leaf go down the tree together (Barnes, "A modified tree code", 1990): what is far for the box of the leaf counts as one heavy point for all of
 * them, what is near is taken point by point. So one walk serves a leaf, and the products run four at a time.
 */
import { Layout } from "./state";
import { CENTER, COUNT, FIRST, HIGH, isLeaf, LOW, NODE_BYTES, SIDE, SKIP } from "./tree";

/** The leaves among the nodes [from, to): their points' repulsion, and their part of `total`. `angle` is the side over the distance below which a node is far. */
export function tsneRepulse(at: usize, from: i32, to: i32, angle: f32): void {
  const s = changetype<Layout>(at);
  const scale = <f32>1 / (angle * angle);
  for (let index = from; index < to; index++) {
    const node = s.nodes + <usize>index * NODE_BYTES;
    if (!isLeaf(node, index)) continue;
    listPushers(s, load<v128>(node + LOW), load<v128>(node + HIGH), scale);
    const first = load<i32>(node + FIRST);
    const last = first + load<i32>(node + COUNT);
    if (s.stride == 4) push3(s, first, last);
    else push2(s, first, last);
  }
}

/** Fills the list for a box; its end is padded with points of no weight. */
function listPushers(s: Layout, low: v128, high: v128, scale: f32): void {
  let end: usize = 0;
  const zero = f32x4.splat(0);
  for (let index = 0; index < s.nodeCount; ) {
    const node = s.nodes + <usize>index * NODE_BYTES;
    const center = load<v128>(node + CENTER);
    const gap = f32x4.pmax(f32x4.pmax(f32x4.sub(low, center), f32x4.sub(center, high)), zero);
    const square = f32x4.mul(gap, gap);
    const distance = f32x4.extract_lane(square, 0) + f32x4.extract_lane(square, 1) + f32x4.extract_lane(square, 2);
    if (load<f32>(node + SIDE) * scale < distance) {
      store<f32>(s.listX + end, f32x4.extract_lane(center, 0));
      store<f32>(s.listY + end, f32x4.extract_lane(center, 1));
      store<f32>(s.listZ + end, f32x4.extract_lane(center, 2));
      store<f32>(s.listWeight + end, <f32>load<i32>(node + COUNT));
      end += 4;
      index = load<i32>(node + SKIP);
    } else if (isLeaf(node, index)) {
      end = listPoints(s, <usize>load<i32>(node + FIRST) << 2, <usize>load<i32>(node + COUNT) << 2, end);
      index++;
    } else {
      index++;
    }
  }
  store<v128>(s.listX + end, zero);
  store<v128>(s.listY + end, zero);
  store<v128>(s.listZ + end, zero);
  store<v128>(s.listWeight + end, zero);
  s.listCount = <i32>(end >> 2);
}

function listPoints(s: Layout, from: usize, bytes: usize, end: usize): usize {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    store<v128>(s.listX + end + i, load<v128>(s.x + from + i));
    store<v128>(s.listY + end + i, load<v128>(s.y + from + i));
    store<v128>(s.listZ + end + i, load<v128>(s.z + from + i));
    store<v128>(s.listWeight + end + i, one);
  }
  return end + bytes;
}

@inline
function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** Two points at a time against four of the list. w = u. */
function push2(s: Layout, first: i32, last: i32): void {
  const bytes = <usize>s.listCount << 2;
  const one = f32x4.splat(1);
  for (let i = first; i < last; i += 2) {
    const a = <usize>i << 2;
    const b = <usize>min(i + 1, last - 1) << 2;
    const ax = v128.load32_splat(s.x + a);
    const ay = v128.load32_splat(s.y + a);
    const bx = v128.load32_splat(s.x + b);
    const by = v128.load32_splat(s.y + b);
    let aTotal = f32x4.splat(0);
    let aX = aTotal;
    let aY = aTotal;
    let bTotal = aTotal;
    let bX = aTotal;
    let bY = aTotal;
    for (let j: usize = 0; j < bytes; j += 16) {
      const x = load<v128>(s.listX + j);
      const y = load<v128>(s.listY + j);
      const weight = load<v128>(s.listWeight + j);
      const adx = f32x4.sub(ax, x);
      const ady = f32x4.sub(ay, y);
      const au = f32x4.div(one, f32x4.add(f32x4.add(one, f32x4.mul(adx, adx)), f32x4.mul(ady, ady)));
      const aw = f32x4.mul(weight, au);
      aTotal = f32x4.add(aTotal, aw);
      const af = f32x4.mul(aw, au);
      aX = f32x4.add(aX, f32x4.mul(af, adx));
      aY = f32x4.add(aY, f32x4.mul(af, ady));
      const bdx = f32x4.sub(bx, x);
      const bdy = f32x4.sub(by, y);
      const bu = f32x4.div(one, f32x4.add(f32x4.add(one, f32x4.mul(bdx, bdx)), f32x4.mul(bdy, bdy)));
      const bw = f32x4.mul(weight, bu);
      bTotal = f32x4.add(bTotal, bw);
      const bf = f32x4.mul(bw, bu);
      bX = f32x4.add(bX, f32x4.mul(bf, bdx));
      bY = f32x4.add(bY, f32x4.mul(bf, bdy));
    }
    settle(s, a, aTotal, aX, aY, bX);
    if (b != a) settle(s, b, bTotal, bX, bY, bX);
  }
}

/** w = u^(3/2). */
function push3(s: Layout, first: i32, last: i32): void {
  const bytes = <usize>s.listCount << 2;
  const one = f32x4.splat(1);
  const half = f32x4.splat(0.5);
  for (let i = first; i < last; i++) {
    const a = <usize>i << 2;
    const ax = v128.load32_splat(s.x + a);
    const ay = v128.load32_splat(s.y + a);
    const az = v128.load32_splat(s.z + a);
    let total = f32x4.splat(0);
    let pushX = total;
    let pushY = total;
    let pushZ = total;
    for (let j: usize = 0; j < bytes; j += 16) {
      const dx = f32x4.sub(ax, load<v128>(s.listX + j));
      const dy = f32x4.sub(ay, load<v128>(s.listY + j));
      const dz = f32x4.sub(az, load<v128>(s.listZ + j));
      const square = f32x4.add(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)), f32x4.mul(dz, dz));
      const u = f32x4.div(one, f32x4.add(one, f32x4.mul(half, square)));
      const w = f32x4.mul(load<v128>(s.listWeight + j), f32x4.mul(u, f32x4.sqrt(u)));
      total = f32x4.add(total, w);
      const force = f32x4.mul(w, u);
      pushX = f32x4.add(pushX, f32x4.mul(force, dx));
      pushY = f32x4.add(pushY, f32x4.mul(force, dy));
      pushZ = f32x4.add(pushZ, f32x4.mul(force, dz));
    }
    settle(s, a, total, pushX, pushY, pushZ);
  }
}

/** The point's own place in the list gave a similarity of 1 and no push. */
@inline
function settle(s: Layout, place: usize, total: v128, x: v128, y: v128, z: v128): void {
  s.total += <f64>sumLanes(total) - 1;
  const row = <usize>load<i32>(s.order + place);
  if (s.stride == 4) {
    store<v128>(s.repulsion + (row << 4), f32x4(sumLanes(x), sumLanes(y), sumLanes(z), 0));
  } else {
    store<f32>(s.repulsion + (row << 3), sumLanes(x));
    store<f32>(s.repulsion + (row << 3), sumLanes(y), 4);
  }
}
