/** The prepared matrix inside the kernels' memory: spans of rows, or picked rows, centred; kept between tasks of an isolate. */
import type { Grid, Matrix } from "../kernels/contract";
import type { TaskContext } from "./context";
import { mapsTo, readRows, type Span, sliceRowsOf } from "./prepare";
import { fittedRows } from "./sampling";
import { lastView, meanName, viewOf, viewResult } from "./views";

export const spanName = (view: number, { from, to }: Span): string => `view ${view}, rows ${from}-${to}`;

export const rawGrid = (context: TaskContext, view = lastView(context.plan)): Grid => ({
  maxAbs: viewResult(context, view).maxAbs,
  rows: context.plan.shape.rows,
});

/** Bound of the centred values: a value and the mean differ by at most twice the largest magnitude. */
export const centeredGrid = (context: TaskContext, view = lastView(context.plan)): Grid => ({
  maxAbs: 2 * viewResult(context, view).maxAbs,
  rows: context.plan.shape.rows,
});

/** Rows of the span as they were prepared. */
export async function rawMatrix(context: TaskContext, span: Span, view = lastView(context.plan)): Promise<Matrix> {
  const { workspace, plan } = context;
  const name = spanName(view, span);
  const held = workspace.held(name);
  if (held && !held.centered) return held.matrix;
  const { matrix } = workspace.hold(name, span.to - span.from, viewOf(plan, view).dimensions);
  try {
    for await (const { from, values } of matrixSlices(context, span, view)) matrix.write(from - span.from, values);
  } catch (error) {
    workspace.drop();
    throw error;
  }
  return matrix;
}

/** Rows of the span minus the mean of all rows. */
export async function centeredMatrix(context: TaskContext, span: Span, view = lastView(context.plan)): Promise<Matrix> {
  const { workspace, plan, scratch, kernels, pulse } = context;
  const name = spanName(view, span);
  const known = workspace.held(name);
  if (known?.centered) return known.matrix;
  const mean = await scratch.doubles(meanName(plan, view));
  const matrix = await rawMatrix(context, span, view);
  pulse.compute(() => kernels.center(matrix, mean));
  workspace.held(name)!.centered = true;
  return matrix;
}

/** Rows of the span that clusters are fitted on, minus the mean: all of them, or those in the run's sample. */
export async function fittedMatrix(context: TaskContext, span: Span): Promise<Matrix> {
  const { lastRank } = context.results.gather!;
  if (lastRank === null) return centeredMatrix(context, span);
  const rows = fittedRows(span.from, span.to, context.spec.seed, lastRank);
  return pickedMatrix(context, `fitted ${span.from}-${span.to}`, rows);
}

const SAMPLE = "sample";

/** All rows that clusters are fitted on, as they were prepared: every row, or those in the run's sample. */
export async function rawFitted(context: TaskContext): Promise<Matrix> {
  const { results, plan } = context;
  if (results.gather!.lastRank === null) return rawMatrix(context, { from: 0, to: plan.shape.rows });
  return rawHeld(context, SAMPLE, plan.fittedRows, (matrix) => writeSample(context, matrix));
}

/** The same minus the mean of all rows of the run. */
export async function centeredFitted(context: TaskContext): Promise<Matrix> {
  const { results, plan } = context;
  if (results.gather!.lastRank === null) return centeredMatrix(context, { from: 0, to: plan.shape.rows });
  return centeredHeld(context, SAMPLE, plan.fittedRows, (matrix) => writeSample(context, matrix));
}

const writeSample = (context: TaskContext, matrix: Matrix): Promise<void> => {
  const { results, plan, spec } = context;
  return writeRows(context, fittedRows(0, plan.shape.rows, spec.seed, results.gather!.lastRank!), matrix);
};

/** Puts rows into a new matrix, as they were prepared. */
type Write = (matrix: Matrix) => Promise<void>;

/** A matrix of rows of the caller's choice, which `name` stands for. */
export async function rawHeld(
  { workspace, plan }: TaskContext,
  name: string,
  rows: number,
  write: Write,
): Promise<Matrix> {
  const known = workspace.held(name);
  if (known && !known.centered) return known.matrix;
  const { matrix } = workspace.hold(name, rows, plan.shape.dimensions);
  try {
    await write(matrix);
  } catch (error) {
    workspace.drop();
    throw error;
  }
  return matrix;
}

/** The same minus the mean of all rows of the run. */
export async function centeredHeld(context: TaskContext, name: string, rows: number, write: Write): Promise<Matrix> {
  const { workspace, plan, scratch, kernels, pulse } = context;
  const known = workspace.held(name);
  if (known?.centered) return known.matrix;
  const mean = await scratch.doubles(meanName(plan, lastView(plan)));
  const matrix = await rawHeld(context, name, rows, write);
  pulse.compute(() => kernels.center(matrix, mean));
  workspace.held(name)!.centered = true;
  return matrix;
}

/** The given rows (ascending) as they were prepared. */
export const rawPicked = (context: TaskContext, name: string, rows: Uint32Array): Promise<Matrix> =>
  rawHeld(context, name, rows.length, (matrix) => writeRows(context, rows, matrix));

async function writeRows(context: TaskContext, rows: Uint32Array, matrix: Matrix): Promise<void> {
  for await (const { at, values } of pickedSlices(context, rows, lastView(context.plan))) matrix.write(at, values);
}

/** The given rows (ascending) minus the mean: taken from the matrix of all rows, where this isolate holds it. */
export async function pickedMatrix(context: TaskContext, name: string, rows: Uint32Array): Promise<Matrix> {
  const { workspace, plan } = context;
  if (workspace.held(name) || !heldWhole(context, lastView(plan)))
    return centeredHeld(context, name, rows.length, (matrix) => writeRows(context, rows, matrix));
  // Taken before the new matrix takes its place; they are no larger than an isolate's share.
  const taken = await pickRows(context, rows);
  const held = workspace.hold(name, rows.length, plan.shape.dimensions);
  held.matrix.write(0, taken);
  held.centered = true;
  return held.matrix;
}

/** The given rows (ascending) as they were prepared, rows × dimensions. */
export async function readPicked(
  context: TaskContext,
  rows: Uint32Array,
  view = lastView(context.plan),
): Promise<Float32Array<ArrayBuffer>> {
  const d = viewOf(context.plan, view).dimensions;
  const picked = new Float32Array(rows.length * d);
  for await (const { at, values } of pickedSlices(context, rows, view)) picked.set(values, at * d);
  return picked;
}

/** The given rows (ascending) minus the mean, rows × dimensions: from the held matrix when it has them all, else from scratch. */
export async function pickRows(
  context: TaskContext,
  rows: Uint32Array,
  view = lastView(context.plan),
): Promise<Float32Array<ArrayBuffer>> {
  const d = viewOf(context.plan, view).dimensions;
  const whole = heldWhole(context, view);
  if (whole) {
    const taken = new Float32Array(rows.length * d);
    rows.forEach((row, i) => {
      taken.set(whole.read(row, row + 1), i * d);
    });
    return taken;
  }
  const picked = await readPicked(context, rows, view);
  const mean = await context.scratch.doubles(meanName(context.plan, view));
  // As the kernel centres: in f64, rounded once.
  for (let i = 0; i < picked.length; i++) picked[i] = picked[i]! - mean[i % d]!;
  return picked;
}

/** The centred matrix of all rows, when the workspace holds it. */
function heldWhole({ workspace, plan }: TaskContext, view: number): Matrix | null {
  const held = workspace.held(spanName(view, { from: 0, to: plan.shape.rows }));
  return held?.centered ? held.matrix : null;
}

/** Rows far apart are cheaper to read one by one than with everything between them. */
const SPARSE = 64;

/** The given rows (ascending) as they were prepared: `values` are those from the `at`-th on. */
async function* pickedSlices(
  context: TaskContext,
  rows: Uint32Array,
  view: number,
): AsyncGenerator<{ at: number; values: Float32Array }> {
  if (rows.length === 0) return;
  const d = viewOf(context.plan, view).dimensions;
  const span = { from: rows[0]!, to: rows[rows.length - 1]! + 1 };
  if (rows.length * SPARSE < span.to - span.from) {
    const maps = await mapsTo(context, view);
    for (let at = 0; at < rows.length; at++) {
      const one = { from: rows[at]!, to: rows[at]! + 1 };
      yield { at, values: await readRows(context, one, view, maps) };
    }
    return;
  }
  let next = 0;
  for await (const { from, to, values } of matrixSlices(context, span, view)) {
    const at = next;
    while (next < rows.length && rows[next]! < to) next++;
    const picked = new Float32Array((next - at) * d);
    for (let i = at; i < next; i++) {
      const row = (rows[i]! - from) * d;
      picked.set(values.subarray(row, row + d), (i - at) * d);
    }
    yield { at, values: picked };
  }
}

/** Rows of the span, not centred, a few MiB at a time. */
export async function* matrixSlices(
  context: TaskContext,
  span: Span,
  view = lastView(context.plan),
): AsyncGenerator<{ from: number; to: number; values: Float32Array<ArrayBuffer> }> {
  const step = sliceRowsOf(context.plan.views, view);
  const maps = await mapsTo(context, view);
  const slice = (from: number) => readRows(context, { from, to: Math.min(from + step, span.to) }, view, maps);
  // One slice ahead, so that reading and computing overlap.
  let ahead = slice(span.from);
  for (let from = span.from; from < span.to; from += step) {
    const values = await ahead;
    const to = Math.min(from + step, span.to);
    if (to < span.to) {
      ahead = slice(to);
      ahead.catch(() => undefined);
    }
    context.pulse.beat({ done: from - span.from, total: span.to - span.from });
    yield { from, to, values };
  }
}
