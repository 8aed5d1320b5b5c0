/**
 * How far a clustering survives a change of the data: the method clusters seeded subsamples by itself, and each is compared with the run's
 * labels of its rows. A task takes some of the subsamples; each is drawn by its number alone.
 */
import type { StabilityResult } from "../../domain/run/results";
import { OutOfMemory } from "../../kernels/errors";
import { adjustedRandIndex } from "../../kernels/measures/agreement";
import type { Stage, TaskContext } from "../context";
import { centeredPicked, rawPicked } from "../matrices";
import { paramsOfShare } from "../methods/parameters";
import { sampleRows } from "../sampling";
import { fittedMethod } from "./cluster";
import { fitOver } from "./fit";
import { labelsOf } from "./labelled-rows";

/** Of the first subsample; the others' follow. */
const PURPOSE = 16;

export const stability: Stage = {
  async map(context): Promise<StabilityResult["agreements"]> {
    const { span, results } = context;
    const agreements: StabilityResult["agreements"] = [];
    if (results.assign!.sizes.length === 0) return agreements;
    for (let index = span.from; index < span.to; index++) agreements.push(await agreement(context, index));
    return agreements;
  },

  async reduce({ inputs, stage }): Promise<StabilityResult> {
    const agreements = (inputs.parts as StabilityResult["agreements"][]).flat();
    const found = agreements.filter((one) => one !== null);
    return {
      mean: found.length > 0 ? found.reduce((sum, one) => sum + one, 0) / found.length : null,
      agreements,
      sampleRows: stage.params.size as number,
    };
  },
};

async function agreement(context: TaskContext, index: number): Promise<number | null> {
  const { stage, plan, spec, pulse } = context;
  const size = stage.params.size as number;
  const { method, params } = fittedMethod(context);
  const rows = pulse.compute(() => sampleRows(plan.shape.rows, size, spec.seed, PURPOSE + index));
  const name = `subsample ${index}`;
  const job = fitOver(context, paramsOfShare(method, params, size / plan.fittedRows), {
    rows: size,
    matrix: () => rawPicked(context, name, () => rows),
    centered: () => centeredPicked(context, name, () => rows),
  });
  try {
    const { labels } = await method.fit(job);
    const own = await labelsOf(context, rows);
    return pulse.compute(() => adjustedRandIndex(own, labels));
  } catch (error) {
    // Rows that cannot be clustered by themselves, such as duplicates without any width, must not fail a run that is done but for its measures.
    if (error instanceof RangeError || error instanceof OutOfMemory) return null;
    throw error;
  }
}
