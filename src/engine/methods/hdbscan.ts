/** HDBSCAN. The condensed tree is kept (`condensed_tree.parquet`), so that another selection of clusters is a cut of it: `selectClusters`. */
import type { HdbscanParams } from "../../domain/definition/params/hdbscan";
import type { CondensedTree, HdbscanOptions } from "../../kernels";
import { hdbscanBytes } from "../../kernels/density/hdbscan/memory";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { NEIGHBORS_PER_MS } from "../cost";
import { metricOf } from "../metric";
import type { FittedMethod } from "./method";
import { countOf, withoutPower } from "./parameters";
import type { MethodTable } from "./tables";

/** Share of the pairs of rows that are looked at; measured 0.02 to 0.7, see docs/design/hdbscan.md. */
const PAIRS = 0.5;
/** JavaScript's arrays of the tree for a row: edges, merges, the condensed tree twice. */
const TREE_BYTES = 160;

export const hdbscan: FittedMethod<HdbscanParams> = {
  kind: "fitted",
  cap: "pairwiseRows",
  dense: true,
  metric: ({ metric }) => metricOf(metric),
  ofShare: (params, share) => ({
    min_cluster_size: countOf(params.min_cluster_size, share),
    min_samples: params.min_samples && countOf(params.min_samples, share),
    max_cluster_size: params.max_cluster_size && countOf(params.max_cluster_size, share),
  }),

  review({ metric }) {
    metricOf(metric);
    return withoutPower(metric);
  },

  plan(params, { rows, dimensions }) {
    const search = hdbscanBytes(rows, dimensions, params.min_samples ?? params.min_cluster_size);
    return {
      method: "HDBSCAN*, exact spanning tree under mutual reachability",
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + search + TREE_BYTES * rows,
      cpuMs: (PAIRS * rows * rows * dimensions) / NEIGHBORS_PER_MS,
    };
  },

  async fit({ params, kernels, matrix, run }) {
    const result = await run(kernels.hdbscan(await matrix(), optionsOf(params)));
    const { labels, probabilities, outlierScores, mstWeight, condensedTree } = result;
    return {
      labels,
      probabilities,
      outlierScores,
      objectives: { mst_weight: mstWeight },
      tables: [tableOf(condensedTree)],
    };
  },
};

const optionsOf = (params: HdbscanParams): HdbscanOptions => ({
  minClusterSize: params.min_cluster_size,
  minSamples: params.min_samples,
  clusterSelectionMethod: params.cluster_selection_method,
  clusterSelectionEpsilon: params.cluster_selection_epsilon,
  maxClusterSize: params.max_cluster_size,
  alpha: params.alpha,
  allowSingleCluster: params.allow_single_cluster,
  matchReferenceImplementation: params.match_reference_implementation,
  metric: metricOf(params.metric),
});

function tableOf({ parents, children, lambdas, sizes }: CondensedTree): MethodTable {
  return {
    file: "condensed_tree.parquet",
    rows: parents.length,
    columns: { parent: parents, child: children, lambda: lambdas, size: sizes },
  };
}
