import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** Every row's silhouette. What the labels are does not matter to its time: here they take turns. */
export const silhouette: Job = (kernels, data, { clusters, metric }) => {
  const { matrix } = loaded(kernels, data);
  const labels = Int32Array.from({ length: data.rows }, (_, i) => i % Number(clusters));
  return () => ({
    score: run(kernels.silhouetteScores(matrix, labels, Number(clusters), metric as "euclidean" | "cosine")).mean,
  });
};
