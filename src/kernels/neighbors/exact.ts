/**
 * Exact nearest neighbours: blocks of queries against blocks of the base by f32 tiles, which serve as a filter with a proven bound on their
 * rounding; what passes is measured in f64. Cost at most 2 d flops a pair; memory `knnBytes`. Deterministic: a list depends on the
 * rows alone, not on blocks or shards.
 */
import type { Slices } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { Metric, NeighborLists } from "./contract";
import { roomOf } from "./memory";
import { openSession, type Shard } from "./session";

/** Rows, in units of k, that the nearest blocks should hold before limits are good. */
const NEAR_ROWS = 8;

export function emptyLists(rows: number, k: number): NeighborLists {
  if (!Number.isInteger(rows) || rows < 0) throw new RangeError(`rows must be a whole number ≥ 0, not ${rows}`);
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k must be a whole number ≥ 1, not ${k}`);
  return {
    rows,
    k,
    neighbors: new Int32Array(rows * k).fill(-1),
    distances: new Float32Array(rows * k).fill(Infinity),
  };
}

export function* knn(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: { k: number; metric: Metric },
): Slices<NeighborLists> {
  const lists = emptyLists(matrix.rows, options.k);
  const whole = { matrix, first: 0 };
  yield* knnAdd(kernel, lists, whole, whole, options.metric);
  return lists;
}

export function knnAdd(
  kernel: KernelModule,
  lists: NeighborLists,
  queries: Shard,
  base: Shard,
  metric: Metric,
): Slices<void> {
  const { rows, dimensions } = queries.matrix;
  if (lists.rows !== rows) throw new RangeError(`lists of ${lists.rows} rows for ${rows} queries`);
  if (base.matrix.dimensions !== dimensions) {
    throw new RangeError(`queries of ${dimensions} dimensions, a base of ${base.matrix.dimensions}`);
  }
  return kernel.scopedSlices(() => search(kernel, lists, queries, base, metric));
}

/** Addresses of the lists of a block of queries. */
export interface BlockLists {
  distances: number;
  neighbors: number;
}

export function allocateLists(kernel: KernelModule, state: number, leaf: number, k: number): BlockLists {
  const room = roomOf(k);
  const [counts, candidates] = [kernel.allocate(4 * leaf), kernel.allocate(8 * leaf * room)];
  const lists = { distances: kernel.allocate(4 * leaf * k), neighbors: kernel.allocate(4 * leaf * k) };
  kernel.raw.searchLists(
    state,
    k,
    room,
    counts,
    candidates,
    lists.distances,
    lists.neighbors,
    kernel.allocate(8 * leaf),
  );
  return lists;
}

function* search(
  kernel: KernelModule,
  lists: NeighborLists,
  queries: Shard,
  base: Shard,
  metric: Metric,
): Slices<void> {
  const { raw } = kernel;
  const { rows } = queries.matrix;
  const { k } = lists;
  if (rows === 0 || base.matrix.rows === 0) {
    queries.matrix.peak();
    return;
  }
  const { state, leaf, blocks, width, queryOrder } = yield* openSession(kernel, queries, base, metric);
  const { distances, neighbors } = allocateLists(kernel, state, leaf, k);
  const near = 2 + Math.floor((NEAR_ROWS * k) / leaf);
  for (let first = 0; first < rows; first += leaf) {
    const count = Math.min(leaf, rows - first);
    const order = kernel.i32(queryOrder + 4 * first, count);
    const [own, others] = [kernel.f32(distances, count * k), kernel.i32(neighbors, count * k)];
    for (const [i, row] of order.entries()) {
      own.set(lists.distances.subarray(row * k, (row + 1) * k), i * k);
      others.set(lists.neighbors.subarray(row * k, (row + 1) * k), i * k);
    }
    raw.searchOpen(state, first, count);
    raw.searchNear(state, near);
    const step = () => ({ done: first, total: rows });
    yield* sliceRows(blocks, 2 * count * leaf * width, (from, to) => raw.searchRest(state, from, to), step);
    raw.searchClose(state);
    for (const [i, row] of order.entries()) {
      lists.distances.set(own.subarray(i * k, (i + 1) * k), row * k);
      lists.neighbors.set(others.subarray(i * k, (i + 1) * k), row * k);
    }
  }
}
