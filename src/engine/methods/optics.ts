/** OPTICS. The ordering is kept (`ordering.parquet`), so that another steepness or cut is read off it and needs no run: `opticsLabels`. */
import type { OpticsParams } from "../../domain/definition/params/optics";
import type { OpticsExtraction, OpticsOptions, OpticsOrdering } from "../../kernels";
import { opticsBytes } from "../../kernels/density/optics/memory";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { metricOf } from "../metric";
import type { FittedMethod } from "./method";
import { countOf, idlePower, NO_METRIC_PARAMS, NO_TREE, refuseMoreThan, withoutEffect } from "./parameters";
import type { MethodTable } from "./tables";

/** JavaScript's arrays of the ordering for a row, beside the lists of core distances. */
const ROW_BYTES = 64;
const LIST_BYTES = 16 * 2 ** 20;
/** CPU milliseconds for a pair of rows, and for a dimension of it: measured, see docs/design/optics.md. */
const PAIR_MS = 4e-6;
const PAIR_DIMENSION_MS = 7e-8;

export const optics: FittedMethod<OpticsParams> = {
  kind: "fitted",
  cap: "pairwiseRows",
  dense: true,
  metric: ({ metric, p }) => metricOf(metric, p),
  ofShare: (params, share) => ({
    min_samples: countOf(params.min_samples, share),
    min_cluster_size: params.min_cluster_size && countOf(params.min_cluster_size, share),
  }),

  review(params) {
    const { metric, p, cluster_method: extraction } = params;
    metricOf(metric, p);
    const other = `cluster_method ${extraction} does not look at it`;
    return [
      ...withoutEffect(params, { algorithm: ["auto", NO_TREE], metric_params: [null, NO_METRIC_PARAMS] }),
      ...idlePower(metric, p),
      ...withoutEffect(
        params,
        extraction === "xi"
          ? { eps: [null, other] }
          : { xi: [0.05, other], predecessor_correction: [true, other], min_cluster_size: [null, other] },
      ),
    ];
  },

  check({ min_samples, min_cluster_size }, { rows }) {
    refuseMoreThan(rows, "min_samples", min_samples);
    refuseMoreThan(rows, "min_cluster_size", min_cluster_size);
  },

  plan({ min_samples, metric, p }, { rows, dimensions }) {
    const kernel = opticsBytes(rows, dimensions, min_samples, metricOf(metric, p));
    const lists = Math.min(LIST_BYTES, 8 * rows * min_samples);
    return {
      method: "OPTICS, exact ordering",
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + kernel + ROW_BYTES * rows + lists,
      cpuMs: rows * rows * (PAIR_MS + PAIR_DIMENSION_MS * dimensions),
    };
  },

  async fit({ params, kernels, matrix, run }) {
    const { labels, ...order } = await run(kernels.optics(await matrix(), optionsOf(params)));
    return { labels, tables: [tableOf(order)] };
  },
};

const optionsOf = (params: OpticsParams): OpticsOptions => ({
  minSamples: params.min_samples,
  maxEps: params.max_eps ?? Infinity,
  metric: metricOf(params.metric, params.p),
  extraction: extractionOf(params),
});

const extractionOf = (params: OpticsParams): OpticsExtraction =>
  params.cluster_method === "dbscan"
    ? { method: "dbscan", eps: params.eps }
    : {
        method: "xi",
        xi: params.xi,
        predecessorCorrection: params.predecessor_correction,
        minClusterSize: params.min_cluster_size,
      };

/** In the order in which the rows were reached. */
function tableOf({ ordering, reachability, coreDistances, predecessor }: OpticsOrdering): MethodTable {
  return {
    file: "ordering.parquet",
    rows: ordering.length,
    columns: {
      member: ordering,
      reachability: Float32Array.from(ordering, (row) => reachability[row]!),
      core_distance: Float32Array.from(ordering, (row) => coreDistances[row]!),
      predecessor: ordering.map((row) => predecessor[row]!),
    },
  };
}
