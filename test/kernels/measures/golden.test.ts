/** Agreement with stored results of scikit-learn 1.2.1. The files lie beside the repository; without them these tests say so and skip. */
import { expect, it } from "vitest";
import { kernelMath, run } from "../../../src/kernels";
import { load, loadCentred, plain, stored, storedCases } from "../support";

interface Golden {
  labels: number[];
  clusters: number;
  silhouette: number;
  silhouette_cosine: number;
  davies_bouldin: number;
  calinski_harabasz: number;
}

const agree = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-5);

it.for(storedCases("metrics"))("measures of $name agree within 1e-5", (which, { skip }) => {
  const found = stored<Golden>("metrics", which);
  if (!found) return skip(`the stored measures of ${which.name} are absent`);
  const { golden, values, dimensions } = found;
  const { clusters } = golden;
  const labels = Int32Array.from(golden.labels);

  const own = plain();
  const given = load(own, values, dimensions);
  agree(run(own.silhouetteScores(given, labels, clusters, "euclidean")).mean, golden.silhouette);
  agree(run(own.silhouetteScores(given, labels, clusters, "cosine")).mean, golden.silhouette_cosine);

  const kernels = plain();
  const { matrix, grid } = loadCentred(kernels, values, dimensions);
  const { centroids, sums } = run(kernels.members(matrix, labels, clusters, grid));
  agree(kernelMath.daviesBouldin(centroids, dimensions, sums), golden.davies_bouldin);
  agree(
    kernelMath.calinskiHarabasz(centroids, dimensions, sums, new Float64Array(dimensions)),
    golden.calinski_harabasz,
  );

  const everyRow = run(kernels.silhouetteSums(matrix.read(0, matrix.rows), matrix, labels, clusters, grid));
  agree(kernelMath.silhouette(everyRow, labels, sums.counts, clusters), golden.silhouette);
});
