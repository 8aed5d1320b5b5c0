/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { type KMeansResult, kernelMath, run } from "../../src/kernels";
import { floats, loadCentred, plain, shared } from "./support";

const DATA: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};

interface Golden {
  inertia: number;
  seeds: { inertia: number[] };
  params: { init?: "random"; n_clusters: number; n_init: number };
  labels: number[];
  clusters: number;
  silhouette: number;
  davies_bouldin: number;
  calinski_harabasz: number;
  explained_variance: number[];
  components_abs_first: number[];
}

function reference(file: string): Golden | null {
  const text = shared(`golden/${file}.json`);
  return text ? (JSON.parse(text.toString()) as Golden) : null;
}

function dataset(name: string) {
  const [path, dimensions] = DATA[name]!;
  const file = shared(path);
  if (!file) return null;
  const kernels = plain();
  return { kernels, dimensions, ...loadCentred(kernels, floats(file), dimensions) };
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(Object.keys(DATA))("%s", (name) => {
  it.for(["k-means++", "random", "k50"])(
    "k-means %s: inertia as good as the reference's ten seeds",
    (tag, { skip }) => {
      const golden = reference(`${name}.matrix.kmeans.${tag}`);
      const data = dataset(name);
      if (!golden || !data) return skip(`stored results of ${name} are absent`);
      const { kernels, matrix, tolerance, dimensions } = data;
      const best = (seed: number): number => {
        const restarts = Array.from({ length: golden.params.n_init }, (_, restart): KMeansResult => {
          const init = golden.params.init ?? "k-means++";
          const clusters = golden.params.n_clusters;
          return run(
            kernels.kmeans(matrix, {
              clusters,
              init,
              maxIter: 300,
              tolerance,
              seed,
              restart,
              algorithm: "auto",
              weights: null,
            }),
          );
        });
        return Math.min(...restarts.map((result) => result.inertia));
      };
      // Two dimensions hold many poor optima: ten seeds scatter by more than the tolerance, and sixty are quick.
      const ours = Array.from({ length: dimensions === 2 ? 60 : 10 }, (_, seed) => best(seed));
      expect(mean(ours)).toBeLessThanOrEqual(1.001 * mean(golden.seeds.inertia));
      expect(Math.min(...ours)).toBeLessThanOrEqual(Math.max(...golden.seeds.inertia));
    },
  );

  it("metrics of the stored labels agree within 1e-5", ({ skip }) => {
    const golden = reference(`${name}.matrix.metrics`);
    const data = dataset(name);
    if (!golden || !data) return skip(`stored results of ${name} are absent`);
    const { kernels, matrix, grid, dimensions, mean: rowMean } = data;
    const labels = Int32Array.from(golden.labels);
    const k = golden.clusters;
    const x = matrix.read(0, matrix.rows);
    // Centroids of the stored labels; they need not be the nearest ones, so the statistics are made here, in f64.
    const counts = new Float64Array(k);
    const sums = new Float64Array(k * dimensions);
    for (const [i, label] of labels.entries()) {
      counts[label]!++;
      for (let t = 0; t < dimensions; t++) sums[label * dimensions + t]! += x[i * dimensions + t]!;
    }
    const statistics = {
      counts,
      sums,
      inertia: 0,
      distances: new Float64Array(k),
      squaredDistances: new Float64Array(k),
    };
    const { centroids } = kernelMath.updateCentroids(new Float32Array(k * dimensions), statistics, dimensions);
    for (const [i, label] of labels.entries()) {
      let squared = 0;
      for (let t = 0; t < dimensions; t++)
        squared += (x[i * dimensions + t]! - centroids[label * dimensions + t]!) ** 2;
      statistics.squaredDistances[label]! += squared;
      statistics.distances[label]! += Math.sqrt(squared);
    }
    const origin = new Float64Array(rowMean.length);
    const distances = run(kernels.silhouetteSums(x, matrix, labels, k, grid));
    const agree = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);
    agree(kernelMath.silhouette(distances, labels, counts, k), golden.silhouette);
    agree(kernelMath.daviesBouldin(centroids, dimensions, statistics), golden.davies_bouldin);
    agree(kernelMath.calinskiHarabasz(centroids, dimensions, statistics, origin), golden.calinski_harabasz);
  });

  it("explained variances agree within 1e-5", ({ skip }) => {
    const golden = reference(`${name}.matrix.pca`);
    const data = dataset(name);
    if (!golden || !data) return skip(`stored results of ${name} are absent`);
    const { kernels, matrix, grid, dimensions } = data;
    const scatter = run(kernels.scatter(matrix, 0, grid));
    const { values, vectors } = kernels.eigenSymmetric(scatter, dimensions, golden.explained_variance.length);
    for (const [j, expected] of golden.explained_variance.entries()) {
      expect(Math.abs(values[j]! / (matrix.rows - 1) / expected - 1)).toBeLessThan(1e-5);
    }
    for (const [t, expected] of golden.components_abs_first.entries()) {
      expect(Math.abs(Math.abs(vectors[t]!) - expected)).toBeLessThan(1e-4);
    }
  });
});
