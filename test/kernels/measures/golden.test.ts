/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { describe, expect, it } from "vitest";
import { kernelMath, run } from "../../../src/kernels";
import { floats, load, loadCentred, plain, shared } from "../support";

const DATA: Record<string, [path: string, dimensions: number]> = {
  digits: ["data/digits/digits.f32", 64],
  digits_umap2: ["data/digits_umap2.f32", 2],
  met_clip512: ["data/met_clip512.f32", 512],
};

interface Golden {
  labels: number[];
  clusters: number;
  silhouette: number;
  silhouette_cosine: number;
  davies_bouldin: number;
  calinski_harabasz: number;
}

const agree = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);

describe.each(Object.entries(DATA))("measures of %s", (name, [path, dimensions]) => {
  it("of rows agree within 1e-5", ({ skip }) => {
    const text = shared(`golden/${name}.matrix.metrics.json`);
    const file = shared(path);
    if (!text || !file) return skip(`the stored measures of ${name} are absent`);
    const golden = JSON.parse(text.toString()) as Golden;
    const labels = Int32Array.from(golden.labels);
    const { clusters } = golden;

    const kernels = plain();
    const matrix = load(kernels, floats(file), dimensions);
    agree(run(kernels.silhouetteScores(matrix, labels, clusters, "euclidean")).mean, golden.silhouette);
    agree(run(kernels.silhouetteScores(matrix, labels, clusters, "cosine")).mean, golden.silhouette_cosine);
  });

  it("of centroids agree within 1e-5", ({ skip }) => {
    const text = shared(`golden/${name}.matrix.metrics.json`);
    const file = shared(path);
    if (!text || !file) return skip(`the stored measures of ${name} are absent`);
    const golden = JSON.parse(text.toString()) as Golden;
    const kernels = plain();
    const { matrix, grid } = loadCentred(kernels, floats(file), dimensions);
    const { centroids, sums } = run(kernels.members(matrix, Int32Array.from(golden.labels), golden.clusters, grid));
    const mean = new Float64Array(dimensions);
    agree(kernelMath.daviesBouldin(centroids, dimensions, sums), golden.davies_bouldin);
    agree(kernelMath.calinskiHarabasz(centroids, dimensions, sums, mean), golden.calinski_harabasz);
  });
});
