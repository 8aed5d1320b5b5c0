/** Looks at a sample of the rows and chooses the method that the next stage fits. */
import type { ChooseResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { pickedMatrix } from "../matrices";
import type { Fit } from "../methods/method";
import { methodOf } from "../methods/registry";
import { sampleRows } from "../sampling";
import { fitOver } from "./fit";

const PURPOSE = 4;

export const choose: Stage = {
  async map(context): Promise<ChooseResult> {
    const { spec, plan } = context;
    if (spec.method.kind === "attribute") throw new TypeError("attributes are not clustered");
    const method = methodOf(spec.method);
    if (method.kind !== "choosing") throw new TypeError(`${spec.method.kind} chooses nothing`);
    const { dimensions } = plan.shape;
    return method.choose(sampleOf(context), { rows: plan.fittedRows, dimensions });
  },
};

function sampleOf(context: TaskContext): Fit<unknown> {
  const { stage, plan, spec } = context;
  const rows = sampleRows(plan.shape.rows, stage.params.size as number, spec.seed, PURPOSE);
  // Distances, which are all that is looked at, do not change by the mean.
  const matrix = () => pickedMatrix(context, "choose", rows);
  return fitOver(context, null, { rows: rows.length, matrix, centered: matrix });
}
