/**
 * The rule of `auto`; docs/kernels/auto.md tells it to users. It looks at a sample of the rows, tries on it what the rule calls for, and
 * says why it chose what it chose.
 */
import type { KMeansParams } from "../../../domain/definition/model";
import type { LeidenParams } from "../../../domain/definition/params/leiden";
import { BASE_BYTES, matrixBytes, silhouetteBytes } from "../../../kernels/memory";
import { knnBytes } from "../../../kernels/neighbors/memory";
import { NEIGHBORS_PER_MS, SILHOUETTE_PER_MS } from "../../cost";
import { largestFitting } from "../../plan-stage";
import { leiden } from "../leiden";
import type { Choice, ChoosingMethod, Fit, FitPlan, Sizes } from "../method";
import { wholeKMeans } from "../whole-kmeans";
import { survey } from "./survey";
import { tryOut } from "./trial";

/** Rows of the sample: as many as make about 4·10⁸ multiply-adds of all pairs, within bounds. */
const PAIR_WORK = 4e8;
const MOST_SAMPLED = 2_000;
const LEAST_SAMPLED = 500;
/** Fewer rows than that have no neighbourhoods to speak of. */
const LEAST_FOR_GRAPH = 100;
/** Numbers of clusters that k-means is tried with. */
const CLUSTERS = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32];
/** Rows that a cluster of a trial has at least on average. */
const ROWS_A_CLUSTER = 5;

const kmeansParams = (n_clusters: number, n_init: number): KMeansParams => ({
  n_clusters,
  max_iter: 300,
  random_state: null,
  n_init,
  tol: 1e-4,
  init: "k-means++",
  algorithm: "auto",
});

const LEIDEN: LeidenParams = {
  resolution: 1,
  n_neighbors: 15,
  metric: "euclidean",
  min_cluster_size: 0,
  objective_function: "RBConfiguration",
  n_iterations: -1,
  random_state: null,
};

const TRIAL_RESTARTS = 3;
const RESTARTS = 10;

/** What any of the candidates takes at most. */
function plan(sizes: Sizes): FitPlan {
  const plans = [
    wholeKMeans.plan(kmeansParams(Math.max(...CLUSTERS), RESTARTS), sizes),
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

export const auto: ChoosingMethod = {
  kind: "choosing",
  cap: "pairwiseRows",
  plan,

  fittedRows: ({ rows, dimensions }, limits) =>
    largestFitting(
      Math.min(rows, limits.pairwiseRows),
      (fitted) => plan({ rows: fitted, dimensions }).bytes <= limits.kernelBytes,
    ),

  sampleRows: ({ rows, dimensions }) =>
    Math.min(rows, MOST_SAMPLED, Math.max(LEAST_SAMPLED, Math.floor(Math.sqrt(PAIR_WORK / dimensions)))),

  planChoice(sample) {
    const { rows, dimensions } = sample;
    const tried = plan(sample);
    const most = Math.max(...CLUSTERS);
    return {
      method: `intrinsic dimension and density of ${rows} rows, and methods tried on them`,
      bytes: Math.max(
        tried.bytes,
        BASE_BYTES + matrixBytes(rows, dimensions) + silhouetteBytes(rows, dimensions, most, rows),
      ),
      cpuMs: tried.cpuMs + (CLUSTERS.length * rows * rows * dimensions) / SILHOUETTE_PER_MS,
      exact: true,
    };
  },

  choose,
};

async function choose(sample: Fit<unknown>, fitted: Sizes): Promise<Choice> {
  const { rows, dimensions } = sample;
  const { intrinsicDimension, densityRange } = await survey(sample);
  const known = (value: number | null) => (value === null ? "unknown" : value.toFixed(1));
  const reasons = [
    `of ${fitted.rows} rows ${rows} were looked at: intrinsic dimension ${known(intrinsicDimension)} of ${dimensions}, density varies by ${known(densityRange)} powers of ten`,
  ];
  const best = await bestKMeans(sample);
  reasons.push(
    `kmeans: ${best.clusters} clusters are the best of ${best.tried}, silhouette ${known3(best.silhouette)}`,
  );
  if (rows < LEAST_FOR_GRAPH) {
    reasons.push(`fewer than ${LEAST_FOR_GRAPH} rows: kmeans`);
    return { chosen: { kind: "kmeans", params: kmeansParams(best.clusters, RESTARTS) }, reasons };
  }
  const communities = await tryOut(leiden, LEIDEN, sample);
  reasons.push(`leiden: ${communities.clusters} communities, silhouette ${known3(communities.silhouette)}`);
  if ((communities.silhouette ?? -1) > (best.silhouette ?? -1))
    return { chosen: { kind: "leiden", params: LEIDEN }, reasons };
  return { chosen: { kind: "kmeans", params: kmeansParams(best.clusters, RESTARTS) }, reasons };
}

const known3 = (value: number | null): string => (value === null ? "none" : value.toFixed(3));

/** The number of clusters with the best silhouette; the smaller on ties. */
async function bestKMeans(sample: Fit<unknown>) {
  const most = Math.max(2, Math.floor(sample.rows / ROWS_A_CLUSTER));
  const tried = CLUSTERS.filter((clusters) => clusters <= Math.min(most, sample.rows));
  let best: { clusters: number; silhouette: number | null } = { clusters: 2, silhouette: null };
  for (const clusters of tried) {
    const { silhouette } = await tryOut(wholeKMeans, kmeansParams(clusters, TRIAL_RESTARTS), sample);
    if (silhouette !== null && silhouette > (best.silhouette ?? -1)) best = { clusters, silhouette };
  }
  return { ...best, tried: tried.join(", ") };
}
