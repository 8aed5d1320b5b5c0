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

export const neighbors: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, stage, scratch } = context;
    const { view, metric, held } = stage.params as NeighborParams;
    const lists = held ? await searchHeld(context) : await searchSlices(context);
    const key = neighborsKey(view, metric);
    scratch.put(pieceName(`${key}/rows`, span.from, span.to), lists.neighbors as Int32Array<ArrayBuffer>);
    scratch.put(pieceName(`${key}/distances`, span.from, span.to), lists.distances as Float32Array<ArrayBuffer>);
    return span;
  },

  async reduce({ inputs, stage }): Promise<NeighborsResult> {
    const { k } = stage.params as NeighborParams;
    return { k, bounds: boundsOf(inputs.parts as { from: number; to: number }[]) };
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
