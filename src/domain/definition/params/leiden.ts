import { z } from "zod";
import type { ParameterModel } from "./model";
import { Metric, Positive, RandomState } from "./options";

export const LeidenRequest = z.object({
  resolution: Positive.max(100).default(1),
  n_neighbors: z.int().min(2).max(200).default(30),
  metric: Metric.default("cosine"),
  /** Smaller communities become noise. */
  min_cluster_size: z.int().min(0).default(0),
  objective_function: z.enum(["RBConfiguration", "modularity", "CPM"]).default("RBConfiguration"),
  /** -1: until nothing moves. */
  n_iterations: z.int().min(-1).default(2),
  random_state: RandomState,
});

export type LeidenParams = z.output<typeof LeidenRequest>;

export const leiden: ParameterModel = {
  schema: LeidenRequest,
  inert: {},
  review: (params, given) => ({
    params,
    issues: [],
    warnings:
      params.objective_function === "modularity" && given.has("resolution")
        ? [{ loc: ["resolution"], msg: 'objective_function "modularity" has no resolution; it has no effect' }]
        : [],
  }),
};
