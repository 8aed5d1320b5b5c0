import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

export const meanShift: Job = (kernels, data, { bandwidth, binSeeding }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { intensities, iterations } = run(
      kernels.meanShift(matrix, {
        bandwidth: Number(bandwidth),
        seeds: null,
        binSeeding: Boolean(binSeeding),
        minBinFreq: 1,
        clusterAll: true,
        maxIter: 300,
      }),
    );
    return { modes: intensities.length, moves: iterations };
  };
};
