/**
 * What pulls points together: each entry of the neighbour lists pulls its row to the neighbour and the neighbour to the row. So the lists need not be
 * made symmetric, which would take up to twice the memory. Entries are padded to fours by the row itself at probability 0.
 */
import { Layout } from "./state";

export function tsneClear(at: usize): void {
  const s = changetype<Layout>(at);
  memory.fill(s.attraction, 0, <usize>s.rows * <usize>s.stride * 4);
}

/** Adds the pulls of the lists of rows [from, to). */
export function tsneAttract(at: usize, from: i32, to: i32): void {
  const s = changetype<Layout>(at);
  for (let row = from; row < to; row++) {
    if (s.dimensions == 2) attract2(s, row);
    else if (s.dimensions == 3) attract3(s, row);
    else attractAny(s, row);
  }
}

@inline
function addPair(at: usize, pull: v128): void {
  v128.store64_lane(at, f32x4.add(v128.load64_zero(at), pull), 0);
}

function attract2(s: Layout, row: i32): void {
  const points = s.points;
  const attraction = s.attraction;
  const own = v128.load64_splat(points + (<usize>row << 3));
  const ownX = v128.shuffle<f32>(own, own, 0, 0, 0, 0);
  const ownY = v128.shuffle<f32>(own, own, 1, 1, 1, 1);
  const one = f32x4.splat(1);
  let sumX = f32x4.splat(0);
  let sumY = sumX;
  const first = <usize>row * <usize>s.k << 2;
  for (let e = first; e < first + (<usize>s.k << 2); e += 16) {
    const n0 = <usize>load<i32>(s.neighbors + e) << 3;
    const n1 = <usize>load<i32>(s.neighbors + e, 4) << 3;
    const n2 = <usize>load<i32>(s.neighbors + e, 8) << 3;
    const n3 = <usize>load<i32>(s.neighbors + e, 12) << 3;
    const p01 = v128.load64_lane(points + n1, v128.load64_zero(points + n0), 1);
    const p23 = v128.load64_lane(points + n3, v128.load64_zero(points + n2), 1);
    const dx = f32x4.sub(v128.shuffle<f32>(p01, p23, 0, 2, 4, 6), ownX);
    const dy = f32x4.sub(v128.shuffle<f32>(p01, p23, 1, 3, 5, 7), ownY);
    const close = f32x4.add(f32x4.add(one, f32x4.mul(dx, dx)), f32x4.mul(dy, dy));
    const force = f32x4.div(load<v128>(s.probabilities + e), close);
    const pullX = f32x4.mul(force, dx);
    const pullY = f32x4.mul(force, dy);
    sumX = f32x4.add(sumX, pullX);
    sumY = f32x4.add(sumY, pullY);
    // The neighbours are pulled the other way; one after the other, since the padding names one row several times.
    const pull01 = f32x4.neg(v128.shuffle<f32>(pullX, pullY, 0, 4, 1, 5));
    const pull23 = f32x4.neg(v128.shuffle<f32>(pullX, pullY, 2, 6, 3, 7));
    addPair(attraction + n0, pull01);
    addPair(attraction + n1, v128.shuffle<f32>(pull01, pull01, 2, 3, 2, 3));
    addPair(attraction + n2, pull23);
    addPair(attraction + n3, v128.shuffle<f32>(pull23, pull23, 2, 3, 2, 3));
  }
  const halves = f32x4.add(v128.shuffle<f32>(sumX, sumY, 0, 4, 1, 5), v128.shuffle<f32>(sumX, sumY, 2, 6, 3, 7));
  addPair(attraction + (<usize>row << 3), f32x4.add(halves, v128.shuffle<f32>(halves, halves, 2, 3, 2, 3)));
}

function attract3(s: Layout, row: i32): void {
  const own = load<v128>(s.points + (<usize>row << 4));
  let sum = f32x4.splat(0);
  const first = <usize>row * <usize>s.k << 2;
  for (let e = first; e < first + (<usize>s.k << 2); e += 4) {
    const neighbor = <usize>load<i32>(s.neighbors + e) << 4;
    const d = f32x4.sub(load<v128>(s.points + neighbor), own);
    const square = f32x4.mul(d, d);
    const distance = f32x4.extract_lane(square, 0) + f32x4.extract_lane(square, 1) + f32x4.extract_lane(square, 2);
    const pull = f32x4.mul(f32x4.splat(load<f32>(s.probabilities + e) / (1 + <f32>0.5 * distance)), d);
    sum = f32x4.add(sum, pull);
    store<v128>(s.attraction + neighbor, f32x4.sub(load<v128>(s.attraction + neighbor), pull));
  }
  const at = s.attraction + (<usize>row << 4);
  store<v128>(at, f32x4.add(load<v128>(at), sum));
}

function attractAny(s: Layout, row: i32): void {
  const rowBytes = <usize>s.dimensions << 2;
  const own = <usize>row * rowBytes;
  const first = <usize>row * <usize>s.k << 2;
  for (let e = first; e < first + (<usize>s.k << 2); e += 4) {
    const other = <usize>load<i32>(s.neighbors + e) * rowBytes;
    const square = squareBetween(s.points + own, s.points + other, rowBytes);
    const force = load<f32>(s.probabilities + e) / (1 + square / <f32>(s.dimensions - 1));
    for (let t: usize = 0; t < rowBytes; t += 4) {
      const pull = force * (load<f32>(s.points + other + t) - load<f32>(s.points + own + t));
      store<f32>(s.attraction + own + t, load<f32>(s.attraction + own + t) + pull);
      store<f32>(s.attraction + other + t, load<f32>(s.attraction + other + t) - pull);
    }
  }
}

export function squareBetween(a: usize, b: usize, bytes: usize): f32 {
  let sum: f32 = 0;
  for (let t: usize = 0; t < bytes; t += 4) {
    const d = load<f32>(a + t) - load<f32>(b + t);
    sum += d * d;
  }
  return sum;
}
