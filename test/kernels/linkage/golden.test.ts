/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { expect, it } from "vitest";
import { type Cut, cutTree, type Linkage, run } from "../../../src/kernels";
import { adjustedRandIndex } from "../../../src/kernels/measures/agreement";
import { load, plain, stored, storedCases } from "../support";

interface Golden {
  params: {
    n_clusters: number | null;
    distance_threshold?: number;
    linkage: Linkage;
    affinity?: "cosine" | "manhattan";
  };
  top_merge_distances?: number[];
  labels: number[];
  clusters: number;
}

it.for(storedCases("agglomerative"))("$name $tag: the same labels and merge distances", (which, { skip }) => {
  const found = stored<Golden>("agglomerative", which);
  if (!found) return skip(`the stored result ${which.name} ${which.tag} is absent`);
  const { golden, values, dimensions } = found;
  const { linkage, affinity, n_clusters, distance_threshold } = golden.params;
  const kernels = plain();
  const tree = run(kernels.mergeTree(load(kernels, values, dimensions), { linkage, metric: affinity ?? "euclidean" }));
  const cut: Cut = n_clusters === null ? { distanceThreshold: distance_threshold! } : { clusters: n_clusters };
  const { labels, clusters } = cutTree(tree, cut);
  expect(clusters).toBe(golden.clusters);
  expect(adjustedRandIndex(labels, Int32Array.from(golden.labels))).toBe(1);
  const top = golden.top_merge_distances ?? [];
  for (const [i, distance] of top.entries()) {
    expect(Math.abs(tree.distances[tree.rows - 1 - top.length + i]! / distance - 1)).toBeLessThan(1e-5);
  }
});
