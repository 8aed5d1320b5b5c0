/**
 * The estimate of a bandwidth: distances of all pairs by f32 tiles, and a selection for each row. Cost 3 d flops a pair; memory `bandwidthBytes`.
 * Deterministic. It counts with the f32 squares of the tiles, whose error is below (d + 4) · 2⁻²⁴ of a distance.
 */
import type { Slices } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";

/** As in asm/modes/bandwidth.ts. */
const QUERIES = 8;

export function* estimateBandwidth(kernel: KernelModule, matrix: KernelMatrix, quantile: number): Slices<number> {
  const { rows } = matrix;
  if (!(quantile >= 0 && quantile <= 1)) throw new RangeError(`quantile must be from 0 to 1, not ${quantile}`);
  if (rows === 0) throw new RangeError("a bandwidth needs at least one row");
  const isMiddling = isMiddlingMatrix(matrix);
  const k = Math.max(1, Math.floor(rows * quantile));
  return yield* kernel.scopedSlices(() => total(kernel, matrix, k, isMiddling));
}

function* total(kernel: KernelModule, matrix: KernelMatrix, k: number, isMiddling: boolean): Slices<number> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const work = kernel.allocate(raw.bandwidthBytes(rows, dimensions));
  let sum = 0;
  for (let first = 0; first < rows; first += QUERIES) {
    const count = Math.min(QUERIES, rows - first);
    raw.bandwidthOpen(work, x, dimensions, first, count);
    const scan = (from: number, to: number): void =>
      raw.bandwidthScan(work, x, dimensions, from, to, first, count, isMiddling);
    yield* sliceRows(rows, QUERIES * dimensions, scan, () => ({ done: first, total: rows }));
    sum += raw.bandwidthSum(work, rows, dimensions, count, k, isMiddling);
  }
  return sum / rows;
}

/** Whether squares of the values keep within float32's middle range. */
export function isMiddlingMatrix(matrix: KernelMatrix): boolean {
  const peak = matrix.peak();
  return peak <= 2 ** 30 && peak >= 2 ** -30;
}
