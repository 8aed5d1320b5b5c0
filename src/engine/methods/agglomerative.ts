/**
 * Agglomerative clustering. The whole merge tree is built and kept (`tree.parquet`), so that another level or threshold is a cut of it
 * and needs no run: `cutTree`.
 */
import type { AgglomerativeParams } from "../../domain/definition/params/agglomerative";
import { cutTree, mergeSizes } from "../../kernels";
import type { Cut, Linkage, LinkageMetric, MergeTree } from "../../kernels/linkage/contract";
import { agglomerativeBytes } from "../../kernels/linkage/memory";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { metricOf } from "../metric";
import { EXPECTED_CLUSTERS, type FittedMethod, type Sizes } from "./method";
import { refuseMoreThan, withoutEffect } from "./parameters";
import type { MethodTable } from "./tables";

/** A matrix up to this size is copied for Ward's merges; a larger one is overwritten and read again by whoever needs it next. */
const COPIED_BYTES = 12 * 1024 * 1024;

/** CPU milliseconds for a pair of rows, and for a dimension of it: measured, see docs/design/linkage.md. */
const PAIR_MS = { ward: 6e-6, single: 6e-6, complete: 1e-5, average: 1e-5 };
const PAIR_DIMENSION_MS = { ward: 1.6e-8, single: 5e-8, complete: 1.5e-7, average: 1.5e-7 };

const METHODS = {
  ward: "Ward's linkage by the nearest-neighbour chain, exact",
  single: "single linkage by a minimum spanning tree, exact",
  complete: "complete linkage by the nearest-neighbour chain, exact",
  average: "average linkage by the nearest-neighbour chain, exact",
};

export const agglomerative: FittedMethod<AgglomerativeParams> = {
  kind: "fitted",
  cap: "pairwiseRows",
  clusters: ({ n_clusters }) => n_clusters ?? EXPECTED_CLUSTERS,
  metric: ({ affinity }) => metricOf(affinity),

  review: (params) =>
    withoutEffect(params, { connectivity: [null, "rows have no graph here, so any two clusters may merge"] }),

  check: ({ n_clusters }, { rows }) => refuseMoreThan(rows, "n_clusters", n_clusters),

  plan({ linkage, affinity }, sizes) {
    const { rows, dimensions } = sizes;
    const options = { linkage, angular: metricOf(affinity).name === "cosine", inPlace: worksInPlace(linkage, sizes) };
    return {
      method: METHODS[linkage],
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + agglomerativeBytes(rows, dimensions, options),
      cpuMs: rows * rows * (PAIR_MS[linkage] + PAIR_DIMENSION_MS[linkage] * dimensions),
    };
  },

  async fit({ params, rows, dimensions, kernels, matrix, spent, run, compute }) {
    const { linkage, affinity } = params;
    const metric = metricOf(affinity).name as LinkageMetric;
    const inPlace = worksInPlace(linkage, { rows, dimensions });
    const tree = await run(kernels.mergeTree(await matrix(), { linkage, metric, inPlace }));
    if (inPlace) spent();
    const { labels } = compute(() => cutTree(tree, cutOf(params)));
    return { labels, tables: [tableOf(tree)] };
  },
};

const worksInPlace = (linkage: Linkage, { rows, dimensions }: Sizes): boolean =>
  linkage === "ward" && matrixBytes(rows, dimensions) > COPIED_BYTES;

/** One of the two is null: the parameters have been checked. */
const cutOf = ({ n_clusters, distance_threshold }: AgglomerativeParams): Cut =>
  n_clusters === null ? { distanceThreshold: distance_threshold! } : { clusters: n_clusters };

function tableOf(tree: MergeTree): MethodTable {
  const { children, distances } = tree;
  return {
    file: "tree.parquet",
    rows: distances.length,
    columns: {
      left: children.filter((_, i) => i % 2 === 0),
      right: children.filter((_, i) => i % 2 === 1),
      distance: distances,
      size: mergeSizes(tree),
    },
  };
}
