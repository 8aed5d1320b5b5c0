import type { Matrix } from "../contract";
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { estimateBandwidth } from "./bandwidth";
import type { MeanShiftKernels } from "./contract";
import { meanShift, modeLabels } from "./mean-shift";

export function meanShiftKernels(kernel: KernelModule): MeanShiftKernels {
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    meanShift: (matrix, options) => meanShift(kernel, own(matrix), options),
    modeLabels: (matrix, centers, reach) => modeLabels(kernel, own(matrix), centers, reach),
    estimateBandwidth: (matrix, { quantile }) => estimateBandwidth(kernel, own(matrix), quantile),
  };
}
