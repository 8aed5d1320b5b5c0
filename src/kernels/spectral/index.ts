/** Spectral clustering behind the façade; `contract.ts` says what each does. */
import { kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { SpectralKernels } from "./contract";
import { spectral, spectralOfGraph } from "./spectral";

export { connectivity } from "./affinity";

export function spectralKernels(kernel: KernelModule): SpectralKernels {
  return {
    spectral: (matrix, affinity, options) => spectral(kernel, kernelMatrix(kernel, matrix), affinity, options),
    spectralOfGraph: (graph, options) => spectralOfGraph(kernel, graph, options),
  };
}
