/**
 * Rows of a run's views. The first view is read from the snapshot: features by range from their segments, L2-normalised or as
 * stored, weighted and concatenated; the next ones by the linear maps that the preparation has fitted. All of it works on a row
 * alone, so any slice has the bytes that the whole would have. What lies in scratch is read from there.
 */
import type { FrozenPage } from "../documents/contract";
import { gatherRows } from "../documents/segments";
import type { ViewPlan } from "../domain/run/types";
import type { TaskContext } from "./context";
import { scoresName } from "./sparse/feature";
import { frozenPages } from "./stages/frozen-rows";
import { axesName, firstView, matrixName, meanName, viewOf, viewResult } from "./views";

export interface Span {
  from: number;
  to: number;
}

const SLICE_BYTES = 4 * 1024 * 1024;

/** Rows that are moved at a time. */
export const sliceRows = (dimensions: number): number => Math.max(1, Math.floor(SLICE_BYTES / (4 * dimensions)));

/** The same of a view whose rows are made of those of others: the widest decides. */
export const sliceRowsOf = (views: ViewPlan[], view: number): number =>
  sliceRows(Math.max(...views.slice(firstView(views, view), view + 1).map(({ dimensions }) => dimensions)));

export interface PreparedSlice {
  /** First row of the slice in the run's numbering. */
  from: number;
  documentIds: string[];
  /** Rows × dimensions. */
  values: Float32Array<ArrayBuffer>;
}

/** What makes rows of a view of those of the view before: their coordinates on the axes, once the mean is subtracted. */
export interface LinearMap {
  mean: Float64Array;
  /** `count` × dimensions of the view before. */
  axes: Float64Array;
  count: number;
}

export const mapTo = async ({ scratch, plan }: TaskContext, view: number): Promise<LinearMap> => ({
  mean: await scratch.doubles(meanName(plan, view - 1)),
  axes: await scratch.doubles(axesName(view)),
  count: viewOf(plan, view).dimensions,
});

/** The maps that make rows of a view, in order; none where they lie in scratch or are gathered. Read once for many slices. */
export async function mapsTo(context: TaskContext, view: number): Promise<LinearMap[]> {
  const maps: LinearMap[] = [];
  for (let made = firstView(context.plan.views, view) + 1; made <= view; made++) maps.push(await mapTo(context, made));
  return maps;
}

/** Rows of a view, not centred; `maps`: its `mapsTo`. */
export async function readRows(
  context: TaskContext,
  span: Span,
  view: number,
  maps: LinearMap[],
): Promise<Float32Array<ArrayBuffer>> {
  let rows = await storedRows(context, span, view - maps.length);
  for (const map of maps) rows = projected(context, rows, map);
  return rows;
}

async function storedRows(context: TaskContext, span: Span, view: number): Promise<Float32Array<ArrayBuffer>> {
  const { scratch, plan } = context;
  const { dimensions, stored } = viewOf(plan, view);
  if (stored) {
    const { pieces } = viewResult(context, view);
    const bytes = await scratch.rows(matrixName(view), pieces, 4 * dimensions, span.from, span.to);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  const rows = new Float32Array((span.to - span.from) * dimensions);
  for await (const { from, values } of preparedSlices(context, span)) rows.set(values, (from - span.from) * dimensions);
  return rows;
}

/** Axes that rows are projected on at a time: all of a wide map, in f64 and in panels, would take more than the rows. */
export const AXES_AT_ONCE = 120;

/** Rows by a linear map; `mean` is null where they are centred already. */
export function projected(
  { kernels, pulse }: TaskContext,
  values: Float32Array,
  { mean, axes, count }: Omit<LinearMap, "mean"> & { mean: Float64Array | null },
): Float32Array<ArrayBuffer> {
  const dimensions = axes.length / count;
  const rows = values.length / dimensions;
  const made = new Float32Array(rows * count);
  return pulse.compute(() => {
    const mark = kernels.mark();
    const matrix = kernels.matrix(rows, dimensions);
    matrix.write(0, values);
    if (mean) kernels.center(matrix, mean);
    for (let first = 0; first < count; first += AXES_AT_ONCE) {
      const width = Math.min(AXES_AT_ONCE, count - first);
      const found = kernels.project(matrix, axes.subarray(first * dimensions, (first + width) * dimensions), width);
      if (width === count) made.set(found);
      else
        for (let row = 0; row < rows; row++)
          made.set(found.subarray(row * width, (row + 1) * width), row * count + first);
    }
    kernels.release(mark);
    return made;
  });
}

/** Gathered rows of the span with their documents' ids, in slices of a few MiB. */
export async function* preparedSlices(context: TaskContext, span: Span): AsyncGenerator<PreparedSlice> {
  const { dimensions } = viewOf(context.plan, 0);
  const weights = featureWeights(context);
  for await (const { from, page } of frozenPages(context, span, sliceRows(dimensions)))
    yield { from, documentIds: page.documentIds, values: await gathered(context, { from, page }, weights) };
}

/** Rows of a page as they are gathered, each feature's block times its weight. */
async function gathered(
  context: TaskContext,
  { from, page, picked }: Gathered,
  weights: number[],
): Promise<Float32Array<ArrayBuffer>> {
  const { plan, spec, objects } = context;
  const values = new Float32Array(page.segments.length * viewOf(plan, 0).dimensions);
  const dense = spec.features.filter(({ sparse }) => !sparse);
  await gatherRows(
    objects,
    page,
    dense.map(({ name }) => name),
    values,
  );
  if (dense.length < spec.features.length) await joinSparse(context, { from, page, picked }, values);
  if (spec.normalize) normalizeFeatures(context, values, weights);
  else weightFeatures(context, values, weights);
  return values;
}

/** A page's rows, or some of them: then `picked` says which. */
interface Gathered {
  from: number;
  page: FrozenPage;
  picked?: Int32Array;
}

/** Puts the blocks of sparse features between those of dense ones, which lie together at the front of `values`. */
async function joinSparse(context: TaskContext, { from, page, picked }: Gathered, values: Float32Array): Promise<void> {
  const { spec, results, scratch } = context;
  const rows = page.segments.length;
  const dense = values.slice();
  const width = values.length / Math.max(rows, 1);
  const denseWidth = spec.features.reduce((sum, { sparse, dimensions }) => sum + (sparse ? 0 : dimensions), 0);
  let column = 0;
  let taken = 0;
  for (const [feature, { dimensions, sparse }] of spec.features.entries()) {
    let block = dense;
    if (sparse) {
      const last = picked ? (picked.at(-1) ?? -1) : rows - 1;
      const { bounds } = results[`embed/${feature}`]!;
      const bytes = await scratch.rows(scoresName(feature), bounds, 4 * dimensions, from, from + last + 1);
      block = new Float32Array(bytes.buffer, bytes.byteOffset, (last + 1) * dimensions);
    }
    for (let row = 0; row < rows; row++) {
      const start = sparse ? (picked ? picked[row]! : row) * dimensions : row * denseWidth + taken;
      values.set(block.subarray(start, start + dimensions), row * width + column);
    }
    column += dimensions;
    if (!sparse) taken += dimensions;
  }
}

/** The weights of the features: learned by a stage before, or as they were given. */
const featureWeights = ({ spec, results }: TaskContext): number[] =>
  results.weights?.weights ?? spec.features.map(({ weight }) => weight);

/** The given rows (ascending) as they would be gathered were every weight 1. */
export async function unweightedRows(context: TaskContext, rows: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
  const { dimensions } = viewOf(context.plan, 0);
  const even = context.spec.features.map(() => 1);
  const values = new Float32Array(rows.length * dimensions);
  let at = 0;
  const span = { from: rows[0] ?? 0, to: (rows.at(-1) ?? -1) + 1 };
  for await (const { from, page } of frozenPages(context, span, sliceRows(dimensions))) {
    const first = at;
    while (at < rows.length && rows[at]! < from + page.segments.length) at++;
    const picked = Int32Array.from(rows.subarray(first, at), (row) => row - from);
    const some = {
      ...page,
      segments: picked.map((row) => page.segments[row]!),
      segmentRows: picked.map((row) => page.segmentRows[row]!),
    };
    if (at > first) values.set(await gathered(context, { from, page: some, picked }, even), first * dimensions);
    context.pulse.beat({ done: at, total: rows.length });
  }
  return values;
}

/** In place: each feature's block of each row to unit length times its weight. */
function normalizeFeatures(
  { spec, plan, kernels, pulse }: TaskContext,
  values: Float32Array<ArrayBuffer>,
  weights: number[],
): void {
  pulse.compute(() => {
    const mark = kernels.mark();
    const { dimensions } = viewOf(plan, 0);
    const rows = values.length / dimensions;
    const matrix = kernels.matrix(rows, dimensions);
    matrix.write(0, values);
    let column = 0;
    for (const [i, { dimensions }] of spec.features.entries()) {
      kernels.normalizeRows(matrix, column, column + dimensions, weights[i]!);
      column += dimensions;
    }
    values.set(matrix.read(0, rows));
    kernels.release(mark);
  });
}

/** In place: each feature's block times its weight. */
function weightFeatures({ spec, plan }: TaskContext, values: Float32Array, weights: number[]): void {
  const { dimensions: width } = viewOf(plan, 0);
  let column = 0;
  for (const [feature, { dimensions }] of spec.features.entries()) {
    const weight = weights[feature]!;
    if (weight !== 1)
      for (let row = column; row < values.length; row += width)
        for (let i = row; i < row + dimensions; i++) values[i] = values[i]! * weight;
    column += dimensions;
  }
}
