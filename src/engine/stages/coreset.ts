/**
 * The lightweight coreset (Bachem, Lucic & Krause 2018): rows drawn with probability q, half uniform and half by squared
 * distance to the mean, and weighted by 1 / (size · q). Drawn without replacement by the smallest exponential keys, which
 * is mergeable: every shard computes keys, the reduce takes the smallest of all. No weight falls below 1, a row's own.
 */
import type { CoresetResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import type { Stage, TaskContext } from "../context";
import { centeredMatrix, pickedMatrix } from "../matrices";
import { pieceName } from "../scratch";

export const coreset: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, plan, spec, results, kernels, pulse, scratch } = context;
    const matrix = await centeredMatrix(context, span);
    const { keys, probabilities } = pulse.compute(() =>
      kernels.coresetKeys(matrix, {
        firstRow: span.from,
        totalRows: plan.shape.rows,
        totalSquaredDistance: results.moments!.totalSquaredDistance,
        seed: spec.seed,
      }),
    );
    scratch.put(pieceName("coreset/keys", span.from, span.to), keys.slice());
    scratch.put(pieceName("coreset/probabilities", span.from, span.to), probabilities.slice());
    return span;
  },

  async reduce({ inputs, plan, stage, scratch }): Promise<CoresetResult> {
    const size = Math.min(stage.params.size as number, plan.shape.rows);
    const parts = inputs.parts as { from: number; to: number }[];
    const keys = new Float64Array(plan.shape.rows);
    for (const { from, to } of parts) keys.set(await scratch.doubles(pieceName("coreset/keys", from, to)), from);
    const rows = smallest(keys, size);
    const weights = new Float64Array(rows.length);
    let next = 0;
    for (const { from, to } of parts) {
      const probabilities = await scratch.doubles(pieceName("coreset/probabilities", from, to));
      for (; next < rows.length && rows[next]! < to; next++)
        weights[next] = Math.max(1, 1 / (size * probabilities[rows[next]! - from]!));
    }
    scratch.put("coreset/rows", rows);
    scratch.put("coreset/weights", weights);
    return { rows: rows.length };
  },
};

/** The rows with the `size` smallest keys, ascending; on equal keys the lower rows. */
function smallest(keys: Float64Array, size: number): Uint32Array<ArrayBuffer> {
  const threshold = keys.slice().sort()[size - 1]!;
  const below = keys.reduce((count, key) => count + (key < threshold ? 1 : 0), 0);
  const rows = new Uint32Array(size);
  let atThreshold = size - below;
  let found = 0;
  keys.forEach((key, row) => {
    if (key > threshold || (key === threshold && atThreshold-- <= 0)) return;
    rows[found++] = row;
  });
  return rows;
}

/** The coreset's rows, centred, and their weights. */
export async function coresetMatrix(context: TaskContext): Promise<{ matrix: Matrix; weights: Float64Array }> {
  const bytes = await context.scratch.bytes("coreset/rows");
  const rows = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const weights = await context.scratch.doubles("coreset/weights");
  return { matrix: await pickedMatrix(context, "coreset", rows), weights };
}
