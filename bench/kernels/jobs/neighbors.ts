import { type Metric, run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

const AUDITED_ROWS = 300;

/** The lists of all rows, exact or approximate, with the recall of a sample. */
export const neighbors: Job = (kernels, data, { k, metric, approximate }) => {
  const { matrix } = loaded(kernels, data);
  const options = { k: Number(k), metric: { name: metric } as Metric };
  // The audit is no part of the work: it happens once, before.
  const audited = run(approximate ? kernels.knnApproximate(matrix, options) : kernels.knn(matrix, options));
  const recall = run(kernels.recall(matrix, audited, { sample: AUDITED_ROWS, seed: 1, metric: options.metric }));
  return () => {
    run(approximate ? kernels.knnApproximate(matrix, options) : kernels.knn(matrix, options));
    return { recall };
  };
};
