/**
 * What the kernels offer, with names, shapes and errors. Nothing here knows the platform: the façade runs in a Worker,
 * in Node and in a browser. `createKernels(module)` instantiates the WebAssembly module over one memory of its own.
 *
 * Long work is a generator: it yields after a few milliseconds of computing, so that the caller can report progress,
 * renew a lease or stop. `run(generator)` in `slices.ts` drains one where nobody waits.
 *
 * Every sum over rows is exact and therefore independent of order and sharding: addends are rounded to a grid that is
 * fixed by the data's largest magnitude and row count (`Grid`) before they are added in f64. See docs/design/reproducible-sums.md.
 */

import type { CommunityKernels } from "./community/contract";
import type { DbcvKernels } from "./density/dbcv/contract";
import type { DbscanKernels } from "./density/dbscan";
import type { HdbscanKernels } from "./density/hdbscan/contract";
import type { OpticsKernels } from "./density/optics/contract";
import type { GraphKernels } from "./graph/contract";
import type { LinkageKernels } from "./linkage/contract";
import type { MeasureKernels } from "./measures/contract";
import type { MixtureKernels } from "./mixture/contract";
import type { MeanShiftKernels } from "./modes/contract";
import type { NeighborKernels } from "./neighbors/contract";
import type { ReduceKernels } from "./reduce/contract";
import type { SparseKernels } from "./sparse/contract";
import type { SpectralKernels } from "./spectral/contract";

/**
 * Rows × dimensions of float32 inside the module's memory, row-major, zeros at first. Valid until `release()` of its arena mark.
 * Every operation that sums refuses values that are not finite with a `RangeError` that names row and dimension.
 */
export interface Matrix {
  readonly rows: number;
  readonly dimensions: number;
  /** Copies rows in: `values.length` is a multiple of `dimensions`. Throws `RangeError` past the end. Values are checked later. */
  write(fromRow: number, values: Float32Array): void;
  /** Copies rows [from, to) out. */
  read(from: number, to: number): Float32Array;
}

/**
 * Grid for exact sums over the *whole* data set (not the shard), as it stands in the matrices (after centring, where they are centred):
 * largest |value| and number of rows. Upper bounds will do, as long as every shard gets the same. A matrix beyond it is refused.
 */
export interface Grid {
  maxAbs: number;
  rows: number;
}

export interface Step {
  done: number;
  total: number;
  objective?: number;
}

export type Slices<T> = Generator<Step, T, void>;

export interface Moments {
  rows: number;
  /** Exact sums per dimension. */
  sum: Float64Array;
  /** Exact sums of squares per dimension. */
  sumSquares: Float64Array;
  maxAbs: number;
}

export interface KMeansOptions {
  clusters: number;
  init: "k-means++" | "random" | Float32Array;
  maxIter: number;
  /** Absolute: scikit-learn's `tol` × mean variance of the columns. */
  tolerance: number;
  seed: number;
  /** Which restart this is: keys the random numbers. */
  restart: number;
  /** The result is the same, bit for bit. `elkan` and `auto` keep distance bounds (8 bytes a row more) and are faster. */
  algorithm: "lloyd" | "elkan" | "auto";
  /** Per-row weights (a coreset), or null. */
  weights: Float64Array | null;
}

export interface KMeansResult {
  /** clusters × dimensions. */
  centroids: Float32Array;
  inertia: number;
  iterations: number;
  converged: boolean;
}

/** Mergeable statistics of one assignment pass over some rows: `merge` adds two of them, exactly and in any order. */
export interface AssignmentSums {
  counts: Float64Array;
  /** clusters × dimensions, sums of the rows of each cluster. */
  sums: Float64Array;
  /** Sum over rows of the squared distance to the own centroid. */
  inertia: number;
  /** Per cluster: sum of distances, and of squared distances, of the members to their centroid. */
  distances: Float64Array;
  squaredDistances: Float64Array;
}

export interface Assignment {
  /** Cluster of each row. */
  labels: Int32Array;
  /** Euclidean distance to that centroid, recomputed by differences. */
  distances: Float32Array;
  sums: AssignmentSums;
  /** Row nearest to each centroid (lowest row on ties), or -1, and its distance. */
  nearestRows: Int32Array;
  nearestDistances: Float32Array;
}

export interface SymmetricEigenpairs {
  /** Descending. */
  values: Float64Array;
  /** count × d, of unit length; the largest entry of each (the first of equals) is positive. */
  vectors: Float64Array;
}

/** What every family builds on, and k-means. */
export interface CoreKernels {
  readonly relaxed: boolean;
  /** Bytes of the module's memory now; it never shrinks. */
  readonly memoryBytes: number;
  /** Natural logarithm, the same bits on every machine. */
  log(x: number): number;
  /** Marks the arena; `release` frees everything allocated since. */
  mark(): number;
  release(mark: number): void;

  /** Throws `OutOfMemory` when the module's budget (64 MiB by default) would be passed. */
  matrix(rows: number, dimensions: number): Matrix;

  /** In place: each row's block [from, to) of columns to unit length times `weight`; zero blocks stay zero. */
  normalizeRows(matrix: Matrix, from: number, to: number, weight: number): void;
  /** In place: subtracts `mean` (f64) from every row. */
  center(matrix: Matrix, mean: Float64Array): void;
  /** Largest |value|, 0 without rows. Throws `RangeError` at a value that is not finite, naming row and dimension. */
  maxAbs(matrix: Matrix): number;
  moments(matrix: Matrix, grid: Grid): Moments;

  /**
   * k-means++ (or random, or given) start and Lloyd rounds to convergence, over centred rows. Between its steps the arena's top is the
   * generator's: allocate before it or after it.
   */
  kmeans(matrix: Matrix, options: KMeansOptions): Slices<KMeansResult>;
  /** One assignment pass; ties go to the lower centroid. `grid` is the whole data set's. */
  assign(matrix: Matrix, centroids: Float32Array, clusters: number, grid: Grid): Slices<Assignment>;
  /**
   * Lightweight coreset (Bachem, Lucic & Krause 2018): the `size` rows of the whole data set with the smallest keys
   * −log(u)/q, where q mixes uniform and squared distance to the mean; mergeable by keeping the smallest keys.
   * `firstRow` is the matrix's first row in the data set.
   */
  coresetKeys(
    matrix: Matrix,
    options: { firstRow: number; totalRows: number; totalSquaredDistance: number; seed: number },
  ): { keys: Float64Array; probabilities: Float64Array };

  /**
   * Scatter matrix of centred rows: d × d sums of products, exact over the products of fixed chunks of rows. d ≤ 1,024. `firstRow`, the
   * matrix's first row in the data set, is a multiple of 1,024. Mergeable over shards by adding.
   */
  scatter(matrix: Matrix, firstRow: number, grid: Grid): Slices<Float64Array>;
  /** Largest `count` eigenpairs of a symmetric d × d matrix, values descending, vectors as rows with a fixed sign. */
  eigenSymmetric(values: Float64Array, dimensions: number, count: number): Slices<SymmetricEigenpairs>;
  /** rows × count coordinates of centred rows on the given axes (count × d). */
  project(matrix: Matrix, axes: Float64Array, count: number): Float32Array;

  /**
   * Silhouette statistics of `queries` (rows with labels) against the matrix's labelled rows: for every query and
   * cluster (queries × clusters) the exact sum of Euclidean distances. Mergeable over shards by adding. Rows with a negative label
   * (noise) add nothing.
   */
  silhouetteSums(
    queries: Float32Array,
    matrix: Matrix,
    labels: Int32Array,
    clusters: number,
    grid: Grid,
  ): Slices<Float64Array>;
}

/** All kernels: every family declares its own interface beside its façade. */
export type Kernels = CoreKernels &
  OpticsKernels &
  MeanShiftKernels &
  NeighborKernels &
  GraphKernels &
  CommunityKernels &
  LinkageKernels &
  MeasureKernels &
  DbscanKernels &
  ReduceKernels &
  DbcvKernels &
  HdbscanKernels &
  MixtureKernels &
  SparseKernels &
  SpectralKernels;

/** Pure helpers on small results, implemented in TypeScript. */
export interface KernelMath {
  mergeMoments(a: Moments, b: Moments): Moments;
  mergeAssignmentSums(a: AssignmentSums, b: AssignmentSums): AssignmentSums;
  /** New centroids; an empty cluster keeps its old one. Returns the summed squared shift. */
  updateCentroids(
    previous: Float32Array,
    sums: AssignmentSums,
    dimensions: number,
  ): { centroids: Float32Array; shift: number };
  /** Mean silhouette over queries from their distance sums; singletons score 0. */
  silhouette(sums: Float64Array, queryLabels: Int32Array, counts: Float64Array, clusters: number): number;
  daviesBouldin(centroids: Float32Array, dimensions: number, sums: AssignmentSums): number;
  calinskiHarabasz(centroids: Float32Array, dimensions: number, sums: AssignmentSums, mean: Float64Array): number;
}
