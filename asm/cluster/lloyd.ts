/**
 * Rounds of Lloyd's algorithm. With bounds, a row whose nearest centroid cannot have changed is passed over: Hamerly, "Making k-means
 * even faster" (SDM 2010), one upper and one lower bound a row. Departures: rows that need it are gathered and rescanned by blocked
 * panels, and the bounds hold against the rounding of those panels, so that labels equal those of the plain rounds to the last bit.
 */
import { padList } from "../linalg/panels";
import { squaredDistance, squaredNorm } from "../linalg/rows";
import { nearestOfList, nearestOfRange } from "./nearest";
import { KMeans, kmeansMove } from "./state";

/** Sum of products and norms of the last `kmeansAssign`: the objective as the panels see it, for progress only. */
let objective: f64 = 0;

export function kmeansObjective(): f64 {
  return objective;
}

/** Assigns rows [from, to) to their nearest centroids; returns how many labels changed. */
export function kmeansAssign(at: usize, from: i32, to: i32): i32 {
  const s = changetype<KMeans>(at);
  let changed = 0;
  objective = 0;
  for (let first = from; first < to; first += s.block.capacity) {
    const end = min(first + s.block.capacity, to);
    nearestOfRange(s.block, first, end, s.x, s.dimensions, s.panels, s.clusters);
    changed += settle(at, end - first);
  }
  return changed;
}

/** The same by bounds, after at least one round of `kmeansAssign` and with this round's `halves` and `moves`. */
export function kmeansAssignBounded(at: usize, from: i32, to: i32): i32 {
  const s = changetype<KMeans>(at);
  let most: f64 = 0;
  let next: f64 = 0;
  let mover = -1;
  for (let c = 0; c < s.clusters; c++) {
    const move = load<f64>(s.moves + (<usize>c << 3));
    if (move > most) {
      next = most;
      most = move;
      mover = c;
    } else if (move > next) next = move;
  }

  let changed = 0;
  let listed = 0;
  for (let i = from; i < to; i++) {
    const row = <usize>i << 2;
    const label = load<i32>(s.labels + row);
    const upper = roundUp(<f64>load<f32>(s.upper + row) + load<f64>(s.moves + (<usize>label << 3)));
    const lower = roundDown(<f64>load<f32>(s.lower + row) - (label == mover ? next : most));
    store<f32>(s.upper + row, upper);
    store<f32>(s.lower + row, lower);
    const half = load<f32>(s.halves + (<usize>label << 2));
    if (isSettled(s, upper, lower, half)) continue;
    const tight = roundUp(ownDistance(s, i, label));
    store<f32>(s.upper + row, tight);
    if (isSettled(s, tight, lower, half)) continue;
    store<i32>(s.block.list + (<usize>listed << 2), i);
    if (++listed == s.block.capacity) {
      changed += rescan(at, listed);
      listed = 0;
    }
  }
  return changed + rescan(at, listed);
}

/** Every other centroid is farther than the own one by more than the panels' rounding could hide. */
function isSettled(s: KMeans, upper: f32, lower: f32, half: f32): bool {
  const u = <f64>upper;
  // d(x, b) ≥ d(a, b) − d(x, a), with a the own centroid and b its nearest neighbour.
  const other = max(<f64>lower, 2 * <f64>half - u);
  return other > u && (other - u) * (other + u) > 2 * s.slack;
}

function ownDistance(s: KMeans, row: i32, label: i32): f64 {
  const rowBytes = <usize>s.dimensions << 2;
  return sqrt(s.scale * squaredDistance(s.x + <usize>row * rowBytes, s.centroids + <usize>label * rowBytes, s.dimensions));
}

function rescan(at: usize, count: i32): i32 {
  if (count == 0) return 0;
  const s = changetype<KMeans>(at);
  const end = s.block.list + (<usize>count << 2);
  padList(end, load<i32>(end - 4));
  nearestOfList(s.block, count, s.x, s.dimensions, s.panels, s.clusters);
  return settle(at, count);
}

/** Takes the block's result over: labels, sums, and the bounds where they are kept. */
function settle(at: usize, count: i32): i32 {
  const s = changetype<KMeans>(at);
  const block = s.block;
  let changed = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const row = load<i32>(block.list + i);
    const norm = <f64>load<f32>(s.norms + (<usize>row << 2));
    const best = max(0, <f64>load<f32>(block.best + i) + norm);
    objective += best;
    changed += kmeansMove(at, row, load<i32>(block.nearest + i));
    if (s.upper) {
      store<f32>(s.upper + (<usize>row << 2), roundUp(sqrt(best + s.slack)));
      store<f32>(s.lower + (<usize>row << 2), roundDown(sqrt(max(0, <f64>load<f32>(block.second + i) + norm - s.slack))));
    }
  }
  return changed;
}

/** New centroids from the sums (an empty cluster keeps its old one) and how far each moved; returns the summed squared shift. */
export function kmeansUpdate(at: usize): f64 {
  const s = changetype<KMeans>(at);
  let total: f64 = 0;
  for (let c = 0; c < s.clusters; c++) {
    const count = load<f64>(s.counts + (<usize>c << 3));
    let shift: f64 = 0;
    if (count > 0) {
      const first = <usize>c * <usize>s.dimensions;
      for (let t: usize = first; t < first + <usize>s.dimensions; t++) {
        const place = s.centroids + (t << 2);
        const value = <f32>(load<f64>(s.sums + (t << 3)) / count);
        const step = <f64>value - <f64>load<f32>(place);
        store<f32>(place, value);
        shift += step * step;
      }
    }
    total += shift;
    store<f64>(s.moves + (<usize>c << 3), sqrt(s.scale * shift));
  }
  return total;
}

/** halves of clusters [from, to): the panels applied to the centroids themselves, whose second best is the nearest other one. */
export function kmeansHalves(at: usize, from: i32, to: i32): void {
  const s = changetype<KMeans>(at);
  const rowBytes = <usize>s.dimensions << 2;
  for (let first = from; first < to; first += s.block.capacity) {
    const end = min(first + s.block.capacity, to);
    nearestOfRange(s.block, first, end, s.centroids, s.dimensions, s.panels, s.clusters);
    for (let c = first; c < end; c++) {
      const second = <f64>load<f32>(s.block.second + (<usize>(c - first) << 2));
      const squared = max(0, second + s.scale * squaredNorm(s.centroids + <usize>c * rowBytes, s.dimensions) - s.slack);
      store<f32>(s.halves + (<usize>c << 2), roundDown(0.5 * sqrt(squared)));
    }
  }
}

/** Float at least as large as a non-negative number; the factor is wider than the rounding it covers. */
@inline
function roundUp(value: f64): f32 {
  return <f32>(value * 1.0000002384185791);
}

/** Non-negative float at most as large. */
@inline
function roundDown(value: f64): f32 {
  return <f32>(max(0, value) * 0.9999997615814209);
}
