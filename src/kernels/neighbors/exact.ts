/**
 * Exact nearest neighbours: every query against every base row by blocked f32 tiles, which serve as a filter with a proven bound on their
 * rounding; what passes is measured in f64. Cost 2 d flops a pair; memory `searchBytes` in memory.ts. Deterministic: a list depends on the
 * rows alone, not on blocks or shards.
 */
import type { Slices } from "../contract";
import { ceilLog2 } from "../grid";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { Metric, NeighborLists } from "./contract";
import { blockQueries } from "./memory";
import { rawMetric } from "./metric";

/** Rows with their place in the data set. */
export interface Shard {
  matrix: KernelMatrix;
  first: number;
}

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
  return kernel.scopedSlices(() => blocks(kernel, lists, queries, base, metric));
}

function* blocks(
  kernel: KernelModule,
  lists: NeighborLists,
  queries: Shard,
  base: Shard,
  metric: Metric,
): Slices<void> {
  const { raw } = kernel;
  const { rows, dimensions } = queries.matrix;
  const { k } = lists;
  const { code, power, angular } = rawMetric(metric);
  const peak = Math.max(queries.matrix.peak(), base.matrix.peak());
  if (rows === 0 || base.matrix.rows === 0) return;

  const inverses = ({ matrix }: Shard): number => {
    if (!angular) return 0;
    const address = kernel.allocate(8 * matrix.rows);
    raw.inverseNorms(matrix.address, matrix.rows, dimensions, address);
    return address;
  };
  const state = kernel.allocate(raw.searchBytes());
  const scale = peak > 0 ? 2 ** -ceilLog2(peak) : 1;
  raw.searchSpace(state, code, power, dimensions, k, scale, kernel.allocate(8 * dimensions));
  const queryInverses = inverses(queries);
  const baseInverses = base.matrix === queries.matrix ? queryInverses : inverses(base);
  raw.searchQueries(state, queries.matrix.address, queries.first, queryInverses);
  const norms = kernel.allocate(4 * base.matrix.rows);
  const chunks = raw.searchBase(state, base.matrix.address, base.matrix.rows, base.first, baseInverses, norms);
  raw.searchMean(state);
  const capacity = blockQueries(rows, dimensions);
  raw.searchBlock(state, kernel.allocate(raw.searchBlockBytes(dimensions, k, capacity)), capacity);

  const total = rows * chunks;
  let done = 0;
  const operations = Math.ceil(base.matrix.rows / chunks) * (2 * dimensions + 4);
  for (let first = 0; first < rows; first += capacity) {
    const count = Math.min(capacity, rows - first);
    const from = first * k;
    const to = from + count * k;
    kernel.f32(raw.searchDistances(state), count * k).set(lists.distances.subarray(from, to));
    kernel.i32(raw.searchNeighbors(state), count * k).set(lists.neighbors.subarray(from, to));
    raw.searchOpen(state, first, count);
    for (let chunk = 0; chunk < chunks; chunk++) {
      raw.searchPack(state, chunk);
      const step = (row: number) => ({ done: done + row, total });
      yield* sliceRows(count, operations, (low, high) => raw.searchScan(state, low, high), step);
      done += count;
    }
    const measured = 8 * (k + 8) * dimensions;
    yield* sliceRows(
      count,
      measured,
      (low, high) => raw.searchClose(state, low, high),
      () => ({ done, total }),
    );
    lists.distances.set(kernel.f32(raw.searchDistances(state), count * k), from);
    lists.neighbors.set(kernel.i32(raw.searchNeighbors(state), count * k), from);
  }
}
