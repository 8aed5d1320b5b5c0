/** Measures of a clustering: what they mean and cost is in docs/kernels/silhouette.md and beside it. */
import type { AssignmentSums, Grid, Matrix, Slices } from "../contract";

export interface SilhouetteScores {
  /** One a row: (b − a) / max(a, b), 0 for a cluster of one, NaN for noise. */
  readonly scores: Float64Array;
  /** Over the rows that are no noise; 0 where there are none, or fewer than two clusters. */
  readonly mean: number;
}

/** Centroids of labelled rows and the sums about them; rows below 0 are noise and stay out. */
export interface Members {
  /** clusters × dimensions; zeros for a cluster without rows. */
  readonly centroids: Float32Array;
  readonly sums: AssignmentSums;
}

export interface MeasureKernels {
  /**
   * Silhouette of every row against all others, exactly: n² d flops for Euclidean distances (each pair once), n k d for cosine. Throws
   * `RangeError` for labels that do not fit the matrix or `clusters`.
   */
  silhouetteScores(
    matrix: Matrix,
    labels: Int32Array,
    clusters: number,
    metric: "euclidean" | "cosine",
  ): Slices<SilhouetteScores>;
  /** What `daviesBouldin` and `calinskiHarabasz` take, of any labels. The mean of the rows that are no noise: `meanOfMembers`. */
  members(matrix: Matrix, labels: Int32Array, clusters: number, grid: Grid): Slices<Members>;
}
