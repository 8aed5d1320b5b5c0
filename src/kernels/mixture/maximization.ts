import type { KernelModule } from "../module";
import type { MixtureModel, MixtureSums } from "./contract";
import { MixtureState } from "./state";

/** See `MixtureKernels.mixtureMaximization`. */
export function mixtureMaximization(
  kernel: KernelModule,
  sums: MixtureSums,
  regularization: number,
  previous: MixtureModel | null,
): MixtureModel {
  const components = sums.counts.length;
  const dimensions = sums.sums.length / components;
  const total = previous?.total ?? sums.total;
  return kernel.scoped(() => {
    // Nothing is summed here, so no grid is needed.
    const grid = { maxAbs: new Float64Array(dimensions), rows: 1 };
    const state = new MixtureState(kernel, sums.covarianceType, components, dimensions, grid);
    state.loadSums(sums);
    state.load({ total });
    state.update(regularization);
    return state.model();
  });
}
