/**
 * The k nearest rows of each query of a block, exactly: f32 tiles that filter, with candidates kept beside them, decided by f64 distances.
 * The nearest blocks come first, so that limits are low when the rest are met; blocks beyond every limit are passed over.
 */
import { listRange } from "../linalg/panels";
import { addCandidate, limitOf, measure, tighten } from "./candidates";
import { filterBlock, openQueries } from "./filter";
import { PRODUCT, Search } from "./state";

/** Starts on the queries at positions [first, first + count), whose lists are in place. */
export function searchOpen(at: usize, first: i32, count: i32): void {
  const s = changetype<Search>(at);
  openQueries(s, first, count);
  for (let i = 0; i < count; i++) {
    const place = <usize>i << 2;
    store<i32>(s.counts + place, 0);
    store<i32>(s.known + (place << 1), -1);
    store<f32>(s.limits + place, limitOf(s, i, load<f32>(s.distances + place * <usize>s.k + (<usize>(s.k - 1) << 2))));
  }
}

/** Meets the `blocks` nearest of those not met yet. */
export function searchNear(at: usize, blocks: i32): void {
  const s = changetype<Search>(at);
  for (let met = 0; met < blocks; met++) {
    let nearest = 0;
    for (let block = 1; block < s.blocks; block++) {
      if (load<f64>(s.gaps + (<usize>block << 3)) < load<f64>(s.gaps + (<usize>nearest << 3))) nearest = block;
    }
    if (load<f64>(s.gaps + (<usize>nearest << 3)) == Infinity) return;
    meet(s, nearest, s.centers ? 0 : load<f64>(s.gaps + (<usize>nearest << 3)));
    // Met: never again.
    store<f64>(s.gaps + (<usize>nearest << 3), Infinity);
    for (let i = 0; i < s.count; i++) if (s.axes > 0) measure(s, i);
    else tighten(s, i);
  }
}

/** Blocks [from, to), except those met before. */
export function searchRest(at: usize, from: i32, to: i32): void {
  const s = changetype<Search>(at);
  for (let block = from; block < to; block++) {
    const gap = load<f64>(s.gaps + (<usize>block << 3));
    if (gap < Infinity) meet(s, block, gap);
  }
}

function meet(s: Search, block: i32, gap: f64): void {
  if (gap > 0 && gap > farthest(s)) return;
  listRange(s.list, 0, s.count);
  filterBlock(s, s.count, block);
  const stride = <usize>s.leaf << 2;
  for (let i = 0; i < s.count; i++) scanRow(s, i, s.products + <usize>i * stride, block * s.leaf);
}

/** The largest limit, in the terms of `gaps`. */
export function farthest(s: Search): f64 {
  let largest: f64 = -Infinity;
  for (let i: usize = 0; i < <usize>s.count << 2; i += 4) {
    const limit = <f64>load<f32>(s.limits + i);
    largest = max(largest, s.filter == PRODUCT ? limit + <f64>load<f32>(s.norms + i) : limit);
  }
  return largest;
}

function scanRow(s: Search, query: i32, products: usize, position: i32): void {
  let limits = v128.load_splat<f32>(s.limits + (<usize>query << 2));
  for (let j = 0; j < s.leaf; j += 4) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(products + (<usize>j << 2)), limits));
    if (passing == 0) continue;
    let limit: f32 = 0;
    for (; passing; passing &= passing - 1) {
      const column = j + ctz(passing);
      limit = addCandidate(s, query, load<f32>(products + (<usize>column << 2)), position + column);
    }
    limits = f32x4.splat(limit);
  }
}

/** Ends the block of queries: their lists are then exact. */
export function searchClose(at: usize): void {
  const s = changetype<Search>(at);
  for (let i = 0; i < s.count; i++) {
    tighten(s, i);
    measure(s, i);
  }
}
