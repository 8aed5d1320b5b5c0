/**
 * Restarts of k-means on a matrix that one isolate holds: all rows (`kmeans`) or the coreset with its weights
 * (`coreset_solve`). A task runs some restarts and keeps its best; the reduce takes the best of all: the lowest inertia,
 * the lowest restart on ties.
 */
import type { SolveResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import type { Stage, TaskContext } from "../context";
import { centeredMatrix } from "../matrices";
import { coresetMatrix } from "./coreset";

interface Source {
  matrix: Matrix;
  weights: Float64Array | null;
}

const solver = (kind: "kmeans" | "coreset_solve", source: (context: TaskContext) => Promise<Source>): Stage => ({
  async map(context): Promise<SolveResult> {
    const { span, spec, kernels, pulse, results, scratch } = context;
    if (spec.method.kind !== "kmeans") throw new TypeError("k-means parameters are missing");
    const { params } = spec.method;
    const { matrix, weights } = await source(context);
    let best: SolveResult | null = null;
    let centroids = new Float32Array();
    for (let restart = span.from; restart < span.to; restart++) {
      const options = {
        clusters: params.n_clusters,
        init: params.init,
        maxIter: params.max_iter,
        tolerance: params.tol * results.moments!.meanVariance,
        seed: spec.seed,
        restart,
        // `lloyd` and `elkan` name one result, bit for bit: the faster way to it serves both (docs/design/kernels.md).
        algorithm: "auto" as const,
        weights,
      };
      const solved = await pulse.drain(kernels.kmeans(matrix, options), (step) => ({
        done: restart - span.from + Math.min(1, step.done / Math.max(step.total, 1)),
        total: span.to - span.from,
        objective: step.objective,
      }));
      if (best && solved.inertia >= best.inertia) continue;
      const { inertia, iterations, converged } = solved;
      best = { inertia, restart, iterations, converged, centroids: `${kind}/${span.from}-${span.to}` };
      centroids = solved.centroids.slice();
    }
    scratch.put(best!.centroids, centroids);
    return best!;
  },

  async reduce({ inputs }): Promise<SolveResult> {
    const parts = inputs.parts as SolveResult[];
    return parts.reduce((best, part) => (part.inertia < best.inertia ? part : best));
  },
});

export const kmeans = solver("kmeans", async (context) => ({
  matrix: await centeredMatrix(context, { from: 0, to: context.plan.shape.rows }),
  weights: null,
}));

export const coresetSolve = solver("coreset_solve", coresetMatrix);
