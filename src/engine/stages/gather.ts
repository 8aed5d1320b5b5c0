/** Rows of the snapshot → the prepared matrix, as float32 shards in scratch or held by one isolate, and the document ids. */

import type { GatherResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { spanName } from "../matrices";
import { isStored, preparedSlices } from "../prepare";
import { lastFittedRank } from "../sampling";
import { boundsOf, pieceName } from "../scratch";
import { IdColumn } from "./ids";

interface GatherPart {
  from: number;
  to: number;
  maxAbs: number;
  /** First row of each piece that the matrix was written in. */
  pieces: number[];
}

/** Pieces of the matrix on their way to the store: of an isolate's six connections, and of its memory. */
const PUTS_AT_ONCE = 4;

export const gather: Stage = {
  async map(context): Promise<GatherPart> {
    const { span, plan, scratch, workspace, kernels, pulse } = context;
    const { matrix } = workspace.hold(spanName(span), span.to - span.from, plan.shape.dimensions);
    try {
      const ids = new IdColumn(matrix.rows);
      const pieces: number[] = [];
      for await (const { from, documentIds, values } of preparedSlices(context, span)) {
        matrix.write(from - span.from, values);
        ids.push(documentIds);
        pulse.beat({ done: from - span.from + documentIds.length, total: matrix.rows });
        if (isStored(plan)) pieces.push(await store(context, from, values, pieces.length));
      }
      ids.put(scratch, span);
      return { ...span, maxAbs: pulse.compute(() => kernels.maxAbs(matrix)), pieces };
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
    return {
      bounds: boundsOf(parts),
      pieces: [...parts.flatMap((part) => part.pieces), rows],
      maxAbs: Math.max(...parts.map((part) => part.maxAbs)),
      lastRank,
    };
  },
};

/**
 * Starts writing a piece of the matrix and answers its first row. Single puts in parallel: local multipart uploads were no
 * faster, and the next slice is read meanwhile.
 */
async function store({ scratch, plan }: TaskContext, from: number, values: Float32Array<ArrayBuffer>, before: number) {
  scratch.put(pieceName("matrix", from, from + values.length / plan.shape.dimensions), values);
  if ((before + 1) % PUTS_AT_ONCE === 0) await scratch.settle();
  return from;
}
