/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { type Affinity, run, type SpectralOptions } from "../../../src/kernels";
import { adjustedRand, floats, load, plain, shared } from "../support";

const DATA: Record<string, [path: string, dimensions: number, classes: string]> = {
  digits: ["data/digits/digits.f32", 64, "data/digits/digits.labels.json"],
  met_clip512: ["data/met_clip512.f32", 512, "data/met_clip512.labels.json"],
};

interface Golden {
  seeds: { ari_with_classes: number[] };
  params: { n_clusters: number; gamma?: number; n_neighbors?: number; assign_labels?: "kmeans" | "discretize" };
}

describe.each(Object.keys(DATA))("%s", (name) => {
  it.for(["knn.kmeans", "knn.discretize", "rbf"])(
    "%s: as close to the classes as the reference's seeds",
    { timeout: 120_000 },
    (tag, { skip }) => {
      const [path, dimensions, classesPath] = DATA[name]!;
      const [data, text, classes] = [
        shared(path),
        shared(`golden/${name}.matrix.spectral.${tag}.json`),
        shared(classesPath),
      ];
      if (!data || !text || !classes) return skip(`stored results of ${name} are absent`);
      const { params, seeds } = JSON.parse(text.toString()) as Golden;
      const truth = JSON.parse(classes.toString()) as number[];
      const affinity: Affinity = params.gamma
        ? { kind: "rbf", gamma: params.gamma }
        : { kind: "nearest_neighbors", neighbors: params.n_neighbors! };
      const options: SpectralOptions = {
        clusters: params.n_clusters,
        assignLabels: params.assign_labels ?? "kmeans",
        restarts: 10,
        seed: 0,
      };
      const kernels = plain();
      const result = run(kernels.spectral(load(kernels, floats(data), dimensions), affinity, options));
      expect(result.converged).toBe(true);
      expect(adjustedRand(result.labels, truth)).toBeGreaterThanOrEqual(Math.min(...seeds.ari_with_classes) - 0.01);
    },
  );
});
