/** Complete and average linkage over all pairwise distances: asm/linkage/condensed.ts. Time O(n² d), memory `condensedBytes`, O(n²). */
import type { Slices } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { rawMetric } from "../neighbors/metric";
import type { LinkageMetric } from "./contract";
import { OPERATIONS_PER_SLICE } from "./slice";
import type { Merges } from "./tree";

export function* condensedMerges(
  kernel: KernelModule,
  matrix: KernelMatrix,
  complete: boolean,
  name: LinkageMetric,
): Slices<Merges> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const { code, angular } = rawMetric({ name });
  const state = kernel.allocate(raw.condensedBytes());
  const merges = kernel.allocateI32(2 * (rows - 1));
  const heights = kernel.allocateF64(rows - 1);
  const [sizes, alive, chain] = [kernel.allocateI32(rows), kernel.allocateI32(rows), kernel.allocateI32(rows)];
  const scales = angular ? kernel.allocate(8 * rows) : 0;
  if (angular) raw.inverseNorms(x, rows, dimensions, scales);
  const distances = kernel.allocate(2 * rows * (rows - 1));
  raw.condensedSpace(state, rows, Number(complete), distances, sizes, alive, chain, merges, heights);

  const pairs = (rows * (rows - 1)) / 2;
  const perSlice = Math.max(1, Math.floor(OPERATIONS_PER_SLICE / (4 * dimensions + 40)));
  let left = perSlice;
  for (let row = 1; row < rows; row++) {
    for (let from = 0; from < row; ) {
      const to = Math.min(row, from + left);
      raw.condensedFill(state, x, dimensions, code, scales, row, from, to);
      left -= to - from;
      from = to;
      if (left > 0) continue;
      left = perSlice;
      yield { done: (row * (row - 1)) / 2 + to, total: 2 * pairs };
    }
  }
  for (let done = 0; done < rows - 1; yield { done: pairs + (pairs * done) / rows, total: 2 * pairs }) {
    done = raw.condensedRun(state, OPERATIONS_PER_SLICE);
  }
  return {
    pairs: kernel.i32(merges, 2 * (rows - 1)).slice(),
    heights: kernel.f64(heights, rows - 1).slice(),
  };
}
