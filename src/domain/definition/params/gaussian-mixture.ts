import { z } from "zod";
import type { ParameterModel } from "./model";
import { Count, INERT, NotNegative, Positive, RandomState } from "./options";

const InitialValues = z.array(z.unknown()).nullable().default(null);

export const GaussianMixtureRequest = z.object({
  n_components: Count.default(1),
  covariance_type: z.enum(["full", "tied", "diag", "spherical"]).default("full"),
  tol: Positive.default(0.001),
  reg_covar: NotNegative.default(1e-6),
  max_iter: Count.default(100),
  n_init: Count.default(1),
  init_params: z.enum(["kmeans", "k-means++", "random", "random_from_data"]).default("kmeans"),
  weights_init: InitialValues,
  means_init: InitialValues,
  precisions_init: InitialValues,
  random_state: RandomState,
  warm_start: z.boolean().default(false),
  verbose: z.int().min(0).default(0),
  verbose_interval: Count.default(10),
});

export type GaussianMixtureParams = Omit<
  z.output<typeof GaussianMixtureRequest>,
  "warm_start" | "verbose" | "verbose_interval"
>;

export const gaussianMixture: ParameterModel = {
  schema: GaussianMixtureRequest,
  inert: {
    warm_start: "every run starts afresh; it has no effect",
    verbose: INERT.verbose,
    verbose_interval: INERT.verbose,
  },
};
