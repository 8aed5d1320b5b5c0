import type { Matrix } from "../../contract";
import { kernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import type { OpticsKernels } from "./contract";
import { optics } from "./optics";

export { opticsLabels } from "./extract";

export function opticsKernels(kernel: KernelModule): OpticsKernels {
  return { optics: (matrix: Matrix, options) => optics(kernel, kernelMatrix(kernel, matrix), options) };
}
