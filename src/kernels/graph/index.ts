import type { KernelModule } from "../module";
import type { GraphKernels } from "./contract";
import { laplacianEigenpairs } from "./laplacian";

export function graphKernels(kernel: KernelModule): GraphKernels {
  return { laplacianEigenpairs: (graph, options) => laplacianEigenpairs(kernel, graph, options) };
}
