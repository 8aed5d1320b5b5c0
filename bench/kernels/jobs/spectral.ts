import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** From rows to labels: neighbours, graph, eigenvectors, k-means. */
export const spectral: Job = (kernels, data, { clusters, neighbors }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { labels } = run(
      kernels.spectral(
        matrix,
        { kind: "nearest_neighbors", neighbors: Number(neighbors) },
        {
          clusters: Number(clusters),
          components: Number(clusters),
          assignLabels: "kmeans",
          restarts: 10,
          tolerance: 0,
          seed: 0,
        },
      ),
    );
    const sizes = new Int32Array(Number(clusters));
    for (const label of labels) sizes[label]!++;
    return { clusters: sizes.filter((size) => size > 0).length, largest: Math.max(...sizes) };
  };
};
