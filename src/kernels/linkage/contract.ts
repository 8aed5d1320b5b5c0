/** Agglomerative clustering. What it costs and when to use it: docs/kernels/agglomerative.md. */
import type { Matrix, Slices } from "../contract";

export type Linkage = "ward" | "complete" | "average" | "single";
export type LinkageMetric = "euclidean" | "manhattan" | "chebyshev" | "cosine";

/**
 * n − 1 merges from the lowest to the highest, numbered as scikit-learn and SciPy do: rows are nodes 0 … n − 1, merge i makes node n + i of
 * its two children.
 */
export interface MergeTree {
  readonly rows: number;
  /** (n − 1) × 2. */
  readonly children: Int32Array;
  /** n − 1, ascending: the distance at which the children meet, in the linkage's sense. */
  readonly distances: Float64Array;
}

/** Where to cut: into so many clusters, or so that all merges at or above a distance are undone. Exactly one of the two. */
export type Cut = { readonly clusters: number } | { readonly distanceThreshold: number };

export interface AgglomerativeOptions {
  linkage: Linkage;
  /** Ward's takes "euclidean" only, and throws `RangeError` for any other. Cosine: a zero row lies at 1 from every row. */
  metric: LinkageMetric;
  /**
   * Ward's only: the matrix is the work space, and its rows are lost. Otherwise they are copied.
   */
  inPlace?: boolean;
}

export interface LinkageKernels {
  /**
   * The whole merge tree. Throws `RangeError` for a matrix without rows and for values that are not finite, `OutOfMemory` where
   * `agglomerativeBytes` do not fit. Time of Ward's and single linkage O(n² d) at worst in O(n) memory; complete and average
   * linkage hold n (n − 1) / 2 distances.
   */
  mergeTree(matrix: Matrix, options: AgglomerativeOptions): Slices<MergeTree>;
}
