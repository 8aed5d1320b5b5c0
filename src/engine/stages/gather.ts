/**
 * Rows of the snapshot → the prepared matrix: features read by range from their segments, L2-normalised or as stored,
 * weighted and concatenated, written as float32 shards with the document ids beside them.
 */

import { gatherRows } from "../../documents/segments";
import type { GatherResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import type { Stage, TaskContext } from "../context";
import { sliceRows, spanName } from "../matrices";
import { lastFittedRank } from "../sampling";
import { boundsOf, pieceName } from "../scratch";
import { frozenPages } from "./frozen-rows";
import { IdColumn } from "./ids";

interface GatherPart {
  from: number;
  to: number;
  maxAbs: number;
}

/** A matrix up to this size is one put; a larger one is streamed in slices. */
const WHOLE_BYTES = 4 * 1024 * 1024;

export const gather: Stage = {
  async map(context): Promise<GatherPart> {
    const { span, plan, spec, scratch, workspace, kernels, pulse, objects } = context;
    const d = plan.shape.dimensions;
    const { matrix } = workspace.hold(spanName(span), span.to - span.from, d);
    try {
      const ids = new IdColumn(matrix.rows);
      const names = spec.features.map((feature) => feature.name);
      for await (const { from, page } of frozenPages(context, span, sliceRows(d))) {
        const rows = page.documentIds.length;
        const values = new Float32Array(rows * d);
        await gatherRows(objects, page, names, values);
        if (!spec.normalize) weightColumns(context, values);
        matrix.write(from - span.from, values);
        ids.push(page.documentIds);
        pulse.beat({ done: from - span.from + rows, total: matrix.rows });
      }
      if (spec.normalize) pulse.compute(() => normalizeFeatures(context, matrix));
      ids.put(scratch, span);
      const maxAbs = pulse.compute(() => kernels.maxAbs(matrix));
      await writeMatrix(context, matrix);
      return { ...span, maxAbs };
    } catch (error) {
      workspace.drop();
      throw error;
    }
  },

  async reduce({ inputs, plan, spec, pulse }): Promise<GatherResult> {
    const parts = inputs.parts as GatherPart[];
    const { rows } = plan.shape;
    const lastRank =
      plan.fittedRows < rows ? pulse.compute(() => lastFittedRank(rows, plan.fittedRows, spec.seed)) : null;
    return { bounds: boundsOf(parts), maxAbs: Math.max(...parts.map((part) => part.maxAbs)), lastRank };
  },
};

function normalizeFeatures({ spec, kernels }: TaskContext, matrix: Matrix): void {
  let column = 0;
  for (const { dimensions, weight } of spec.features) {
    kernels.normalizeRows(matrix, column, column + dimensions, weight);
    column += dimensions;
  }
}

function weightColumns({ spec, plan }: TaskContext, values: Float32Array): void {
  let column = 0;
  for (const { dimensions, weight } of spec.features) {
    if (weight !== 1)
      for (let row = column; row < values.length; row += plan.shape.dimensions)
        for (let i = row; i < row + dimensions; i++) values[i] = values[i]! * weight;
    column += dimensions;
  }
}

async function writeMatrix({ scratch, span, plan, objects }: TaskContext, matrix: Matrix): Promise<void> {
  const name = pieceName("matrix", span.from, span.to);
  if (4 * matrix.rows * plan.shape.dimensions <= WHOLE_BYTES) {
    scratch.put(name, matrix.read(0, matrix.rows).slice());
    return;
  }
  const writer = objects.writer(scratch.key(name));
  try {
    const step = sliceRows(plan.shape.dimensions);
    for (let from = 0; from < matrix.rows; from += step) {
      const values = matrix.read(from, Math.min(from + step, matrix.rows));
      await writer.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await writer.close();
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}
