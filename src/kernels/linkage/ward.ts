/**
 * Ward's minimum variance method (Ward 1963) by the nearest-neighbour chain on centroids: asm/linkage/ward.ts. Time O(n² p) and what p
 * principal axes do not settle, at worst O(n² d); memory `wardBytes` in memory.ts, O(n) and a copy of the rows unless they may be overwritten.
 */
import type { Slices } from "../contract";
import { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import { createSketch, paddedRows } from "./sketch";
import { OPERATIONS_PER_SLICE } from "./slice";
import type { Merges } from "./tree";

export function* wardMerges(kernel: KernelModule, matrix: KernelMatrix, inPlace: boolean): Slices<Merges> {
  const { raw } = kernel;
  const { rows, dimensions } = matrix;
  const work = inPlace ? matrix : copyOf(kernel, matrix);
  const step = (done: number) => ({ done, total: 2 * rows });
  const sketch = yield* createSketch(kernel, work, null, step(0));
  const padded = paddedRows(rows);
  const state = kernel.allocate(raw.wardBytes());
  const merges = kernel.allocateI32(2 * (rows - 1));
  const heights = kernel.allocateF64(rows - 1);
  raw.wardSpace(
    state,
    work.address,
    rows,
    dimensions,
    sketch.address,
    kernel.allocateI32(rows),
    kernel.allocateI32(rows),
    kernel.allocateF32(padded),
    kernel.allocateF32(padded),
    kernel.allocateI32(rows),
    merges,
    heights,
    kernel.allocateF64(dimensions),
    kernel.allocateF64(dimensions),
  );
  yield* sliceRows(rows, dimensions * (2 * sketch.axes + 8), (from, to) => raw.wardOpen(state, from, to), step);
  for (let done = 0; done < rows - 1; yield step(rows + done)) done = raw.wardRun(state, OPERATIONS_PER_SLICE);
  if (inPlace) matrix.touched();
  return {
    pairs: kernel.i32(merges, 2 * (rows - 1)).slice(),
    heights: kernel.f64(heights, rows - 1).slice(),
  };
}

function copyOf(kernel: KernelModule, matrix: KernelMatrix): KernelMatrix {
  const copy = new KernelMatrix(kernel, matrix.rows, matrix.dimensions);
  kernel.f32(copy.address, copy.length).set(kernel.f32(matrix.address, matrix.length));
  return copy;
}
