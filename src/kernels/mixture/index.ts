/** Gaussian mixtures behind the façade; `contract.ts` says what each does. */
import type { Matrix } from "../contract";
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { MixtureKernels } from "./contract";
import { mixtureAssign, mixtureExpectation } from "./expectation";
import { gaussianMixture } from "./fit";
import { mixtureMaximization } from "./maximization";
import { columnPeaks } from "./peaks";
import { mixtureStart } from "./start";

export { covarianceMatrix, mergeMixtureSums, mixtureCriteria, totalLikelihood } from "./model";

export function mixtureKernels(kernel: KernelModule): MixtureKernels {
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    columnPeaks: (matrix) => columnPeaks(kernel, own(matrix)),
    gaussianMixture: (matrix, options) => gaussianMixture(kernel, own(matrix), options),
    mixtureStart: (matrix, firstRow, grid, type, start) =>
      mixtureStart(kernel, own(matrix), firstRow, grid, type, start),
    mixtureExpectation: (matrix, firstRow, grid, model) =>
      mixtureExpectation(kernel, own(matrix), firstRow, grid, model),
    mixtureMaximization: (sums, regularization, previous) =>
      mixtureMaximization(kernel, sums, regularization, previous),
    mixtureAssign: (matrix, grid, model, options) =>
      mixtureAssign(kernel, own(matrix), grid, model, options?.responsibilities ?? false),
  };
}
