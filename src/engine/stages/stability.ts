/**
 * How far a clustering survives a change of the data: the method clusters seeded subsamples by itself, and each is compared with the run's
 * labels of its rows. A subsample is drawn by its number alone; a task reads the rows of all that it takes at once.
 */
import type { StabilityResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import { OutOfMemory } from "../../kernels/errors";
import { adjustedRandIndex } from "../../kernels/measures/agreement";
import type { Stage, TaskContext } from "../context";
import { centeredHeld, rawHeld, readPicked } from "../matrices";
import { paramsOfShare } from "../methods/parameters";
import { sampleRows } from "../sampling";
import { fittedMethod } from "./cluster";
import { fitOver } from "./fit";
import { labelsOf } from "./labelled-rows";

/** Of the first subsample; the others' follow. */
const PURPOSE = 16;

export const stability: Stage = {
  async map(context): Promise<StabilityResult["agreements"]> {
    const { span, stage, plan, spec, results, pulse } = context;
    if (results.assign!.sizes.length === 0) return [];
    const size = stage.params.size as number;
    const draw = (index: number) => pulse.compute(() => sampleRows(plan.shape.rows, size, spec.seed, PURPOSE + index));
    const subsamples = Array.from({ length: span.to - span.from }, (_, i) => draw(span.from + i));
    const pool = await poolOf(context, subsamples);
    const agreements: StabilityResult["agreements"] = [];
    for (const [i, rows] of subsamples.entries()) agreements.push(await agreement(context, span.from + i, rows, pool));
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

/** The rows of a task's subsamples, each once, ascending. */
interface Pool {
  rows: Uint32Array;
  labels: Int32Array;
  values: Float32Array;
}

async function poolOf(context: TaskContext, subsamples: Uint32Array[]): Promise<Pool> {
  const all = new Uint32Array(subsamples.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const rows of subsamples) {
    all.set(rows, at);
    at += rows.length;
  }
  const rows = all.sort().filter((row, i) => i === 0 || row !== all[i - 1]);
  return { rows, labels: await labelsOf(context, rows), values: await readPicked(context, rows) };
}

async function agreement(context: TaskContext, index: number, rows: Uint32Array, pool: Pool): Promise<number | null> {
  const { plan, pulse } = context;
  const { dimensions } = plan.shape;
  const { method, params } = fittedMethod(context);
  const places = placesOf(rows, pool.rows);
  const name = `subsample ${index}`;
  const write = async (matrix: Matrix): Promise<void> => {
    for (const [i, place] of places.entries())
      matrix.write(i, pool.values.subarray(place * dimensions, (place + 1) * dimensions));
  };
  const job = fitOver(context, paramsOfShare(method, params, rows.length / plan.fittedRows), {
    rows: rows.length,
    matrix: () => rawHeld(context, name, rows.length, write),
    centered: () => centeredHeld(context, name, rows.length, write),
  });
  try {
    const { labels } = await method.fit(job);
    return pulse.compute(() =>
      adjustedRandIndex(
        Int32Array.from(places, (place) => pool.labels[place]!),
        labels,
      ),
    );
  } catch (error) {
    // Rows that cannot be clustered by themselves, such as duplicates without any width, must not fail a run that is done but for its measures.
    if (error instanceof RangeError || error instanceof OutOfMemory) return null;
    throw error;
  }
}

/** Where each of some rows lies among others that hold them; both ascend. */
function placesOf(rows: Uint32Array, among: Uint32Array): Uint32Array {
  let place = 0;
  return rows.map((row) => {
    while (among[place]! < row) place++;
    return place;
  });
}
