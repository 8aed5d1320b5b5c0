/** k-means on rows that one isolate holds, where it was chosen rather than asked for: the same kernel, all restarts in one task. */
import type { KMeansParams } from "../../domain/definition/model";
import { BASE_BYTES, kmeansBytes, matrixBytes } from "../../kernels/memory";
import { KMEANS_PER_MS } from "../cost";
import type { Fit, FittedMethod, Outcome } from "./method";

/** As in `kmeans.ts`. */
const ROUNDS = 60;

export const wholeKMeans: FittedMethod<KMeansParams> = {
  kind: "fitted",
  cap: "fittedRows",
  clusters: ({ n_clusters }) => n_clusters,

  plan({ n_clusters, n_init, max_iter }, { rows, dimensions }) {
    return {
      method: `k-means++ and Lloyd, ${n_init} restarts`,
      bytes: BASE_BYTES + matrixBytes(rows, dimensions) + kmeansBytes(rows, dimensions, n_clusters),
      cpuMs: (n_init * rows * dimensions * n_clusters * Math.min(ROUNDS, max_iter)) / KMEANS_PER_MS,
    };
  },

  fit,
};

async function fit({
  params,
  seed,
  kernels,
  rows,
  dimensions,
  centered,
  compute,
  run,
}: Fit<KMeansParams>): Promise<Outcome> {
  const matrix = await centered();
  const grid = { maxAbs: compute(() => kernels.maxAbs(matrix)), rows };
  // `tol` is relative to the mean variance of the columns, which are centred over all rows of the run.
  const { sum, sumSquares } = compute(() => kernels.moments(matrix, grid));
  const variance = sum.reduce((total, one, i) => total + Math.max(0, sumSquares[i]! / rows - (one / rows) ** 2), 0);
  let best: { centroids: Float32Array; inertia: number; iterations: number } | null = null;
  for (let restart = 0; restart < params.n_init; restart++) {
    const found = await run(
      kernels.kmeans(matrix, {
        clusters: params.n_clusters,
        init: params.init,
        maxIter: params.max_iter,
        tolerance: (params.tol * variance) / dimensions,
        seed,
        restart,
        algorithm: "auto",
        weights: null,
      }),
      (step) => ({ ...step, done: restart + step.done / Math.max(step.total, 1), total: params.n_init }),
    );
    if (!best || found.inertia < best.inertia) best = found;
  }
  const { centroids, inertia, iterations } = best!;
  const { labels } = await run(kernels.assign(matrix, centroids, params.n_clusters, grid));
  return { labels, objectives: { inertia, n_iter: iterations } };
}
