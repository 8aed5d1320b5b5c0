import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, Metric, NotNegative } from "./options";

export const HdbscanRequest = z.object({
  min_cluster_size: z.int().min(2).default(5),
  /** Null: the value of `min_cluster_size`. */
  min_samples: Count.nullable().default(null),
  cluster_selection_epsilon: NotNegative.default(0),
  max_cluster_size: Count.nullable().default(null),
  metric: Metric.default("euclidean"),
  /** Distances are divided by it: beyond these bounds they leave the numbers. */
  alpha: z.number().min(1e-6).max(1e6).default(1),
  cluster_selection_method: z.enum(["eom", "leaf"]).default("eom"),
  allow_single_cluster: z.boolean().default(false),
  prediction_data: z.boolean().default(false),
  match_reference_implementation: z.boolean().default(false),
});

export type HdbscanParams = Omit<z.output<typeof HdbscanRequest>, "prediction_data">;

export const hdbscan: ParameterModel = {
  schema: HdbscanRequest,
  inert: { prediction_data: "what new documents need is always kept; it has no effect" },
  review: (params) => {
    const { min_cluster_size, max_cluster_size } = params as z.output<typeof HdbscanRequest>;
    if (max_cluster_size === null || max_cluster_size >= min_cluster_size) return { params, issues: [], warnings: [] };
    const msg = `${max_cluster_size} must be at least min_cluster_size, which is ${min_cluster_size}`;
    return { params, issues: [{ loc: ["max_cluster_size"], msg, type: "contradiction" }], warnings: [] };
  },
};
