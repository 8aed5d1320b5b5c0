import { type CovarianceType, run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** One start by k-means and EM to convergence, labels and criteria included. */
export const gaussianMixture: Job = (kernels, data, { components, covarianceType }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { logLikelihood, iterations } = run(
      kernels.gaussianMixture(matrix, {
        components: Number(components),
        covarianceType: covarianceType as CovarianceType,
        tolerance: 1e-3,
        regularization: 1e-6,
        maxIter: 100,
        restarts: 1,
        init: "kmeans",
        weightsInit: null,
        meansInit: null,
        precisionsInit: null,
        seed: 42,
      }),
    );
    return { logLikelihood, iterations };
  };
};
