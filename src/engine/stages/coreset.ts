/**
 * The lightweight coreset (Bachem, Lucic & Krause 2018): rows drawn with probability q, half uniform and half by squared
 * distance to the mean, and weighted by 1 / (size · q). Drawn without replacement by the smallest exponential keys, which
 * is mergeable: every shard keeps its smallest keys, the reduce takes the smallest of all. No weight falls below 1, a row's
 * own. Where clusters are fitted on a sample of the rows, the coreset is drawn from it.
 */
import type { CoresetResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import type { Stage, TaskContext } from "../context";
import { centeredMatrix, pickedMatrix } from "../matrices";
import { fittedRows } from "../sampling";
import { pieceName, type Scratch } from "../scratch";

export const coreset: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, plan, spec, stage, results, kernels, pulse, scratch } = context;
    const { lastRank } = results.gather!;
    const matrix = await centeredMatrix(context, span);
    const { keys, probabilities } = pulse.compute(() =>
      kernels.coresetKeys(matrix, {
        firstRow: span.from,
        totalRows: plan.fittedRows,
        // Of a sample, what it has of all rows' on average.
        totalSquaredDistance: (results.moments!.totalSquaredDistance * plan.fittedRows) / plan.shape.rows,
        seed: spec.seed,
      }),
    );
    const rows =
      lastRank === null
        ? Uint32Array.from(keys, (_, i) => span.from + i)
        : fittedRows(span.from, span.to, spec.seed, lastRank);
    const of = (values: Float64Array) => Float64Array.from(rows, (row) => values[row - span.from]!);
    const own: Candidates = { rows, keys: of(keys), probabilities: of(probabilities) };
    put(scratch, pieceName(CANDIDATES, span.from, span.to), smallest(own, stage.params.size as number));
    return span;
  },

  async reduce({ inputs, stage, scratch }): Promise<CoresetResult> {
    const size = stage.params.size as number;
    let best: Candidates = { rows: new Uint32Array(), keys: new Float64Array(), probabilities: new Float64Array() };
    for (const { from, to } of inputs.parts as { from: number; to: number }[])
      best = smallest(joined(best, await get(scratch, pieceName(CANDIDATES, from, to))), size);
    scratch.put("coreset/rows", best.rows.slice());
    scratch.put(
      "coreset/weights",
      Float64Array.from(best.probabilities, (probability) => Math.max(1, 1 / (size * probability))),
    );
    return { rows: best.rows.length };
  },
};

/** Rows that may come into the coreset, ascending, with their keys and probabilities. */
interface Candidates {
  rows: Uint32Array;
  keys: Float64Array;
  probabilities: Float64Array;
}

const CANDIDATES = "coreset/candidates";

/** The `size` candidates with the smallest keys; on equal keys the lower rows. What is left out of a part is so of the whole. */
function smallest(candidates: Candidates, size: number): Candidates {
  const { rows, keys, probabilities } = candidates;
  if (rows.length <= size) return candidates;
  const threshold = keys.slice().sort()[size - 1]!;
  let atThreshold = size - keys.reduce((count, key) => count + (key < threshold ? 1 : 0), 0);
  const chosen = Uint32Array.from(rows.keys()).filter(
    (i) => keys[i]! < threshold || (keys[i]! === threshold && atThreshold-- > 0),
  );
  return {
    rows: chosen.map((i) => rows[i]!),
    keys: Float64Array.from(chosen, (i) => keys[i]!),
    probabilities: Float64Array.from(chosen, (i) => probabilities[i]!),
  };
}

/** Candidates of adjoining rows as one. */
function joined(a: Candidates, b: Candidates): Candidates {
  const doubles = (x: Float64Array, y: Float64Array) => {
    const both = new Float64Array(x.length + y.length);
    both.set(x);
    both.set(y, x.length);
    return both;
  };
  const rows = new Uint32Array(a.rows.length + b.rows.length);
  rows.set(a.rows);
  rows.set(b.rows, a.rows.length);
  return { rows, keys: doubles(a.keys, b.keys), probabilities: doubles(a.probabilities, b.probabilities) };
}

/** As one scratch array of doubles: the rows, the keys, the probabilities. */
function put(scratch: Scratch, name: string, { rows, keys, probabilities }: Candidates): void {
  const values = new Float64Array(3 * rows.length);
  values.set(rows);
  values.set(keys, rows.length);
  values.set(probabilities, 2 * rows.length);
  scratch.put(name, values);
}

async function get(scratch: Scratch, name: string): Promise<Candidates> {
  const values = await scratch.doubles(name);
  const count = values.length / 3;
  return {
    rows: Uint32Array.from(values.subarray(0, count)),
    keys: values.subarray(count, 2 * count),
    probabilities: values.subarray(2 * count),
  };
}

/** The coreset's rows, centred, and their weights. */
export async function coresetMatrix(context: TaskContext): Promise<{ matrix: Matrix; weights: Float64Array }> {
  const bytes = await context.scratch.bytes("coreset/rows");
  const rows = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const weights = await context.scratch.doubles("coreset/weights");
  return { matrix: await pickedMatrix(context, "coreset", rows), weights };
}
