import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

export const optics: Job = (kernels, data, { minSamples, minClusterSize }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { labels } = run(
      kernels.optics(matrix, {
        minSamples: Number(minSamples),
        maxEps: Infinity,
        metric: { name: "euclidean" },
        extraction: { method: "xi", xi: 0.05, predecessorCorrection: true, minClusterSize: Number(minClusterSize) },
      }),
    );
    return { clusters: Math.max(...labels) + 1, noise: labels.filter((label) => label < 0).length };
  };
};
