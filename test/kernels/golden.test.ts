/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { expect, it } from "vitest";
import { type KMeansResult, run } from "../../src/kernels";
import { loadCentred, plain, stored, storedCases } from "./support";

interface KMeansGolden {
  seeds: { inertia: number[] };
  params: { init?: "random"; n_clusters: number; n_init: number };
}

interface PcaGolden {
  explained_variance: number[];
  components_abs_first: number[];
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

it.for(storedCases("kmeans"))("$name k-means $tag: inertia as good as the reference's ten seeds", (which, { skip }) => {
  const found = stored<KMeansGolden>("kmeans", which);
  if (!found) return skip(`the stored result ${which.name} ${which.tag} is absent`);
  const { golden, values, dimensions } = found;
  const { n_clusters: clusters, n_init, init = "k-means++" } = golden.params;
  const kernels = plain();
  const { matrix, tolerance } = loadCentred(kernels, values, dimensions);
  const best = (seed: number): number => {
    const restarts = Array.from({ length: n_init }, (_, restart): KMeansResult => {
      const options = {
        clusters,
        init,
        maxIter: 300,
        tolerance,
        seed,
        restart,
        algorithm: "auto",
        weights: null,
      } as const;
      return run(kernels.kmeans(matrix, options));
    });
    return Math.min(...restarts.map((result) => result.inertia));
  };
  // Two dimensions hold many poor optima: ten seeds scatter by more than the tolerance, and sixty are quick.
  const ours = Array.from({ length: dimensions === 2 ? 60 : 10 }, (_, seed) => best(seed));
  expect(mean(ours)).toBeLessThanOrEqual(1.001 * mean(golden.seeds.inertia));
  expect(Math.min(...ours)).toBeLessThanOrEqual(Math.max(...golden.seeds.inertia));
});

it.for(storedCases("pca"))("$name: explained variances agree within 1e-5", (which, { skip }) => {
  const found = stored<PcaGolden>("pca", which);
  if (!found) return skip(`the stored result of ${which.name} is absent`);
  const { golden, values, dimensions } = found;
  const kernels = plain();
  const { matrix, grid } = loadCentred(kernels, values, dimensions);
  const scatter = run(kernels.scatter(matrix, 0, grid));
  const pairs = run(kernels.eigenSymmetric(scatter, dimensions, golden.explained_variance.length));
  for (const [j, expected] of golden.explained_variance.entries()) {
    expect(Math.abs(pairs.values[j]! / (matrix.rows - 1) / expected - 1)).toBeLessThan(1e-5);
  }
  for (const [t, expected] of golden.components_abs_first.entries()) {
    expect(Math.abs(Math.abs(pairs.vectors[t]!) - expected)).toBeLessThan(1e-4);
  }
});
