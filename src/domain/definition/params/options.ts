/** Names shared by several methods. They are scikit-learn's, so that parameters can be carried over. */
import { z } from "zod";

/** Metrics between two vectors; `precomputed` is left out, since rows here are vectors and never distances. */
export const Metric = z.enum([
  "euclidean",
  "l2",
  "sqeuclidean",
  "manhattan",
  "l1",
  "cityblock",
  "cosine",
  "chebyshev",
  "minkowski",
  "correlation",
  "canberra",
  "braycurtis",
  "hamming",
  "jaccard",
  "dice",
  "rogerstanimoto",
  "russellrao",
  "sokalmichener",
  "sokalsneath",
  "yule",
  "mahalanobis",
  "seuclidean",
  "haversine",
]);

export const NeighborSearch = z.enum(["auto", "ball_tree", "kd_tree", "brute"]);
export const RandomState = z.int().nullable().default(42);
export const Positive = z.number().positive();
export const NotNegative = z.number().nonnegative();
export const Count = z.int().min(1);

/** Why keys that scikit-learn has change nothing here. */
export const INERT = {
  n_jobs: "work is divided by the planner; it has no effect",
  verbose: "progress is in the run's event stream; it has no effect",
  copy_x: "the input is never changed; it has no effect",
  leaf_size: "neighbours are found without a tree; it has no effect",
  memory: "nothing is cached on a disk; it has no effect",
} as const;
