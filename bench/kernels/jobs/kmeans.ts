import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { centred } from "./prepared";

/** Restarts to convergence, as a run computes them. */
export const kmeans: Job = (kernels, data, { clusters, restarts }) => {
  const { matrix, meanVariance } = centred(kernels, data);
  return () => {
    let [inertia, iterations] = [Infinity, 0];
    for (let restart = 0; restart < Number(restarts); restart++) {
      const result = run(
        kernels.kmeans(matrix, {
          clusters: Number(clusters),
          init: "k-means++",
          maxIter: 300,
          tolerance: 1e-4 * meanVariance,
          seed: 0,
          restart,
          algorithm: "auto",
          weights: null,
        }),
      );
      inertia = Math.min(inertia, result.inertia);
      iterations += result.iterations;
    }
    return { inertia, iterations };
  };
};
