import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, Metric, NeighborSearch, Positive } from "./options";

export const DbscanRequest = z.object({
  eps: Positive.default(0.5),
  min_samples: Count.default(5),
  metric: Metric.default("euclidean"),
  metric_params: z.record(z.string(), z.unknown()).nullable().default(null),
  algorithm: NeighborSearch.default("auto"),
  leaf_size: Count.default(30),
  p: Positive.nullable().default(2),
  n_jobs: z.int().nullable().default(1),
});

export type DbscanParams = Omit<z.output<typeof DbscanRequest>, "leaf_size" | "n_jobs">;

export const dbscan: ParameterModel = {
  schema: DbscanRequest,
  inert: { leaf_size: INERT.leaf_size, n_jobs: INERT.n_jobs },
};
