import { cutTree, type Linkage, run } from "../../../src/kernels";
import type { Job } from "./job";
import { loaded } from "./prepared";

/** The whole merge tree, in place of the matrix as a large run builds it, and one cut of it. */
export const agglomerative: Job = (kernels, data, { linkage, clusters }) => {
  const { matrix } = loaded(kernels, data);
  return () => {
    const options = { linkage: linkage as Linkage, metric: "euclidean", inPlace: true } as const;
    const tree = run(kernels.mergeTree(matrix, options));
    cutTree(tree, { clusters: Number(clusters) });
    return { highest: tree.distances.at(-1)! };
  };
};
