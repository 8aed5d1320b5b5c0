/** Looks at a sample of the rows and chooses the method that the next stage fits. */
import type { ChooseResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { pickedMatrix } from "../matrices";
import type { Fit } from "../methods/method";
import { methodOf } from "../methods/registry";
import { sampleRows } from "../sampling";

const PURPOSE = 4;

export const choose: Stage = {
  async map(context): Promise<ChooseResult> {
    const { spec, plan } = context;
    if (spec.method.kind === "attribute") throw new TypeError("attributes are not clustered");
    const method = methodOf(spec.method);
    if (method.kind !== "choosing") throw new TypeError(`${spec.method.kind} chooses nothing`);
    const { dimensions } = plan.shape;
    return method.choose(await sampleOf(context), { rows: plan.fittedRows, dimensions });
  },
};

async function sampleOf(context: TaskContext): Promise<Fit<unknown>> {
  const { stage, plan, spec, kernels, pulse } = context;
  const size = stage.params.size as number;
  const rows = sampleRows(plan.shape.rows, size, spec.seed, PURPOSE);
  const matrix = () => pickedMatrix(context, "choose", rows);
  return {
    params: null,
    rows: size,
    dimensions: plan.shape.dimensions,
    seed: spec.seed,
    kernels,
    // Distances, which are all that is looked at, do not change by the mean.
    matrix,
    centered: matrix,
    spent: () => context.workspace.drop(),
    neighbors: async (wish) => pulse.drain(kernels.knn(await matrix(), { ...wish, k: Math.min(wish.k, size - 1) })),
    run: (slices, share) => pulse.drain(slices, share),
    compute: (call) => pulse.compute(call),
  };
}
