/** The k-th nearest row of each row, by f32 tiles and selection: what a bandwidth is estimated from. */
import { columnStart, differences, padEights, SQUARED } from "../linalg/differences";
import { blockRows, listRange, TILE_ROWS } from "../linalg/panels";
import { squaredDistance } from "../linalg/rows";

/** Queries at a time: one panel, so that the distances to all rows fit beside it. */
export const BANDWIDTH_QUERIES = 8;

export function bandwidthBytes(rows: i32, dimensions: i32): usize {
  const list = <usize>(blockRows(dimensions) + TILE_ROWS) << 2;
  return <usize>(dimensions + 1) * 32 + list + (<usize>(rows + TILE_ROWS) << 5) + (<usize>rows << 2);
}

/** Packs queries [first, first + count). */
export function bandwidthOpen(work: usize, x: usize, dimensions: i32, first: i32, count: i32): void {
  for (let j = 0; j < count; j++) {
    let from = x + ((<usize>(first + j) * <usize>dimensions) << 2);
    let at = columnStart(work, j, dimensions);
    store<f32>(at, 0);
    for (let t = 0; t < dimensions; t++, from += 4) store<f32>((at += 32), load<f32>(from));
  }
  padEights(work, count, dimensions);
}

@inline
function distancesOf(work: usize, dimensions: i32): usize {
  return work + <usize>(dimensions + 1) * 32 + (<usize>(blockRows(dimensions) + TILE_ROWS) << 2);
}

/** Squared distances of rows [from, to) to the queries; in f64 first where squares leave float32's middle range, as plain distances. */
export function bandwidthScan(work: usize, x: usize, dimensions: i32, from: i32, to: i32, first: i32, count: i32, isMiddling: bool): void {
  const list = work + <usize>(dimensions + 1) * 32;
  const capacity = blockRows(dimensions);
  const rowBytes = <usize>dimensions << 2;
  for (let start = from; start < to; start += capacity) {
    const end = min(start + capacity, to);
    const out = distancesOf(work, dimensions) + (<usize>start << 5);
    if (isMiddling) {
      listRange(list, start, end);
      differences(SQUARED, x, dimensions, list, end - start, work, count, out);
      continue;
    }
    for (let i = start; i < end; i++) {
      for (let j = 0; j < count; j++) {
        const far = sqrt(squaredDistance(x + <usize>i * rowBytes, x + <usize>(first + j) * rowBytes, dimensions));
        store<f32>(out + (<usize>(i - start) << 5) + (<usize>j << 2), <f32>far);
      }
    }
  }
}

/** Sum of the distances of `count` queries to their k-th nearest rows, themselves included. */
export function bandwidthSum(work: usize, rows: i32, dimensions: i32, count: i32, k: i32, isMiddling: bool): f64 {
  const all = distancesOf(work, dimensions);
  const column = all + (<usize>(rows + TILE_ROWS) << 5);
  let sum: f64 = 0;
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < rows; i++) store<f32>(column + (<usize>i << 2), load<f32>(all + (<usize>i << 5) + (<usize>j << 2)));
    const value = <f64>smallest(column, rows, k);
    sum += isMiddling ? sqrt(value) : value;
  }
  return sum;
}

/** The k-th smallest of `count` values, which change places: Hoare's selection. */
function smallest(values: usize, count: i32, k: i32): f32 {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = load<f32>(values + (<usize>((low + high) >> 1) << 2));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<f32>(values + (<usize>i << 2)) < pivot) i++;
      while (load<f32>(values + (<usize>j << 2)) > pivot) j--;
      if (i > j) break;
      const a = values + (<usize>i << 2);
      const b = values + (<usize>j << 2);
      const kept = load<f32>(a);
      store<f32>(a, load<f32>(b));
      store<f32>(b, kept);
      i++;
      j--;
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else break;
  }
  return load<f32>(values + (<usize>(k - 1) << 2));
}
