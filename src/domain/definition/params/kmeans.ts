import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, Positive, RandomState } from "./options";

export const KMeansRequest = z.object({
  n_clusters: z.int().min(2).max(1000).default(8),
  max_iter: z.int().min(1).max(10_000).default(300),
  random_state: RandomState,
  n_init: Count.default(10),
  tol: Positive.default(0.0001),
  init: z.enum(["k-means++", "random"]).default("k-means++"),
  algorithm: z.enum(["lloyd", "elkan", "auto"]).default("lloyd"),
  verbose: z.int().min(0).default(0),
  copy_x: z.boolean().default(true),
});

export const kmeans: ParameterModel = {
  schema: KMeansRequest,
  inert: { verbose: INERT.verbose, copy_x: INERT.copy_x },
};
