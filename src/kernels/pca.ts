/**
 * What principal components are made of: scatter matrix (n d² flops, 8 d² + 1,076 d bytes), eigenpairs (eigen.ts), coordinates (2 n d flops and 16 n bytes). Formulas in memory.ts, method and papers in docs/kernels.md. Deterministic.
 */
import type { Grid, Slices } from "./contract";
import { gridMagic, squareScale } from "./grid";
import type { KernelMatrix } from "./matrix";
import type { KernelModule } from "./module";
import { sliceRows } from "./slices";

export const MAX_SCATTER_DIMENSIONS = 1_024;
/** Shards start at a multiple of this, so that the chunks of the product are the same for any sharding. */
const BLOCK_ROWS = 1_024;
const CHUNK_ROWS = 256;

export function scatter(
  kernel: KernelModule,
  matrix: KernelMatrix,
  firstRow: number,
  grid: Grid,
): Slices<Float64Array> {
  if (matrix.dimensions > MAX_SCATTER_DIMENSIONS) {
    throw new RangeError(`scatter takes up to ${MAX_SCATTER_DIMENSIONS} dimensions, not ${matrix.dimensions}`);
  }
  if (!Number.isInteger(firstRow) || firstRow < 0 || firstRow % BLOCK_ROWS !== 0) {
    throw new RangeError(`firstRow must be a multiple of ${BLOCK_ROWS}, not ${firstRow}`);
  }
  matrix.checkGrid(grid);
  return kernel.scopedSlices(() => accumulate(kernel, matrix, grid));
}

function* accumulate(kernel: KernelModule, matrix: KernelMatrix, grid: Grid): Slices<Float64Array> {
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  const sums = kernel.allocateF64(dimensions * dimensions);
  const work = kernel.allocate(raw.scatterBytes(dimensions));
  // A chunk's entry is a sum of 256 products, rounded in f32: twice the bound leaves room for that rounding.
  const magic = gridMagic(2 * CHUNK_ROWS * grid.maxAbs ** 2, Math.ceil(grid.rows / CHUNK_ROWS));
  const scale = squareScale(grid.maxAbs);
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const count = Math.min(CHUNK_ROWS, rows - from);
    raw.scatterAdd(address + 4 * dimensions * from, count, dimensions, scale, work, sums, magic);
    yield { done: from + count, total: rows };
  }
  const result = kernel.f64(sums, dimensions * dimensions).slice();
  for (let i = 0; i < dimensions; i++) {
    for (let j = 0; j < i; j++) result[i * dimensions + j] = result[j * dimensions + i]!;
  }
  return result;
}

/** See `Kernels.project`. */
export function project(kernel: KernelModule, matrix: KernelMatrix, axes: Float64Array, count: number): Float32Array {
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  if (!Number.isInteger(count) || count < 1 || axes.length !== count * dimensions) {
    throw new RangeError(`${axes.length} axis values are not ${count} × ${dimensions}`);
  }
  matrix.peak();
  return kernel.scoped(() => {
    const panels = kernel.allocate(raw.panelBytes(count, dimensions));
    raw.packAxes(kernel.allocateF64(axes.length, axes), count, dimensions, panels);
    const padding = raw.projectPadding();
    const list = kernel.allocateI32(raw.blockRows(dimensions) + padding);
    const stride = raw.paddedColumns(count);
    const out = kernel.allocate(4 * stride * (rows + padding));
    for (const _ of sliceRows(rows, stride * (2 * dimensions + 8), (from, to) => {
      raw.projectRows(address, dimensions, from, to, panels, count, list, out);
    }));
    const padded = kernel.f32(out, stride * rows);
    if (stride === count) return padded.slice();
    const result = new Float32Array(rows * count);
    for (let i = 0; i < rows; i++) result.set(padded.subarray(i * stride, i * stride + count), i * count);
    return result;
  });
}
