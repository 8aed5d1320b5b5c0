import { run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** From rows to their layout: neighbours, principal axes, affinities, 1,000 steps. */
export const tsne: Job = (kernels, data, params) => {
  const { rows, dimensions } = data;
  const [components, perplexity] = [Number(params.components), Number(params.perplexity)];
  return () => {
    const mark = kernels.mark();
    const { matrix } = loaded(kernels, data);
    const metric = { name: "euclidean" } as const;
    const lists = run(kernels.knn(matrix, { k: kernels.tsneNeighbors(rows, perplexity), metric }));
    const { sum } = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows });
    kernels.center(
      matrix,
      sum.map((one) => one / rows),
    );
    const scatter = run(kernels.scatter(matrix, 0, { maxAbs: kernels.maxAbs(matrix), rows }));
    const { vectors } = run(kernels.eigenSymmetric(scatter, dimensions, components));
    const coordinates = kernels.project(matrix, vectors, components);
    kernels.release(mark);
    const options = { components, perplexity, learningRate: "auto", seed: 1 } as const;
    const { divergence } = run(kernels.tsne(lists, coordinates, components, options));
    return { divergence };
  };
};
