import type { KernelModule } from "../module";
import type { CommunityKernels } from "./contract";
import { leiden } from "./leiden";

export function communityKernels(kernel: KernelModule): CommunityKernels {
  return { leiden: (graph, options) => leiden(kernel, graph, options) };
}
