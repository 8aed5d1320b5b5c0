/** A fit over rows of the run's matrix, as methods ask for it. */
import type { Matrix } from "../../kernels/contract";
import type { TaskContext } from "../context";
import type { Fit } from "../methods/method";

export interface FittedRows {
  rows: number;
  matrix(): Promise<Matrix>;
  centered(): Promise<Matrix>;
}

/** Neighbours are searched for among the fitted rows themselves. */
export function fitOver(context: TaskContext, params: unknown, { rows, matrix, centered }: FittedRows): Fit<unknown> {
  const { plan, spec, kernels, pulse, workspace } = context;
  return {
    params,
    rows,
    dimensions: plan.shape.dimensions,
    seed: spec.seed,
    kernels,
    matrix,
    centered,
    spent: () => workspace.drop(),
    neighbors: async (wish) => pulse.drain(kernels.knn(await matrix(), { ...wish, k: Math.min(wish.k, rows - 1) })),
    run: (slices, share) => pulse.drain(slices, share),
    compute: (call) => pulse.compute(call),
  };
}
