import type { Assignment, Grid, Slices } from "./contract";
import { gridMagic, squareScale } from "./grid";
import type { KernelMatrix } from "./matrix";
import type { KernelModule } from "./module";
import { sliceRows } from "./slices";

/**
 * One assignment pass over the matrix; see `Kernels.assign`. Cost 2 n k d flops; memory 8 n + k (16 d + 60) bytes and one block
 * (`assignBytes`). Deterministic; sums exact, labels to the rounding of f32 products (docs/kernels.md).
 */
export function assign(
  kernel: KernelModule,
  matrix: KernelMatrix,
  centroids: Float32Array,
  clusters: number,
  grid: Grid,
): Slices<Assignment> {
  if (clusters < 1 || centroids.length !== clusters * matrix.dimensions) {
    throw new RangeError(`${centroids.length} centroid values are not ${clusters} × ${matrix.dimensions}`);
  }
  matrix.checkGrid(grid);
  return kernel.scopedSlices(() => pass(kernel, matrix, centroids, clusters, grid));
}

function* pass(
  kernel: KernelModule,
  { rows, dimensions, address: x }: KernelMatrix,
  given: Float32Array,
  clusters: number,
  grid: Grid,
): Slices<Assignment> {
  const { raw } = kernel;
  const centroids = kernel.allocateF32(given.length, given);
  const reach = raw.maxAbs(centroids, given.length);
  if (!Number.isFinite(reach)) throw new RangeError("centroids must be finite numbers");
  const panels = kernel.allocate(raw.panelBytes(clusters, dimensions));
  const block = raw.assignBlock(kernel.allocate(raw.blockBytes(dimensions, clusters)), dimensions);
  const labels = kernel.allocateI32(rows);
  const distances = kernel.allocateF32(rows);
  const counts = kernel.allocateF64(clusters);
  const sums = kernel.allocateF64(clusters * dimensions);
  const distanceSums = kernel.allocateF64(clusters);
  const squaredSums = kernel.allocateF64(clusters);
  const nearestRows = kernel.allocateI32(clusters, new Int32Array(clusters).fill(-1));
  const nearestDistances = kernel.allocateF64(clusters, new Float64Array(clusters).fill(Infinity));

  // |x − c| ≤ maxAbs + reach in every dimension.
  const farthestSquared = dimensions * (grid.maxAbs + reach) ** 2;
  const sumMagic = gridMagic(grid.maxAbs, grid.rows);
  const distanceMagic = gridMagic(Math.sqrt(farthestSquared), grid.rows);
  const squaredMagic = gridMagic(farthestSquared, grid.rows);

  raw.packDistancePanels(centroids, clusters, dimensions, squareScale(Math.max(grid.maxAbs, reach)), panels);
  yield* sliceRows(rows, clusters * (2 * dimensions + 8) + 24 * dimensions, (from, to) => {
    raw.assignLabels(x, dimensions, from, to, panels, clusters, block, labels);
    // biome-ignore format: one call
    raw.assignDescribe(x, dimensions, from, to, centroids, labels, distances, counts, sums, distanceSums, squaredSums, nearestRows, nearestDistances, sumMagic, distanceMagic, squaredMagic);
  });

  const squaredDistances = kernel.f64(squaredSums, clusters).slice();
  return {
    labels: kernel.i32(labels, rows).slice(),
    distances: kernel.f32(distances, rows).slice(),
    sums: {
      counts: kernel.f64(counts, clusters).slice(),
      sums: kernel.f64(sums, clusters * dimensions).slice(),
      inertia: squaredDistances.reduce((sum, value) => sum + value, 0),
      distances: kernel.f64(distanceSums, clusters).slice(),
      squaredDistances,
    },
    nearestRows: kernel.i32(nearestRows, clusters).slice(),
    nearestDistances: Float32Array.from(kernel.f64(nearestDistances, clusters)),
  };
}
