/** Centroids of labelled rows and the sums about them, in two passes of 3 n d flops; memory `membersBytes` in memory.ts. */
import type { Grid, Slices } from "../contract";
import { gridMagic } from "../grid";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { Members } from "./contract";
import { checkLabels } from "./labels";

export function members(
  kernel: KernelModule,
  matrix: KernelMatrix,
  labels: Int32Array,
  clusters: number,
  grid: Grid,
): Slices<Members> {
  checkLabels(matrix, labels, clusters);
  matrix.checkGrid(grid);
  return kernel.scopedSlices(() => passes(kernel, matrix, labels, clusters, grid));
}

function* passes(
  kernel: KernelModule,
  { rows, dimensions, address: x }: KernelMatrix,
  labels: Int32Array,
  clusters: number,
  grid: Grid,
): Slices<Members> {
  const { raw } = kernel;
  const places = kernel.allocateI32(rows, labels);
  const counts = kernel.allocateF64(clusters);
  const sums = kernel.allocateF64(clusters * dimensions);
  const sumMagic = gridMagic(grid.maxAbs, grid.rows);
  const step = (done: number) => ({ done, total: 2 * rows });
  const add = (from: number, to: number): void => {
    raw.memberSums(x, dimensions, from, to, places, counts, sums, sumMagic);
  };
  yield* sliceRows(rows, 8 * dimensions, add, step);

  const sizes = kernel.f64(counts, clusters).slice();
  const total = kernel.f64(sums, clusters * dimensions).slice();
  const centroids = Float32Array.from(total, (sum, i) => sum / Math.max(1, sizes[Math.floor(i / dimensions)]!));
  const near = kernel.allocateF32(centroids.length, centroids);
  const [distances, squares] = [kernel.allocateF64(clusters), kernel.allocateF64(clusters)];
  const farthest = 4 * dimensions * grid.maxAbs ** 2;
  const distanceMagic = gridMagic(Math.sqrt(farthest), grid.rows);
  const squaredMagic = gridMagic(farthest, grid.rows);
  const measure = (from: number, to: number): void => {
    raw.memberDistances(x, dimensions, from, to, places, near, distances, squares, distanceMagic, squaredMagic);
  };
  yield* sliceRows(rows, 8 * dimensions, measure, (done) => step(rows + done));
  const squaredDistances = kernel.f64(squares, clusters).slice();
  return {
    centroids,
    sums: {
      counts: sizes,
      sums: total,
      inertia: squaredDistances.reduce((sum, value) => sum + value, 0),
      distances: kernel.f64(distances, clusters).slice(),
      squaredDistances,
    },
  };
}
