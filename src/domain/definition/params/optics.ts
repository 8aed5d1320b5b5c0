import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, Metric, NeighborSearch, Positive } from "./options";

export const OpticsRequest = z.object({
  min_samples: z.int().min(2).default(5),
  /** Null: no limit. */
  max_eps: Positive.nullable().default(null),
  metric: Metric.default("minkowski"),
  p: Positive.default(2),
  metric_params: z.record(z.string(), z.unknown()).nullable().default(null),
  cluster_method: z.enum(["xi", "dbscan"]).default("xi"),
  eps: Positive.nullable().default(null),
  xi: z.number().min(0).max(1).default(0.05),
  predecessor_correction: z.boolean().default(true),
  /** A count from 2 up, or a share of the documents below 1; null: the value of `min_samples`. */
  min_cluster_size: z
    .number()
    .refine((size) => (size > 0 && size <= 1) || (Number.isInteger(size) && size >= 2), {
      error: "must be an integer of at least 2 or a share in (0, 1]",
    })
    .nullable()
    .default(null),
  algorithm: NeighborSearch.default("auto"),
  leaf_size: Count.default(30),
  n_jobs: z.int().nullable().default(1),
});

export type OpticsParams = Omit<z.output<typeof OpticsRequest>, "leaf_size" | "n_jobs">;

export const optics: ParameterModel = {
  schema: OpticsRequest,
  inert: { leaf_size: INERT.leaf_size, n_jobs: INERT.n_jobs },
  review: (params) => {
    const { cluster_method, eps, max_eps } = params as z.output<typeof OpticsRequest>;
    if (cluster_method !== "dbscan" || eps === null || max_eps === null || eps <= max_eps)
      return { params, issues: [], warnings: [] };
    const msg = `${eps} must be at most max_eps, which is ${max_eps}`;
    return { params, issues: [{ loc: ["eps"], msg, type: "contradiction" }], warnings: [] };
  },
};
