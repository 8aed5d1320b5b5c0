/** Rows of the snapshot → the prepared matrix, as float32 shards in scratch or held by one isolate, and the document ids. */

import type { GatherResult } from "../../domain/run/results";
import type { Stage } from "../context";
import { spanName } from "../matrices";
import { preparedSlices } from "../prepare";
import { lastFittedRank } from "../sampling";
import { boundsOf } from "../scratch";
import { viewOf } from "../views";
import { IdColumn } from "./ids";
import { storeRows } from "./store-rows";

interface GatherPart {
  from: number;
  to: number;
  maxAbs: number;
  /** First row of each piece that the matrix was written in. */
  pieces: number[];
}

export const gather: Stage = {
  async map(context): Promise<GatherPart> {
    const { span, plan, scratch, workspace, kernels, pulse } = context;
    const { dimensions, stored } = viewOf(plan, 0);
    const { matrix } = workspace.hold(spanName(0, span), span.to - span.from, dimensions);
    try {
      const ids = new IdColumn(matrix.rows);
      const pieces: number[] = [];
      for await (const { from, documentIds, values } of preparedSlices(context, span)) {
        matrix.write(from - span.from, values);
        ids.push(documentIds);
        pulse.beat({ done: from - span.from + documentIds.length, total: matrix.rows });
        if (stored) pieces.push(await storeRows(context, 0, from, values, pieces.length));
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
