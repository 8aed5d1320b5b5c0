/**
 * Rows of the snapshot as the clustering sees them: features read by range from their segments, L2-normalised or as stored,
 * weighted and concatenated. Every step works on a row alone, so any slice has the bytes that the whole would have.
 */
import { gatherRows } from "../documents/segments";
import type { Plan } from "../domain/run/types";
import type { TaskContext } from "./context";
import { frozenPages } from "./stages/frozen-rows";

const SLICE_BYTES = 4 * 1024 * 1024;

/** Rows that are moved at a time. */
export const sliceRows = (dimensions: number): number => Math.max(1, Math.floor(SLICE_BYTES / (4 * dimensions)));

/**
 * Whether `gather` writes the matrix to scratch. One that an isolate holds is not: it stays in the kernels' memory, and
 * another isolate prepares it again from the snapshot, which is no more to read and nothing to write.
 */
export const isStored = ({ shards }: Pick<Plan, "shards">): boolean => shards > 1;

export interface PreparedSlice {
  /** First row of the slice in the run's numbering. */
  from: number;
  documentIds: string[];
  /** Rows × dimensions. */
  values: Float32Array<ArrayBuffer>;
}

/** Prepared rows [from, to), in slices of a few MiB. */
export async function* preparedSlices(
  context: TaskContext,
  span: { from: number; to: number },
): AsyncGenerator<PreparedSlice> {
  const { plan, spec, objects } = context;
  const { dimensions } = plan.shape;
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
    const rows = values.length / plan.shape.dimensions;
    const matrix = kernels.matrix(rows, plan.shape.dimensions);
    matrix.write(0, values);
    let column = 0;
    for (const { dimensions, weight } of spec.features) {
      kernels.normalizeRows(matrix, column, column + dimensions, weight);
      column += dimensions;
    }
    values.set(matrix.read(0, rows));
    kernels.release(mark);
  });
}

/** In place: each feature's block times its weight. */
function weightFeatures({ spec, plan }: TaskContext, values: Float32Array): void {
  let column = 0;
  for (const { dimensions, weight } of spec.features) {
    if (weight !== 1)
      for (let row = column; row < values.length; row += plan.shape.dimensions)
        for (let i = row; i < row + dimensions; i++) values[i] = values[i]! * weight;
    column += dimensions;
  }
}
