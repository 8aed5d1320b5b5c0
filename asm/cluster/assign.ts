/** One assignment pass with everything that is reported of it. Sums are exact on the grids that the façade chose. */
import { onGrid } from "../grid";
import { addRow, squaredDistance } from "../linalg/rows";
import { Block, createBlock, nearestOfRange } from "./nearest";

export function assignBlock(at: usize, dimensions: i32): usize {
  return changetype<usize>(createBlock(at, dimensions));
}

/** Labels of rows [from, to). */
export function assignLabels(x: usize, dimensions: i32, from: i32, to: i32, panels: usize, clusters: i32, block: usize, labels: usize): void {
  const b = changetype<Block>(block);
  for (let first = from; first < to; first += b.capacity) {
    const end = min(first + b.capacity, to);
    nearestOfRange(b, first, end, x, dimensions, panels, clusters);
    memory.copy(labels + (<usize>first << 2), b.nearest, <usize>(end - first) << 2);
  }
}

/**
 * Distances of rows [from, to) to their own centroids, by differences in f64, and the sums over them. Per cluster: `counts`, `sums`
 * (× dimensions), `distanceSums` and `squaredSums` (f64); the nearest row so far and its distance (−1 and Infinity at the start).
 */
export function assignDescribe(
  x: usize, dimensions: i32, from: i32, to: i32, centroids: usize, labels: usize, distances: usize,
  counts: usize, sums: usize, distanceSums: usize, squaredSums: usize, nearestRows: usize, nearestDistances: usize,
  sumMagic: f64, distanceMagic: f64, squaredMagic: f64,
): void {
  const rowBytes = <usize>dimensions << 2;
  for (let i = from; i < to; i++) {
    const c = <usize>load<i32>(labels + (<usize>i << 2));
    const row = x + <usize>i * rowBytes;
    const squared = squaredDistance(row, centroids + c * rowBytes, dimensions);
    const distance = sqrt(squared);
    store<f32>(distances + (<usize>i << 2), <f32>distance);
    add(counts + (c << 3), 1);
    add(distanceSums + (c << 3), onGrid(distance, distanceMagic));
    add(squaredSums + (c << 3), onGrid(squared, squaredMagic));
    addRow(sums + c * rowBytes * 2, row, dimensions, 1, sumMagic);
    if (distance < load<f64>(nearestDistances + (c << 3))) {
      store<f64>(nearestDistances + (c << 3), distance);
      store<i32>(nearestRows + (c << 2), i);
    }
  }
}

/** Weighted Σ ‖x − c‖² of rows [from, to) to their labelled centroids, on the grid; per-row values go to `out` unless it is 0. */
export function assignInertia(x: usize, dimensions: i32, from: i32, to: i32, centroids: usize, labels: usize, weights: usize, magic: f64, out: usize): f64 {
  const rowBytes = <usize>dimensions << 2;
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const c = <usize>load<i32>(labels + (<usize>i << 2));
    const squared = squaredDistance(x + <usize>i * rowBytes, centroids + c * rowBytes, dimensions);
    if (out) store<f64>(out + (<usize>i << 3), squared);
    sum += onGrid(weights ? load<f64>(weights + (<usize>i << 3)) * squared : squared, magic);
  }
  return sum;
}

@inline
function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}
