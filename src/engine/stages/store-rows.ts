/** Pieces of a view on their way to the store. */
import type { TaskContext } from "../context";
import { pieceName } from "../scratch";
import { matrixName, viewOf } from "../views";

/** Of an isolate's six connections, and of its memory. */
const PUTS_AT_ONCE = 4;

/**
 * Starts writing rows of a view, as the `before`-th piece of this task, and answers their first row. Single puts in parallel: local
 * multipart uploads were no faster, and the next slice is read meanwhile.
 */
export async function storeRows(
  { scratch, plan }: TaskContext,
  view: number,
  from: number,
  values: Float32Array<ArrayBuffer>,
  before: number,
): Promise<number> {
  scratch.put(pieceName(matrixName(view), from, from + values.length / viewOf(plan, view).dimensions), values);
  if ((before + 1) % PUTS_AT_ONCE === 0) await scratch.settle();
  return from;
}
