/** The methods that `auto` may choose, as it would run them, and what they take at most. */
import type { KMeansParams } from "../../../domain/definition/model";
import type { HdbscanParams } from "../../../domain/definition/params/hdbscan";
import type { LeidenParams } from "../../../domain/definition/params/leiden";
import { BASE_BYTES, matrixBytes } from "../../../kernels/memory";
import { knnBytes } from "../../../kernels/neighbors/memory";
import { NEIGHBORS_PER_MS } from "../../cost";
import { hdbscan } from "../hdbscan";
import { leiden } from "../leiden";
import type { FitPlan, Sizes } from "../method";
import { wholeKMeans } from "../whole-kmeans";

/** Numbers of clusters that k-means is tried with. */
export const CLUSTERS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32];

export const kmeansParams = (n_clusters: number, n_init: number): KMeansParams => ({
  n_clusters,
  max_iter: 300,
  random_state: null,
  n_init,
  tol: 1e-4,
  init: "k-means++",
  algorithm: "auto",
});

export const LEIDEN: LeidenParams = {
  resolution: 1,
  n_neighbors: 15,
  metric: "euclidean",
  min_cluster_size: 0,
  objective_function: "RBConfiguration",
  n_iterations: -1,
  random_state: null,
};

/** Clusters of at least a hundredth of the rows: the same share of the sample and of all. */
export const hdbscanParams = (rows: number): HdbscanParams => {
  const min_cluster_size = Math.max(5, Math.round(rows / 100));
  return {
    min_cluster_size,
    min_samples: Math.min(10, min_cluster_size),
    cluster_selection_epsilon: 0,
    max_cluster_size: null,
    metric: "euclidean",
    alpha: 1,
    cluster_selection_method: "eom",
    allow_single_cluster: false,
    match_reference_implementation: false,
  };
};

/** Of k-means, when it is tried and when it is run. */
export const TRIAL_RESTARTS = 3;
export const RESTARTS = 10;

/** What any of the candidates takes at most. */
export function planCandidates(sizes: Sizes): FitPlan {
  const plans = [
    wholeKMeans.plan(kmeansParams(Math.max(...CLUSTERS), RESTARTS), sizes),
    hdbscan.plan(hdbscanParams(sizes.rows), sizes),
    leiden.plan(LEIDEN, sizes),
    graphPlan(sizes),
  ];
  return {
    method: "the method chosen",
    bytes: Math.max(...plans.map((one) => one.bytes)),
    cpuMs: Math.max(...plans.map((one) => one.cpuMs)),
  };
}

/** The neighbour lists that a graph is made of: no stage computes them before it is known that they are needed. */
function graphPlan({ rows, dimensions }: Sizes): FitPlan {
  const k = LEIDEN.n_neighbors;
  return {
    method: "neighbour lists",
    bytes: BASE_BYTES + matrixBytes(rows, dimensions) + knnBytes({ n: rows, d: dimensions }, k) + 8 * k * rows,
    cpuMs: (rows * rows * dimensions) / NEIGHBORS_PER_MS,
  };
}
