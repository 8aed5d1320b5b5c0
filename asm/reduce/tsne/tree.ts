/**
 * A tree over the points of a layout in two or three dimensions: nodes are cut in the middle of the longest side of their points' box. Depth first:
 * a node's left child follows it, and `SKIP` leads past its subtree. A function of the points alone, so that a resumed layout goes on alike.
 */
import { Layout } from "./state";

/** A node: lowest and highest coordinates, centre of mass (4 floats each), longest side squared, points, first point, node past the subtree. */
export const NODE_BYTES: usize = 64;
export const LOW: usize = 0;
export const HIGH: usize = 16;
export const CENTER: usize = 32;
export const SIDE: usize = 48;
export const COUNT: usize = 52;
export const FIRST: usize = 56;
export const SKIP: usize = 60;

/** Points of a leaf: they share a list of what pushes them. */
const LEAF_POINTS = 16;

export function tsneNodeLimit(rows: i32): i32 {
  return rows / 2 + 64;
}

/** Bytes of the tree and of one group's list. */
export function tsneTreeBytes(rows: i32): usize {
  return <usize>tsneNodeLimit(rows) * NODE_BYTES + (<usize>rows << 2) + 7 * axisBytes(rows);
}

/** A float a point; a list has all points, or fewer of them and nodes in the others' place. */
function axisBytes(rows: i32): usize {
  return (<usize>rows * 4 + 47) & ~15;
}

export function tsneTree(at: usize, bytes: usize): void {
  const s = changetype<Layout>(at);
  s.nodeLimit = tsneNodeLimit(s.rows);
  s.nodes = bytes;
  s.x = bytes + <usize>s.nodeLimit * NODE_BYTES;
  s.y = s.x + axisBytes(s.rows);
  s.z = s.y + axisBytes(s.rows);
  s.listX = s.z + axisBytes(s.rows);
  s.listY = s.listX + axisBytes(s.rows);
  s.listZ = s.listY + axisBytes(s.rows);
  s.listWeight = s.listZ + axisBytes(s.rows);
  s.order = s.listWeight + axisBytes(s.rows);
}

/** Builds the tree over the points as they are; returns how many nodes it has. */
export function tsneGrow(at: usize): i32 {
  const s = changetype<Layout>(at);
  for (let i = 0; i < s.rows; i++) store<i32>(s.order + (<usize>i << 2), i);
  s.nodeCount = 0;
  s.total = 0;
  if (s.rows > 0) grow(s, 0, s.rows);
  for (let i: usize = 0; i < <usize>s.rows << 2; i += 4) {
    const point = pointAt(s, load<i32>(s.order + i));
    store<f32>(s.x + i, f32x4.extract_lane(point, 0));
    store<f32>(s.y + i, f32x4.extract_lane(point, 1));
    store<f32>(s.z + i, f32x4.extract_lane(point, 2));
  }
  // A group's last lanes read past the end.
  memory.fill(s.x + (<usize>s.rows << 2), 0, 32);
  memory.fill(s.y + (<usize>s.rows << 2), 0, 32);
  memory.fill(s.z + (<usize>s.rows << 2), 0, 32);
  return s.nodeCount;
}

@inline
export function pointAt(s: Layout, row: i32): v128 {
  return s.stride == 4 ? load<v128>(s.points + (<usize>row << 4)) : v128.load64_zero(s.points + (<usize>row << 3));
}

/** The node of the points [from, to) of the order, and its subtree. It ends: every cut leaves points on both sides. */
function grow(s: Layout, from: i32, to: i32): void {
  const node = s.nodes + <usize>s.nodeCount * NODE_BYTES;
  s.nodeCount++;
  const last = s.order + (<usize>to << 2);
  let low = f32x4.splat(f32.MAX_VALUE);
  let high = f32x4.neg(low);
  let sum01 = f64x2.splat(0);
  let sum2: f64 = 0;
  for (let i = s.order + (<usize>from << 2); i < last; i += 4) {
    const point = pointAt(s, load<i32>(i));
    low = f32x4.pmin(low, point);
    high = f32x4.pmax(high, point);
    sum01 = f64x2.add(sum01, f64x2.promote_low_f32x4(point));
    sum2 += <f64>f32x4.extract_lane(point, 2);
  }
  const sides = f32x4.sub(high, low);
  const sideX = f32x4.extract_lane(sides, 0);
  const sideY = f32x4.extract_lane(sides, 1);
  const sideZ = f32x4.extract_lane(sides, 2);
  const longest = max(sideX, max(sideY, sideZ));
  const count = <f64>(to - from);
  store<v128>(node + LOW, low);
  store<v128>(node + HIGH, high);
  store<f32>(node + CENTER, <f32>(f64x2.extract_lane(sum01, 0) / count));
  store<f32>(node + CENTER + 4, <f32>(f64x2.extract_lane(sum01, 1) / count));
  store<f32>(node + CENTER + 8, <f32>(sum2 / count));
  store<f32>(node + CENTER + 12, 0);
  store<f32>(node + SIDE, longest * longest);
  store<i32>(node + COUNT, to - from);
  store<i32>(node + FIRST, from);
  if (to - from > LEAF_POINTS && s.nodeCount + 2 <= s.nodeLimit) {
    const axis = longest == sideX ? 0 : longest == sideY ? 1 : 2;
    const lowest = load<f32>(node + LOW + (<usize>axis << 2));
    const middle = part(s, from, to, axis, lowest + <f32>0.5 * longest);
    if (middle > from && middle < to) {
      grow(s, from, middle);
      grow(s, middle, to);
    }
  }
  store<i32>(node + SKIP, s.nodeCount);
}

/** Moves the points whose coordinate is at most `cut` to the front; returns where the others begin. */
function part(s: Layout, from: i32, to: i32, axis: i32, cut: f32): i32 {
  const shift: usize = s.stride == 4 ? 4 : 3;
  const axisAt = s.points + (<usize>axis << 2);
  let front = s.order + (<usize>from << 2);
  let back = s.order + (<usize>to << 2);
  while (front < back) {
    const row = load<i32>(front);
    if (load<f32>(axisAt + (<usize>row << shift)) <= cut) {
      front += 4;
    } else {
      back -= 4;
      store<i32>(front, load<i32>(back));
      store<i32>(back, row);
    }
  }
  return <i32>((front - s.order) >> 2);
}

@inline
export function isLeaf(node: usize, index: i32): bool {
  return load<i32>(node + SKIP) == index + 1;
}
