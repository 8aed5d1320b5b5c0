/**
 * Single linkage: a minimum spanning tree by Prim's method, whose edges in the order in which rows join are the merges (Gower & Ross 1969).
 * Time O(n² p) and what p principal axes do not settle; memory `singleBytes` in memory.ts, O(n).
 */
import type { Slices } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { rawMetric } from "../neighbors/metric";
import { sliceRows } from "../slices";
import type { LinkageMetric } from "./contract";
import { createSketch, paddedRows } from "./sketch";
import { OPERATIONS_PER_SLICE } from "./slice";
import type { Merges } from "./tree";

export function* singleMerges(kernel: KernelModule, matrix: KernelMatrix, name: LinkageMetric): Slices<Merges> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const { code, angular } = rawMetric({ name });
  const scales = angular ? kernel.allocate(8 * rows) : 0;
  if (angular) raw.inverseNorms(x, rows, dimensions, scales);
  const step = (done: number) => ({ done, total: 2 * rows });
  const sketch = yield* createSketch(kernel, matrix, angular ? kernel.f64(scales, rows).slice() : null, step(0));
  const padded = paddedRows(rows);
  const state = kernel.allocate(raw.primBytes());
  const order = kernel.allocateI32(rows);
  const heights = kernel.allocateF64(rows);
  raw.primSpace(
    state,
    x,
    rows,
    dimensions,
    code,
    scales,
    sketch.address,
    kernel.allocateF64(padded),
    kernel.allocateF32(padded),
    kernel.allocateF32(padded),
    order,
    heights,
    kernel.allocateF64(dimensions),
  );
  yield* sliceRows(rows, dimensions * (2 * sketch.axes + 8), (from, to) => raw.primOpen(state, from, to), step);
  for (let done = 0; done < rows; yield step(rows + done)) done = raw.primRun(state, OPERATIONS_PER_SLICE);
  const joined = kernel.i32(order, rows);
  return {
    pairs: Int32Array.from({ length: 2 * (rows - 1) }, (_, i) => joined[(i + 1) >> 1]!),
    heights: kernel.f64(heights, rows).slice(1),
  };
}
