import type { Matrix } from "../contract";
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { NeighborKernels } from "./contract";
import { emptyLists, knn, knnAdd } from "./exact";

export function neighborKernels(kernel: KernelModule): NeighborKernels {
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    knn: (matrix, options) => knn(kernel, own(matrix), options),
    emptyLists,
    knnAdd: (lists, queries, firstQuery, base, firstBase, metric) =>
      knnAdd(
        kernel,
        lists,
        { matrix: own(queries), first: firstQuery },
        { matrix: own(base), first: firstBase },
        metric,
      ),
  };
}
