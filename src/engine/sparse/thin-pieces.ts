/** A thin matrix in scratch, read some rows at a time: a copy of it beside the kernels' own would not fit an isolate. */
import type { ThinMatrix } from "../../kernels/sparse/contract";
import type { TaskContext } from "../context";

const PIECE_BYTES = 4 * 1024 * 1024;

/** `shape`: rows and width of what lies under the name. */
export async function* thinPieces(
  { scratch }: TaskContext,
  name: string,
  { rows, width }: Pick<ThinMatrix, "rows" | "width">,
): AsyncGenerator<{ from: number; values: Float64Array }> {
  const rowBytes = 8 * width;
  const count = Math.floor(PIECE_BYTES / rowBytes);
  for (let from = 0; from < rows; from += count) {
    const bytes = await scratch.range(name, from * rowBytes, Math.min(count, rows - from) * rowBytes);
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    yield { from, values: new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 8) };
  }
}
