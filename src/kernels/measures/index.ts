import type { Matrix } from "../contract";
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { MeasureKernels } from "./contract";
import { members } from "./members";
import { silhouetteScores } from "./scores";

export function measureKernels(kernel: KernelModule): MeasureKernels {
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    silhouetteScores: (matrix, labels, clusters, metric) =>
      silhouetteScores(kernel, own(matrix), labels, clusters, metric),
    members: (matrix, labels, clusters, grid) => members(kernel, own(matrix), labels, clusters, grid),
  };
}
