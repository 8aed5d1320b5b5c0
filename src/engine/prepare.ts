/**
 * Rows of a run's views. The first view is read from the snapshot: features by range from their segments, L2-normalised or as
 * stored, weighted and concatenated; the next ones by the linear maps that the preparation has fitted. All of it works on a row
 * alone, so any slice has the bytes that the whole would have. What lies in scratch is read from there.
 */
import { gatherRows } from "../documents/segments";
import type { TaskContext } from "./context";
import { frozenPages } from "./stages/frozen-rows";
import { axesName, matrixName, meanName, viewOf, viewResult } from "./views";

export interface Span {
  from: number;
  to: number;
}

const SLICE_BYTES = 4 * 1024 * 1024;

/** Rows that are moved at a time. */
export const sliceRows = (dimensions: number): number => Math.max(1, Math.floor(SLICE_BYTES / (4 * dimensions)));

export interface PreparedSlice {
  /** First row of the slice in the run's numbering. */
  from: number;
  documentIds: string[];
  /** Rows × dimensions. */
  values: Float32Array<ArrayBuffer>;
}

/** Rows of a view, not centred. */
export async function readRows(context: TaskContext, span: Span, view: number): Promise<Float32Array<ArrayBuffer>> {
  const { scratch, plan } = context;
  const { dimensions, stored } = viewOf(plan, view);
  if (stored) {
    const { pieces } = viewResult(context, view);
    const bytes = await scratch.rows(matrixName(view), pieces, 4 * dimensions, span.from, span.to);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  if (view > 0) {
    const mean = await scratch.doubles(meanName(plan, view - 1));
    return transformed(context, await readRows(context, span, view - 1), view, mean);
  }
  const rows = new Float32Array((span.to - span.from) * dimensions);
  for await (const { from, values } of preparedSlices(context, span)) rows.set(values, (from - span.from) * dimensions);
  return rows;
}

/** Rows of the view before as rows of `view`; `mean` is subtracted first, or nothing where they are centred. */
export async function transformed(
  context: TaskContext,
  values: Float32Array,
  view: number,
  mean: Float64Array | null,
): Promise<Float32Array<ArrayBuffer>> {
  const axes = await context.scratch.doubles(axesName(view));
  return projected(context, values, axes, viewOf(context.plan, view).dimensions, mean);
}

/** Coordinates of rows on `count` axes, of the rows minus `mean` where it is given. */
export function projected(
  { kernels, pulse }: TaskContext,
  values: Float32Array,
  axes: Float64Array,
  count: number,
  mean: Float64Array | null,
): Float32Array<ArrayBuffer> {
  const dimensions = axes.length / count;
  return pulse.compute(() => {
    const mark = kernels.mark();
    const matrix = kernels.matrix(values.length / dimensions, dimensions);
    matrix.write(0, values);
    if (mean) kernels.center(matrix, mean);
    const rows = kernels.project(matrix, axes, count).slice();
    kernels.release(mark);
    return rows;
  });
}

/** Gathered rows of the span with their documents' ids, in slices of a few MiB. */
export async function* preparedSlices(context: TaskContext, span: Span): AsyncGenerator<PreparedSlice> {
  const { plan, spec, objects } = context;
  const { dimensions } = viewOf(plan, 0);
  const names = spec.features.map((feature) => feature.name);
  for await (const { from, page } of frozenPages(context, span, sliceRows(dimensions))) {
    const values = new Float32Array(page.documentIds.length * dimensions);
    await gatherRows(objects, page, names, values);
    if (spec.normalize) normalizeFeatures(context, values);
    else weightFeatures(context, values);
    yield { from, documentIds: page.documentIds, values };
  }
}

/** In place: each feature's block of each row to unit length times its weight. */
function normalizeFeatures({ spec, plan, kernels, pulse }: TaskContext, values: Float32Array<ArrayBuffer>): void {
  pulse.compute(() => {
    const mark = kernels.mark();
    const { dimensions } = viewOf(plan, 0);
    const rows = values.length / dimensions;
    const matrix = kernels.matrix(rows, dimensions);
    matrix.write(0, values);
    let column = 0;
    for (const feature of spec.features) {
      kernels.normalizeRows(matrix, column, column + feature.dimensions, feature.weight);
      column += feature.dimensions;
    }
    values.set(matrix.read(0, rows));
    kernels.release(mark);
  });
}

/** In place: each feature's block times its weight. */
function weightFeatures({ spec, plan }: TaskContext, values: Float32Array): void {
  const { dimensions: width } = viewOf(plan, 0);
  let column = 0;
  for (const { dimensions, weight } of spec.features) {
    if (weight !== 1)
      for (let row = column; row < values.length; row += width)
        for (let i = row; i < row + dimensions; i++) values[i] = values[i]! * weight;
    column += dimensions;
  }
}
