import type { Matrix } from "../contract";
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { knnApproximate } from "./approximate";
import type { NeighborKernels } from "./contract";
import { emptyLists, knn, knnAdd } from "./exact";
import { recall } from "./recall";

export function neighborKernels(kernel: KernelModule): NeighborKernels {
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    knn: (matrix, options) => knn(kernel, own(matrix), options),
    emptyLists,
    knnApproximate: (matrix, options) => knnApproximate(kernel, own(matrix), options),
    recall: (matrix, lists, options) => recall(kernel, own(matrix), lists, options),
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
