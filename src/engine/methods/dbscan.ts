import type { DbscanParams } from "../../domain/definition/params/dbscan";
import { dbscanBytes } from "../../kernels/density/dbscan";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { NEIGHBORS_PER_MS } from "../cost";
import { metricOf } from "../metric";
import type { FittedMethod } from "./method";
import { countOf, idlePower, NO_METRIC_PARAMS, NO_TREE, withoutEffect } from "./parameters";

/** Share of the pairs of rows that the passes come to look at; measured 0.1 to 1, see docs/kernels/dbscan.md. */
const PAIRS = 0.5;

export const dbscan: FittedMethod<DbscanParams> = {
  kind: "fitted",
  cap: "pairwiseRows",
  dense: true,
  metric: ({ metric, p }) => metricOf(metric, p),
  ofShare: (params, share) => ({ min_samples: countOf(params.min_samples, share, 2) }),

  review(params) {
    const { metric, p } = params;
    metricOf(metric, p);
    return [
      ...withoutEffect(params, { algorithm: ["auto", NO_TREE], metric_params: [null, NO_METRIC_PARAMS] }),
      ...idlePower(metric, p),
    ];
  },

  plan({ min_samples, metric, p }, { rows, dimensions }) {
    const search = dbscanBytes({ n: rows, d: dimensions, metric: metricOf(metric, p) }, min_samples);
    return {
      method: "DBSCAN, exact within eps",
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + search,
      cpuMs: (PAIRS * rows * rows * dimensions) / NEIGHBORS_PER_MS,
    };
  },

  async fit({ params, kernels, matrix, run }) {
    const { eps, min_samples, metric, p } = params;
    const options = { eps, minSamples: min_samples, metric: metricOf(metric, p) };
    const { labels } = await run(kernels.dbscan(await matrix(), options));
    return { labels };
  },
};
