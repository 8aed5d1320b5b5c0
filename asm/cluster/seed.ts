/**
 * k-means++ seeding: Arthur & Vassilvitskii (SODA 2007), with greedy local trials. Several candidates are drawn by squared distance to the
 * nearest centre so far, and the one that lowers the total most is kept.
 */
import { naturalLog } from "../math";
import { uniform } from "../rng";
import { listRange, panelProducts } from "../linalg/panels";

/**
 * For rows [from, to) and each candidate of `panels`: distances[row][candidate] becomes the squared distance to the nearest of the
 * centres so far and that candidate, and its weighted sum is added to potentials[candidate]. `distances` has `stride` bytes a row.
 */
export function seedTry(
  x: usize, dimensions: i32, from: i32, to: i32, panels: usize, candidates: i32, list: usize, capacity: i32,
  norms: usize, weights: usize, closest: usize, distances: usize, stride: usize, potentials: usize,
): void {
  for (let first = from; first < to; first += capacity) {
    const end = min(first + capacity, to);
    listRange(list, first, end);
    panelProducts(x, dimensions, list, end - first, panels, candidates, distances + <usize>first * stride, stride);
  }
  for (let i = from; i < to; i++) {
    const norm = load<f32>(norms + (<usize>i << 2));
    const nearest = load<f32>(closest + (<usize>i << 2));
    const weight = weights ? load<f64>(weights + (<usize>i << 3)) : 1;
    const row = distances + <usize>i * stride;
    for (let c: usize = 0; c < <usize>candidates; c++) {
      const value = min(nearest, max<f32>(0, load<f32>(row + (c << 2)) + norm));
      store<f32>(row + (c << 2), value);
      const potential = potentials + (c << 3);
      store<f64>(potential, load<f64>(potential) + weight * <f64>value);
    }
  }
}

/** The chosen candidate's column becomes the distances to the nearest centre. */
export function seedKeep(distances: usize, stride: usize, candidate: i32, rows: i32, closest: usize): void {
  let from = distances + (<usize>candidate << 2);
  for (let i = 0; i < rows; i++, from += stride, closest += 4) store<f32>(closest, load<f32>(from));
}

/** First row whose running weighted sum of `closest` reaches `target`; the last row that adds to it where rounding falls short. */
export function seedSearch(closest: usize, weights: usize, rows: i32, target: f64): i32 {
  let sum: f64 = 0;
  let last = 0;
  for (let i = 0; i < rows; i++) {
    const share = <f64>load<f32>(closest + (<usize>i << 2)) * (weights ? load<f64>(weights + (<usize>i << 3)) : 1);
    if (!(share > 0)) continue;
    sum += share;
    last = i;
    if (sum >= target) return i;
  }
  return last;
}

/**
 * keys[i] = −ln(u) / rate, u keyed by (seed, stream, purpose, firstRow + i): the rows with the smallest keys are a sample without
 * replacement in which each draw takes a row with probability proportional to its rate (Efraimidis & Spirakis 2006). A rate of 0
 * gives Infinity. `rates` of 0 means that every rate is 1.
 */
export function exponentialKeys(rates: usize, rows: i32, seedLow: u32, seedHigh: u32, stream: u32, purpose: u32, firstRow: f64, keys: usize): void {
  for (let i = 0; i < rows; i++) {
    const rate = rates ? load<f64>(rates + (<usize>i << 3)) : 1;
    const u = uniform(seedLow, seedHigh, stream, purpose, firstRow + <f64>i);
    store<f64>(keys + (<usize>i << 3), rate > 0 ? -naturalLog(u) / rate : Infinity);
  }
}
