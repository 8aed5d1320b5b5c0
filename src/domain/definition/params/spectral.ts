import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, NotNegative, Positive, RandomState } from "./options";

export const SpectralRequest = z.object({
  n_clusters: z.int().min(2).default(8),
  eigen_solver: z.enum(["arpack", "lobpcg", "amg"]).nullable().default(null),
  n_components: Count.nullable().default(null),
  random_state: RandomState,
  n_init: Count.default(10),
  gamma: Positive.default(1),
  affinity: z
    .enum([
      "rbf",
      "nearest_neighbors",
      "additive_chi2",
      "chi2",
      "cosine",
      "laplacian",
      "linear",
      "poly",
      "polynomial",
      "sigmoid",
    ])
    .default("rbf"),
  n_neighbors: Count.default(10),
  eigen_tol: NotNegative.default(0),
  assign_labels: z.enum(["kmeans", "discretize", "cluster_qr"]).default("kmeans"),
  degree: z.number().default(3),
  coef0: z.number().default(1),
  kernel_params: z.record(z.string(), z.unknown()).nullable().default(null),
  n_jobs: z.int().nullable().default(1),
  verbose: z.boolean().default(false),
});

export type SpectralParams = Omit<z.output<typeof SpectralRequest>, "n_jobs" | "verbose">;

export const spectral: ParameterModel = {
  schema: SpectralRequest,
  inert: { n_jobs: INERT.n_jobs, verbose: INERT.verbose },
};
