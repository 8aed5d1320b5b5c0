/**
 * k-means of one matrix: start, Lloyd rounds, empty clusters, convergence. Semantics follow scikit-learn; papers and departures in
 * docs/kernels.md. Cost at most 2 n k d flops a round; memory n (12 + 4 trials) + k (16 d + 24) bytes and one block (`kmeansBytes`).
 * Deterministic: the same seed and restart give the same bytes, with bounds and without.
 */
import type { KMeansOptions, KMeansResult, Slices } from "./contract";
import { gridMagic, squareScale } from "./grid";
import type { KernelMatrix } from "./matrix";
import type { KernelModule } from "./module";
import { startCentroids } from "./seeding";
import { sliceRows } from "./slices";

export function kmeans(kernel: KernelModule, matrix: KernelMatrix, options: KMeansOptions): Slices<KMeansResult> {
  checkOptions(matrix, options);
  return kernel.scopedSlices(() => rounds(kernel, matrix, options));
}

function checkOptions(
  { rows, dimensions }: KernelMatrix,
  { clusters, maxIter, tolerance, weights }: KMeansOptions,
): void {
  if (rows === 0) throw new RangeError("k-means needs at least one row");
  if (!Number.isInteger(clusters) || clusters < 1) throw new RangeError(`clusters must be ≥ 1, not ${clusters}`);
  if (!Number.isInteger(maxIter) || maxIter < 1) throw new RangeError(`maxIter must be ≥ 1, not ${maxIter}`);
  if (!(tolerance >= 0)) throw new RangeError(`tolerance must be ≥ 0, not ${tolerance}`);
  if (clusters * dimensions >= 2 ** 28)
    throw new RangeError(`${clusters} clusters × ${dimensions} dimensions are too many`);
  if (weights === null) return;
  if (weights.length !== rows) throw new RangeError(`${weights.length} weights for ${rows} rows`);
  if (!weights.every((w) => w >= 0 && w < Infinity)) throw new RangeError("weights must be finite and ≥ 0");
  if (!weights.some((w) => w > 0)) throw new RangeError("at least one weight must be > 0");
}

function* rounds(kernel: KernelModule, matrix: KernelMatrix, options: KMeansOptions): Slices<KMeansResult> {
  const { raw } = kernel;
  const { clusters, maxIter, tolerance } = options;
  const { rows, dimensions, address: x } = matrix;
  const weights = options.weights ? kernel.allocateF64(rows, options.weights) : 0;
  const heaviest = options.weights ? options.weights.reduce((most, w) => Math.max(most, w), 0) : 1;
  const given = options.init instanceof Float32Array ? largestMagnitude(options.init) : 0;
  const peak = Math.max(matrix.peak(), given);
  const scale = squareScale(peak);

  const state = kernel.allocate(raw.kmeansBytes());
  const norms = kernel.allocateF32(rows);
  const labels = kernel.allocateI32(rows);
  const largestNorm = raw.rowNorms(x, rows, dimensions, scale, norms);
  raw.kmeansData(state, x, rows, dimensions, weights, norms, labels, scale, largestNorm);

  const start = yield* startCentroids(kernel, { matrix, weights, norms, scale }, options);
  const centroids = kernel.allocateF32(clusters * dimensions, start);
  const panels = kernel.allocate(raw.panelBytes(clusters, dimensions));
  const sums = kernel.allocate(8 * clusters * dimensions);
  const counts = kernel.allocate(8 * clusters);
  const block = kernel.allocate(raw.blockBytes(dimensions, clusters));
  const sumMagic = gridMagic(heaviest * peak, rows);
  raw.kmeansCentroids(state, clusters, centroids, panels, sums, counts, block, sumMagic, gridMagic(heaviest, rows));

  // Bounds were faster at every size measured, and the labels are the same: see docs/design/kernels.md.
  const bounded = options.algorithm !== "lloyd";
  const upper = bounded ? kernel.allocateF32(rows) : 0;
  const lower = bounded ? kernel.allocateF32(rows) : 0;
  raw.kmeansBounds(state, upper, lower, kernel.allocateF64(clusters), kernel.allocateF32(clusters));

  let iterations = 0;
  let objective: number | undefined;
  const operations = clusters * (2 * dimensions + 8) + 64;
  const step = () =>
    objective === undefined ? { done: iterations, total: maxIter } : { done: iterations, total: maxIter, objective };

  /** One E-step; returns how many labels changed. */
  function* assign(first: boolean): Slices<number> {
    let changed = 0;
    let sum = 0;
    raw.kmeansPack(state);
    if (bounded && !first) {
      yield* sliceRows(clusters, operations, (from, to) => raw.kmeansHalves(state, from, to), step);
      yield* sliceRows(rows, operations, (from, to) => (changed += raw.kmeansAssignBounded(state, from, to)), step);
      return changed;
    }
    const slice = (from: number, to: number): void => {
      changed += raw.kmeansAssign(state, from, to);
      sum += raw.kmeansObjective() / scale;
    };
    yield* sliceRows(rows, operations, slice, step);
    if (weights === 0) objective = sum;
    return changed;
  }

  const inertiaMagic = (): number => {
    const reach = peak + raw.maxAbs(centroids, clusters * dimensions);
    return gridMagic(heaviest * dimensions * reach * reach, rows);
  };

  let converged = false;
  let labelled = false;
  while (!converged && iterations < maxIter) {
    const changed = yield* assign(iterations === 0);
    const moved = relocateEmpty(kernel, matrix, { state, clusters, counts, centroids, labels, weights });
    const shift = raw.kmeansUpdate(state);
    for (const { row, label } of moved) raw.kmeansMove(state, row, label);
    iterations++;
    converged = changed === 0 || shift <= tolerance;
    labelled = changed === 0 && moved.length === 0;
  }
  // The labels must belong to the final centroids. Where none changed and no cluster was moved, they do already.
  if (!labelled) yield* assign(false);

  const result = kernel.f32(centroids, clusters * dimensions).slice();
  const magic = inertiaMagic();
  let inertia = 0;
  yield* sliceRows(
    rows,
    16 * dimensions,
    (from, to) => {
      inertia += raw.assignInertia(x, dimensions, from, to, centroids, labels, weights, magic, 0);
    },
    step,
  );
  return { centroids: result, inertia, iterations, converged };
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`init: ${value} is not a finite number`);
    largest = Math.max(largest, Math.abs(value));
  }
  return largest;
}

interface Members {
  state: number;
  clusters: number;
  counts: number;
  centroids: number;
  labels: number;
  weights: number;
}

/**
 * Gives each empty cluster the row that lies farthest from its own centroid (the lowest row on ties), as long as any lies off it. The
 * rows count there for this update only; the caller moves them back.
 */
function relocateEmpty(kernel: KernelModule, matrix: KernelMatrix, members: Members): { row: number; label: number }[] {
  const { state, clusters, centroids, labels, weights } = members;
  const empty = [...kernel.f64(members.counts, clusters).entries()].filter(([, count]) => count === 0).map(([c]) => c);
  if (empty.length === 0) return [];
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  return kernel.scoped(() => {
    const squared = kernel.allocateF64(rows);
    raw.assignInertia(address, dimensions, 0, rows, centroids, labels, weights, 0, squared);
    const distances = kernel.f64(squared, rows);
    const farthest = [...distances.keys()]
      .filter((row) => distances[row]! > 0 && (weights === 0 || kernel.f64(weights + 8 * row, 1)[0]! > 0))
      .sort((a, b) => distances[b]! - distances[a]! || a - b)
      .slice(0, empty.length);
    const own = kernel.i32(labels, rows);
    const moved = farthest.map((row) => ({ row, label: own[row]! }));
    for (const [i, { row }] of moved.entries()) raw.kmeansMove(state, row, empty[i]!);
    return moved;
  });
}
