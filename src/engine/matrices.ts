/** The prepared matrix inside the kernels' memory: spans of rows, or picked rows, centred; kept between tasks of an isolate. */
import type { Grid, Matrix } from "../kernels/contract";
import type { TaskContext } from "./context";

const SLICE_BYTES = 4 * 1024 * 1024;

/** Rows that are moved at a time. */
export const sliceRows = (dimensions: number): number => Math.max(1, Math.floor(SLICE_BYTES / (4 * dimensions)));

export const spanName = ({ from, to }: { from: number; to: number }): string => `rows ${from}-${to}`;

export const rawGrid = ({ plan, results }: TaskContext): Grid => ({
  maxAbs: results.gather!.maxAbs,
  rows: plan.shape.rows,
});

/** Bound of the centred values: a value and the mean differ by at most twice the largest magnitude. */
export const centeredGrid = ({ plan, results }: TaskContext): Grid => ({
  maxAbs: 2 * results.gather!.maxAbs,
  rows: plan.shape.rows,
});

/** Rows of the span as they were prepared. */
export async function rawMatrix(context: TaskContext, span: { from: number; to: number }): Promise<Matrix> {
  const { workspace, plan } = context;
  const held = workspace.held(spanName(span));
  if (held && !held.centered) return held.matrix;
  const { matrix } = workspace.hold(spanName(span), span.to - span.from, plan.shape.dimensions);
  try {
    for await (const { from, values } of matrixSlices(context, span)) matrix.write(from - span.from, values);
  } catch (error) {
    workspace.drop();
    throw error;
  }
  return matrix;
}

/** Rows of the span minus the mean of all rows. */
export async function centeredMatrix(context: TaskContext, span: { from: number; to: number }): Promise<Matrix> {
  const { workspace, scratch, kernels, pulse } = context;
  const known = workspace.held(spanName(span));
  if (known?.centered) return known.matrix;
  const mean = await scratch.doubles("mean");
  const matrix = await rawMatrix(context, span);
  pulse.compute(() => kernels.center(matrix, mean));
  workspace.held(spanName(span))!.centered = true;
  return matrix;
}

/** The given rows (ascending) minus the mean, as a matrix of their own. */
export async function pickedMatrix(context: TaskContext, name: string, rows: Uint32Array): Promise<Matrix> {
  const { workspace, plan } = context;
  const known = workspace.held(name);
  if (known) return known.matrix;
  const values = await pickRows(context, rows);
  const held = workspace.hold(name, rows.length, plan.shape.dimensions);
  held.matrix.write(0, values);
  held.centered = true;
  return held.matrix;
}

/** The given rows (ascending) minus the mean, rows × dimensions: from the held matrix when it has them all, else from scratch. */
export async function pickRows(context: TaskContext, rows: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
  const d = context.plan.shape.dimensions;
  const picked = new Float32Array(rows.length * d);
  if (rows.length === 0) return picked;
  const whole = context.workspace.held(spanName({ from: 0, to: context.plan.shape.rows }));
  if (whole?.centered) {
    rows.forEach((row, i) => {
      picked.set(whole.matrix.read(row, row + 1), i * d);
    });
    return picked;
  }
  await readPicked(context, rows, picked);
  const mean = await context.scratch.doubles("mean");
  // As the kernel centres: in f64, rounded once.
  for (let i = 0; i < picked.length; i++) picked[i] = picked[i]! - mean[i % d]!;
  return picked;
}

/** Rows far apart are cheaper to read one by one than with everything between them. */
const SPARSE = 64;

async function readPicked(context: TaskContext, rows: Uint32Array, picked: Float32Array): Promise<void> {
  const d = context.plan.shape.dimensions;
  const span = { from: rows[0]!, to: rows[rows.length - 1]! + 1 };
  if (rows.length * SPARSE < span.to - span.from) {
    for (let i = 0; i < rows.length; i++) picked.set(await readRows(context, rows[i]!, rows[i]! + 1), i * d);
    return;
  }
  let next = 0;
  for await (const { from, to, values } of matrixSlices(context, span)) {
    for (; next < rows.length && rows[next]! < to; next++) {
      const at = (rows[next]! - from) * d;
      picked.set(values.subarray(at, at + d), next * d);
    }
  }
}

/** Prepared rows of the span from scratch, a few MiB at a time. */
export async function* matrixSlices(
  context: TaskContext,
  span: { from: number; to: number },
): AsyncGenerator<{ from: number; to: number; values: Float32Array }> {
  const step = sliceRows(context.plan.shape.dimensions);
  const slice = (from: number) => readRows(context, from, Math.min(from + step, span.to));
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

async function readRows({ scratch, results, plan }: TaskContext, from: number, to: number): Promise<Float32Array> {
  const bytes = await scratch.rows("matrix", results.gather!.bounds, 4 * plan.shape.dimensions, from, to);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
