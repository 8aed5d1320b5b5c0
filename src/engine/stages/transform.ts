/**
 * Rows of a view by the linear map that a step of the preparation has fitted: held by this isolate when it holds them all, else
 * written to scratch.
 */
import type { ViewResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { matrixSlices, spanName } from "../matrices";
import { mapTo, projected, type Span, sliceRows } from "../prepare";
import { stageView, viewOf } from "../views";
import { storeRows } from "./store-rows";

export const transform: Stage = {
  async map(context): Promise<ViewResult> {
    const { span, plan, pulse } = context;
    const view = stageView(context);
    const { dimensions, stored } = viewOf(plan, view);
    const map = await mapTo(context, view);
    const held = stored ? null : new Float32Array((span.to - span.from) * dimensions);
    const pieces: number[] = [];
    let maxAbs = 0;
    for await (const { from, values, centered } of sourceSlices(context, span, view - 1)) {
      const rows = projected(context, values, centered ? { ...map, mean: null } : map);
      maxAbs = pulse.compute(() => largest(rows, maxAbs));
      if (held) held.set(rows, (from - span.from) * dimensions);
      else pieces.push(await storeRows(context, view, from, rows, pieces.length));
    }
    if (held) hold(context, span, view, held);
    return { pieces, maxAbs };
  },

  async reduce({ inputs, plan }): Promise<ViewResult> {
    const parts = inputs.parts as ViewResult[];
    return {
      pieces: [...parts.flatMap((part) => part.pieces), plan.shape.rows],
      maxAbs: Math.max(...parts.map((part) => part.maxAbs)),
    };
  },
};

/** Rows of the view before: from the held matrix, centred or not, else as they were made. */
async function* sourceSlices(context: TaskContext, span: Span, view: number) {
  const held = context.workspace.held(spanName(view, span));
  if (!held) {
    for await (const slice of matrixSlices(context, span, view)) yield { ...slice, centered: false };
    return;
  }
  const step = sliceRows(held.matrix.dimensions);
  for (let from = 0; from < held.matrix.rows; from += step) {
    const values = held.matrix.read(from, Math.min(from + step, held.matrix.rows));
    yield { from: span.from + from, values, centered: held.centered };
  }
}

function hold({ workspace }: TaskContext, span: Span, view: number, values: Float32Array): void {
  const { matrix } = workspace.hold(spanName(view, span), span.to - span.from, values.length / (span.to - span.from));
  matrix.write(0, values);
}

function largest(values: Float32Array, known: number): number {
  let most = known;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
