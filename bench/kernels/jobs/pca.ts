import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** From rows to their coordinates on the leading axes: moments, centring, scatter, eigenpairs, projection. */
export const pca: Job = (kernels, data, { components }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const { rows, dimensions } = data;
    const { sum } = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows });
    kernels.center(
      matrix,
      sum.map((one) => one / rows),
    );
    const scatter = run(kernels.scatter(matrix, 0, { maxAbs: kernels.maxAbs(matrix), rows }));
    const { values, vectors } = run(kernels.eigenSymmetric(scatter, dimensions, Number(components)));
    kernels.project(matrix, vectors, Number(components));
    let trace = 0;
    for (let i = 0; i < dimensions; i++) trace += scatter[i * dimensions + i]!;
    return { explained: values.reduce((total, value) => total + value, 0) / trace };
  };
};
