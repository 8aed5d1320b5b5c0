import type { Slices } from "../contract";
import { type KernelMatrix, kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { condensedMerges } from "./condensed";
import type { AgglomerativeOptions, LinkageKernels, MergeTree } from "./contract";
import { singleMerges } from "./single";
import { type Merges, mergeTreeOf, monotone } from "./tree";
import { wardMerges } from "./ward";

export function linkageKernels(kernel: KernelModule): LinkageKernels {
  return {
    mergeTree: (matrix, options) => mergeTree(kernel, kernelMatrix(kernel, matrix), options),
  };
}

function mergeTree(kernel: KernelModule, matrix: KernelMatrix, options: AgglomerativeOptions): Slices<MergeTree> {
  const { rows } = matrix;
  if (rows === 0) throw new RangeError("agglomerative clustering needs at least one row");
  if (options.linkage === "ward" && options.metric !== "euclidean") {
    throw new RangeError(`Ward's linkage is defined for euclidean distances, not for ${options.metric}`);
  }
  matrix.peak();
  return kernel.scopedSlices(function* () {
    const merges = yield* mergesOf(kernel, matrix, options);
    // A spanning tree's merges have no order of their own, and its children come as its edges do.
    const single = options.linkage === "single";
    if (!single) monotone(rows, merges);
    return mergeTreeOf(rows, merges, !single);
  });
}

function mergesOf(kernel: KernelModule, matrix: KernelMatrix, options: AgglomerativeOptions): Slices<Merges> {
  const { linkage, metric } = options;
  switch (linkage) {
    case "ward":
      return wardMerges(kernel, matrix, options.inPlace ?? false);
    case "single":
      return singleMerges(kernel, matrix, metric);
    case "complete":
    case "average":
      return condensedMerges(kernel, matrix, linkage === "complete", metric);
    default:
      throw new RangeError(`${linkage satisfies never} is not a linkage that is known here`);
  }
}
