import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

export const dbscan: Job = (kernels, data, { eps }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const found = run(kernels.dbscan(matrix, { eps: Number(eps), minSamples: 5, metric: { name: "euclidean" } }));
    return { clusters: found.clusters, noise: found.labels.filter((label) => label < 0).length };
  };
};
