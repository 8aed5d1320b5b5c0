/** Core distances: how far the row lies that completes `minSamples`. */
import type { Slices } from "../../contract";
import type { KernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import type { Metric } from "../../neighbors/contract";
import { emptyLists, knnAdd } from "../../neighbors/exact";
import type { RawMetric } from "../../neighbors/metric";
import { sliceRows } from "../../slices";
import { coreRows } from "./memory";

/** A call into the module for each row, as `sliceRows` counts: some 200 ns. */
const CORE_OPERATIONS = 8_000;

/** Rows with their metric, and where their inverse norms lie when it is angular. */
export interface Space {
  matrix: KernelMatrix;
  metric: Metric;
  raw: RawMetric;
  inverses: number;
}

/**
 * The f64 distance of each row to the farthest of its `minSamples` − 1 nearest others; Infinity past `maxEps`. Rows are taken in parts, so that
 * the lists of all are never there together.
 */
export function* coreDistances(
  kernel: KernelModule,
  space: Space,
  minSamples: number,
  maxEps: number,
): Slices<Float64Array> {
  const { matrix, metric } = space;
  const { rows } = matrix;
  const k = minSamples - 1;
  const core = new Float64Array(rows);
  const size = coreRows(rows, k);
  for (let first = 0; first < rows; first += size) {
    const part = size < rows ? matrix.part(first, Math.min(first + size, rows)) : matrix;
    const lists = emptyLists(part.rows, k);
    for (const { done, total } of knnAdd(kernel, lists, { matrix: part, first }, { matrix, first: 0 }, metric)) {
      yield { done: first + (done / total) * part.rows, total: rows };
    }
    const finish = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const far = farthest(kernel, space, first + i, lists.neighbors, lists.distances, i * k, k);
        core[first + i] = far <= maxEps ? far : Infinity;
      }
    };
    yield* sliceRows(part.rows, CORE_OPERATIONS, finish, (done) => ({ done: first + done, total: rows }));
  }
  return core;
}

/** Lists are ascending by the distance in float32; among its equals at the end, f64 tells the farthest. */
function farthest(
  kernel: KernelModule,
  { matrix, raw, inverses }: Space,
  row: number,
  neighbors: Int32Array,
  distances: Float32Array,
  from: number,
  k: number,
): number {
  const { address, dimensions } = matrix;
  const at = (i: number): number => address + 4 * i * dimensions;
  const inverse = (i: number): number => (inverses === 0 ? 0 : kernel.f64(inverses + 8 * i, 1)[0]!);
  const last = distances[from + k - 1]!;
  let far = 0;
  for (let j = from + k - 1; j >= from && distances[j] === last; j--) {
    const other = neighbors[j]!;
    const distance = kernel.raw.rowDistance(
      raw.code,
      raw.power,
      at(row),
      at(other),
      dimensions,
      inverse(row),
      inverse(other),
    );
    far = Math.max(far, distance);
  }
  return far;
}
