/** Nearest neighbours of rows. Names, shapes and errors as in ../contract; what they cost is in docs/kernels/neighbors.md. */
import type { Matrix, Slices } from "../contract";
import type { RecallOptions } from "./recall";

/**
 * `cosine` is 1 − cos; a zero row lies at 1 from every other row. `minkowski` takes any p > 0, Infinity included. Distances are computed in f64
 * from the float32 rows and rounded to float32.
 */
export type Metric =
  | { readonly name: "euclidean" | "cosine" | "manhattan" | "chebyshev" }
  | { readonly name: "minkowski"; readonly p: number };

/** `k` entries a row, ascending by (distance, row number); −1 and Infinity past the end. */
export interface NeighborLists {
  readonly rows: number;
  readonly k: number;
  /** rows × k. */
  readonly neighbors: Int32Array;
  /** rows × k. */
  readonly distances: Float32Array;
}

export interface ApproximateLists extends NeighborLists {
  /** How they were found, for a report. */
  readonly method: string;
}

export interface NeighborKernels {
  /** The k nearest other rows of each row, exactly. Throws `RangeError` for a k that is not a whole number ≥ 1. */
  knn(matrix: Matrix, options: { k: number; metric: Metric }): Slices<NeighborLists>;

  /** Lists without a neighbour, to be filled by `knnAdd`. */
  emptyLists(rows: number, k: number): NeighborLists;
  /**
   * Merges one shard of the base into the lists of one shard of queries: the same bytes as `knn`, whatever the shards and their order, as
   * long as each base row is added once. `firstQuery` and `firstBase` are the shards' first rows in the data set; a row is not its own neighbour.
   */
  knnAdd(
    lists: NeighborLists,
    queries: Matrix,
    firstQuery: number,
    base: Matrix,
    firstBase: number,
    metric: Metric,
  ): Slices<void>;

  /**
   * The k nearest other rows of each row, of which a few may be missing: for matrices above `EXACT_ROWS` rows. Distances are as `knn` computes them.
   * Nothing is random: the same rows give the same bytes.
   */
  knnApproximate(matrix: Matrix, options: { k: number; metric: Metric }): Slices<ApproximateLists>;
  /**
   * Share of the true neighbours that lists hold, measured on `sample` rows drawn by the seed; a row as near as the last true neighbour counts as
   * one. Throws `RangeError` for lists of another number of rows.
   */
  recall(matrix: Matrix, lists: NeighborLists, options: RecallOptions): Slices<number>;
}
