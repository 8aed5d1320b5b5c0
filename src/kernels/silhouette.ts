import type { Grid, Slices } from "./contract";
import { gridMagic, squareScale } from "./grid";
import type { KernelMatrix } from "./matrix";
import { checkLabels } from "./measures/labels";
import type { KernelModule } from "./module";
import { sliceRows } from "./slices";

/**
 * See `Kernels.silhouetteSums`. Cost 2 n d flops a query; memory 8 n + queries (8 d + 8 k + 20) bytes and one block
 * (`silhouetteBytes`). Deterministic; precision in docs/kernels.md.
 */
export function silhouetteSums(
  kernel: KernelModule,
  queries: Float32Array,
  matrix: KernelMatrix,
  labels: Int32Array,
  clusters: number,
  grid: Grid,
): Slices<Float64Array> {
  if (queries.length % matrix.dimensions !== 0) {
    throw new RangeError(`${queries.length} values are not whole queries of ${matrix.dimensions} dimensions`);
  }
  checkLabels(matrix, labels, clusters);
  matrix.checkGrid(grid);
  return kernel.scopedSlices(() => pass(kernel, queries, matrix, labels, clusters, grid));
}

function* pass(
  kernel: KernelModule,
  queries: Float32Array,
  { rows, dimensions, address: x }: KernelMatrix,
  labels: Int32Array,
  clusters: number,
  grid: Grid,
): Slices<Float64Array> {
  const { raw } = kernel;
  const count = queries.length / dimensions;
  const queryRows = kernel.allocateF32(queries.length, queries);
  const peak = raw.maxAbs(queryRows, queries.length);
  if (!(peak <= grid.maxAbs)) {
    throw new RangeError(`the grid is for magnitudes up to ${grid.maxAbs}, the queries have ${peak}`);
  }
  const scale = squareScale(grid.maxAbs);
  const magic = gridMagic(2 * Math.sqrt(dimensions) * grid.maxAbs, grid.rows);
  const labelAddress = kernel.allocateI32(rows, labels);
  const norms = kernel.allocateF32(rows);
  raw.rowNorms(x, rows, dimensions, scale, norms);
  const panels = kernel.allocate(raw.panelBytes(count, dimensions));
  raw.packDistancePanels(queryRows, count, dimensions, scale, panels);
  const work = kernel.allocate(raw.silhouetteBytes(dimensions, count));
  const padded = raw.paddedColumns(count);
  const sums = kernel.allocateF64(clusters * padded);

  yield* sliceRows(rows, count * (2 * dimensions + 32), (from, to) => {
    // biome-ignore format: one call
    raw.silhouetteAdd(x, dimensions, from, to, labelAddress, norms, queryRows, panels, count, scale, work, sums, magic);
  });

  const byCluster = kernel.f64(sums, clusters * padded);
  const result = new Float64Array(count * clusters);
  for (let q = 0; q < count; q++) {
    for (let c = 0; c < clusters; c++) result[q * clusters + c] = byCluster[c * padded + q]!;
  }
  return result;
}
