/** What density-based validation computes for one row of a cluster: distances to its members, and its core distance among them. */
import { COSINE, rowDistance } from "../neighbors/metric";

/** Distances of `row` to the `count` rows of `list`, in f64. */
export function distancesOfRow(x: usize, dimensions: i32, metric: i32, power: f64, inverses: usize, row: i32, list: usize, count: i32, out: usize): void {
  const rowBytes = <usize>dimensions << 2;
  const cosine = metric == COSINE;
  const own = x + <usize>row * rowBytes;
  const u = cosine ? load<f64>(inverses + (<usize>row << 3)) : 0;
  for (let i = 0; i < count; i++) {
    const other = <usize>load<i32>(list + (<usize>i << 2));
    const v = cosine ? load<f64>(inverses + (other << 3)) : 0;
    store<f64>(out + (<usize>i << 3), rowDistance(metric, power, own, x + other * rowBytes, dimensions, u, v));
  }
}

/**
 * All-points core distance: the power mean with exponent −dimensions of `count` distances to the other members. Relative to the smallest, so that no power
 * overflows; distances of 0 count as infinitely dense duplicates do in the reference library: not at all.
 */
export function allPointsCore(distances: usize, count: i32, dimensions: i32): f64 {
  let nearest: f64 = Infinity;
  const end = distances + (<usize>count << 3);
  for (let at = distances; at < end; at += 8) {
    const distance = load<f64>(at);
    if (distance > 0) nearest = min(nearest, distance);
  }
  if (nearest == Infinity) return 0;
  let sum: f64 = 0;
  for (let at = distances; at < end; at += 8) {
    const distance = load<f64>(at);
    if (distance > 0) sum += wholePower(nearest / distance, dimensions);
  }
  // The row itself is among the members, at distance 0.
  return nearest * Math.pow(<f64>(count - 1) / sum, 1 / <f64>dimensions);
}

function wholePower(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  for (let left = exponent; left > 0; left >>= 1) {
    if (left & 1) result *= base;
    base *= base;
  }
  return result;
}
