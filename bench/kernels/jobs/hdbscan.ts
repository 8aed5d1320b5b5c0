import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** From rows to labels: core distances, spanning tree, hierarchy, selection. */
export const hdbscan: Job = (kernels, data, { minClusterSize, minSamples }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { labels, mstWeight, nodes } = run(
      kernels.hdbscan(matrix, {
        minClusterSize: Number(minClusterSize),
        minSamples: Number(minSamples),
        clusterSelectionMethod: "eom",
        clusterSelectionEpsilon: 0,
        maxClusterSize: null,
        alpha: 1,
        allowSingleCluster: false,
        matchReferenceImplementation: false,
        metric: { name: "euclidean" },
      }),
    );
    return {
      clusters: nodes.length,
      noise: labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0),
      mstWeight,
    };
  };
};
