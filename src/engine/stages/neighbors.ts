/** The nearest rows of every row: each task searches all rows for the neighbours of its own. */
import type { NeighborsResult } from "../../domain/run/results";
import type { Matrix } from "../../kernels/contract";
import type { NeighborLists } from "../../kernels/neighbors/contract";
import type { Stage, TaskContext } from "../context";
import { matrixSlices, rawMatrix } from "../matrices";
import { type NeighborParams, neighborsKey } from "../neighbors";
import { sliceRows } from "../prepare";
import { boundsOf, pieceName } from "../scratch";
import { viewOf } from "../views";

interface NeighborsPart {
  from: number;
  to: number;
  recall: NeighborsResult["recall"];
}

/** Rows whose lists are compared with exact ones. */
const AUDITED_ROWS = 500;

export const neighbors: Stage = {
  async map(context): Promise<NeighborsPart> {
    const { stage, plan, scratch } = context;
    const { view, metric, way } = stage.params as NeighborParams;
    const found = way === "approximate" ? await searchApproximately(context) : null;
    const lists = found?.lists ?? (await (way === "held" ? searchHeld(context) : searchSlices(context)));
    // An approximate search is one task's, whose span is not of rows.
    const span = found ? { from: 0, to: plan.shape.rows } : context.span;
    const key = neighborsKey(view, metric);
    scratch.put(pieceName(`${key}/rows`, span.from, span.to), lists.neighbors as Int32Array<ArrayBuffer>);
    scratch.put(pieceName(`${key}/distances`, span.from, span.to), lists.distances as Float32Array<ArrayBuffer>);
    return { ...span, recall: found?.recall ?? null };
  },

  async reduce({ inputs, stage }): Promise<NeighborsResult> {
    const { k } = stage.params as NeighborParams;
    const parts = inputs.parts as NeighborsPart[];
    return { k, bounds: boundsOf(parts), recall: parts[0]!.recall };
  },
};

/** One isolate holds all rows. */
async function searchHeld(context: TaskContext): Promise<NeighborLists> {
  const { span, stage, plan, kernels, pulse } = context;
  const { view, metric, k } = stage.params as NeighborParams;
  const all = { from: 0, to: plan.shape.rows };
  const base = await rawMatrix(context, all, view);
  if (span.to - span.from === all.to) return pulse.drain(kernels.knn(base, { k, metric }));
  const queries = kernels.matrix(span.to - span.from, base.dimensions);
  copy(base, queries, span.from);
  const lists = kernels.emptyLists(queries.rows, k);
  await pulse.drain(kernels.knnAdd(lists, queries, span.from, base, 0, metric));
  return lists;
}

/** One isolate holds all rows, too many of them to compare with each other. */
async function searchApproximately(context: TaskContext) {
  const { spec, stage, plan, kernels, pulse } = context;
  const { view, metric, k } = stage.params as NeighborParams;
  const matrix = await rawMatrix(context, { from: 0, to: plan.shape.rows }, view);
  const lists = await pulse.drain(kernels.knnApproximate(matrix, { k, metric }));
  const share = await pulse.drain(kernels.recall(matrix, lists, { sample: AUDITED_ROWS, seed: spec.seed, metric }));
  return { lists, recall: { share, rows: Math.min(AUDITED_ROWS, plan.shape.rows) } };
}

/** No isolate holds them: they pass by in slices. */
async function searchSlices(context: TaskContext): Promise<NeighborLists> {
  const { span, stage, plan, kernels, pulse } = context;
  const { view, metric, k } = stage.params as NeighborParams;
  const { dimensions } = viewOf(plan, view);
  const queries = await rawMatrix(context, span, view);
  const lists = kernels.emptyLists(queries.rows, k);
  const { rows } = plan.shape;
  for await (const { from, to, values } of matrixSlices(context, { from: 0, to: rows }, view)) {
    const mark = kernels.mark();
    const base = kernels.matrix(to - from, dimensions);
    base.write(0, values);
    await pulse.drain(kernels.knnAdd(lists, queries, span.from, base, from, metric), ({ done, total }) => ({
      done: from + (done / Math.max(total, 1)) * (to - from),
      total: rows,
    }));
    kernels.release(mark);
  }
  return lists;
}

/** Rows from `first` on, a slice at a time: neither is read whole into the heap. */
function copy(source: Matrix, target: Matrix, first: number): void {
  const step = sliceRows(source.dimensions);
  for (let from = 0; from < target.rows; from += step)
    target.write(from, source.read(first + from, first + Math.min(from + step, target.rows)));
}
