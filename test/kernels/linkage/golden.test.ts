/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { type Cut, cutTree, type Linkage, run } from "../../../src/kernels";
import { adjustedRandIndex } from "../../../src/kernels/measures/agreement";
import { floats, load, plain, shared } from "../support";

const DATA: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};
const CASES = ["ward", "complete", "average", "single"].flatMap((linkage) => [linkage, `${linkage}.threshold`]);

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

describe.each(Object.entries(DATA))("agglomerative of %s", (name, [path, dimensions]) => {
  it.for([...CASES, "average.manhattan", "average.cosine"])(
    "%s: the same labels and merge distances",
    (tag, { skip }) => {
      const text = shared(`golden/${name}.matrix.agglomerative.${tag}.json`);
      const file = shared(path);
      if (!text || !file) return skip(`the stored result ${name} ${tag} is absent`);
      const golden = JSON.parse(text.toString()) as Golden;
      const { linkage, affinity, n_clusters, distance_threshold } = golden.params;
      const kernels = plain();
      const matrix = load(kernels, floats(file), dimensions);
      const tree = run(kernels.mergeTree(matrix, { linkage, metric: affinity ?? "euclidean" }));
      const cut: Cut = n_clusters === null ? { distanceThreshold: distance_threshold! } : { clusters: n_clusters };
      const { labels, clusters } = cutTree(tree, cut);
      expect(clusters).toBe(golden.clusters);
      expect(adjustedRandIndex(labels, Int32Array.from(golden.labels))).toBe(1);
      const top = golden.top_merge_distances ?? [];
      for (const [i, distance] of top.entries()) {
        expect(Math.abs(tree.distances[tree.rows - 1 - top.length + i]! / distance - 1)).toBeLessThan(1e-5);
      }
    },
  );
});
