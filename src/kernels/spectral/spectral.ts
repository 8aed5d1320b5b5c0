/**
 * Spectral clustering: affinity, smallest eigenvectors of the normalised Laplacian, labels in their space. The eigenvectors x of the symmetric
 * form give u = D^-½ x, whose first one is constant; signs are fixed. Memory `spectralBytes`; deterministic.
 */
import { assign } from "../assignment";
import type { Slices } from "../contract";
import type { Graph } from "../graph/contract";
import { degrees } from "../graph/graph";
import { laplacianEigenpairs, smallestPairs } from "../graph/laplacian";
import { kmeans } from "../kmeans";
import { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { knn } from "../neighbors/exact";
import { PURPOSE, seedWords, uniform } from "../random";
import { connectivity, rbf } from "./affinity";
import type { Affinity, SpectralOptions, SpectralResult } from "./contract";
import { clusterQr, discretize } from "./discretize";

/** Residual of an eigenpair where none is asked for: a tenth more work than 1e-5, see docs/design/spectral.md. */
const TOLERANCE = 1e-9;
/** scikit-learn's defaults for the k-means of an embedding. */
const KMEANS_MAX_ITER = 300;
const KMEANS_TOLERANCE = 1e-4;

type Pairs = Pick<SpectralResult, "embedding" | "eigenvalues" | "converged">;

export function* spectral(
  kernel: KernelModule,
  matrix: KernelMatrix,
  affinity: Affinity,
  options: SpectralOptions,
): Slices<SpectralResult> {
  checkOptions(matrix.rows, options);
  if (affinity.kind === "rbf") {
    if (!(affinity.gamma > 0)) throw new RangeError(`gamma must be > 0, not ${affinity.gamma}`);
    const pairs = yield* kernel.scopedSlices(function* () {
      const adjacency = yield* rbf(kernel, matrix, affinity.gamma);
      const found = yield* smallestPairs(kernel, adjacency, solverOptions(matrix.rows, options));
      return embed(found, adjacency.degree);
    });
    return { ...pairs, labels: yield* label(kernel, pairs.embedding, matrix.rows, options) };
  }
  const { neighbors } = affinity;
  if (!Number.isInteger(neighbors) || neighbors < 1) throw new RangeError(`neighbors must be ≥ 1, not ${neighbors}`);
  // The row itself is one of its neighbours, and adds nothing to the Laplacian.
  const k = Math.max(1, neighbors - 1);
  const lists = yield* knn(kernel, matrix, { k, metric: { name: "euclidean" } });
  if (neighbors === 1) lists.neighbors.fill(-1);
  return yield* spectralOfGraph(kernel, yield* connectivity(lists), options);
}

export function* spectralOfGraph(kernel: KernelModule, graph: Graph, options: SpectralOptions): Slices<SpectralResult> {
  checkOptions(graph.nodes, options);
  const found = yield* laplacianEigenpairs(kernel, graph, solverOptions(graph.nodes, options));
  yield { done: graph.nodes, total: graph.nodes };
  const pairs = embed(found, degrees(graph));
  yield { done: graph.nodes, total: graph.nodes };
  return { ...pairs, labels: yield* label(kernel, pairs.embedding, graph.nodes, options) };
}

function checkOptions(rows: number, { clusters, components = clusters, restarts }: SpectralOptions): void {
  const whole = (name: string, value: number): void => {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be ≥ 1, not ${value}`);
  };
  whole("clusters", clusters);
  whole("components", components);
  whole("restarts", restarts);
  if (clusters > rows) throw new RangeError(`${clusters} clusters need as many rows, not ${rows}`);
}

const solverOptions = (rows: number, { clusters, components = clusters, tolerance }: SpectralOptions) => ({
  count: Math.min(components, rows),
  tolerance: tolerance || TOLERANCE,
  // Rows in general position have no repeated values but those of components, which are known.
  confirm: false,
});

/** u = D^-½ x, row by row, each vector's largest entry (the first of equals) positive. */
function embed(
  { values, vectors, converged }: { values: Float64Array; vectors: Float64Array; converged: boolean },
  degree: Float64Array,
): Pairs {
  const n = degree.length;
  const count = values.length;
  const embedding = new Float64Array(n * count);
  for (let j = 0; j < count; j++) {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      const value = vectors[j * n + i]! / (degree[i]! > 0 ? Math.sqrt(degree[i]!) : 1);
      embedding[i * count + j] = value;
      if (Math.abs(value) > Math.abs(largest)) largest = value;
    }
    if (largest < 0) for (let i = 0; i < n; i++) embedding[i * count + j]! *= -1;
  }
  return { embedding, eigenvalues: values, converged };
}

function* label(
  kernel: KernelModule,
  embedding: Float64Array,
  rows: number,
  options: SpectralOptions,
): Slices<Int32Array> {
  const count = embedding.length / rows;
  if (options.assignLabels === "cluster_qr") return yield* clusterQr(embedding, count);
  if (options.assignLabels === "discretize") {
    const u = uniform(kernel, seedWords(options.seed), 0, PURPOSE.discretize, 0);
    return yield* discretize(embedding, count, Math.floor(u * rows));
  }
  return yield* kernel.scopedSlices(() => kmeansLabels(kernel, embedding, rows, count, options));
}

/** The embedding with zero means, its largest magnitude brought to 1: k-means sees floats. */
function centred(embedding: Float64Array, rows: number, dimensions: number): Float32Array {
  const means = new Float64Array(dimensions);
  for (let at = 0; at < embedding.length; at++) means[at % dimensions]! += embedding[at]! / rows;
  let largest = 0;
  for (let at = 0; at < embedding.length; at++) {
    largest = Math.max(largest, Math.abs(embedding[at]! - means[at % dimensions]!));
  }
  const scale = largest > 0 ? 1 / largest : 1;
  const values = new Float32Array(embedding.length);
  for (let at = 0; at < values.length; at++) values[at] = (embedding[at]! - means[at % dimensions]!) * scale;
  return values;
}

/** The best of several k-means in the embedding. */
function* kmeansLabels(
  kernel: KernelModule,
  embedding: Float64Array,
  rows: number,
  dimensions: number,
  { clusters, restarts, seed }: SpectralOptions,
): Slices<Int32Array> {
  const values = centred(embedding, rows, dimensions);
  yield { done: 0, total: restarts };
  const matrix = new KernelMatrix(kernel, rows, dimensions);
  matrix.write(0, values);
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  let best: { centroids: Float32Array; inertia: number } | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    const result = yield* kmeans(kernel, matrix, {
      clusters,
      init: "k-means++",
      maxIter: KMEANS_MAX_ITER,
      tolerance: KMEANS_TOLERANCE * variance,
      seed,
      restart,
      algorithm: "auto",
      weights: null,
    });
    if (best === null || result.inertia < best.inertia) best = result;
  }
  const grid = { maxAbs: matrix.peak(), rows };
  return (yield* assign(kernel, matrix, best!.centroids, clusters, grid)).labels;
}
