/** HDBSCAN* from rows to labels: mutual reachability, spanning tree, single linkage, condensed tree, selection. */
import type { Matrix, Slices } from "../../contract";
import { type KernelMatrix, kernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import { condenseTree } from "./condensed-tree";
import type { HdbscanKernels, HdbscanOptions, HdbscanResult } from "./contract";
import { checkSelection, selectClusters } from "./labels";
import { outlierScores } from "./outliers";
import { singleLinkage } from "./single-linkage";
import { mutualReachability } from "./spanning-tree";

export function hdbscanKernels(kernel: KernelModule): HdbscanKernels {
  return { hdbscan: (matrix: Matrix, options) => hdbscan(kernel, kernelMatrix(kernel, matrix), options) };
}

function* hdbscan(kernel: KernelModule, matrix: KernelMatrix, options: HdbscanOptions): Slices<HdbscanResult> {
  checkOptions(options);
  const { alpha, metric, matchReferenceImplementation } = options;
  // The original implementation counts the point itself, and takes clusters larger than the least size. The library then looks at one neighbour at least.
  const shift = matchReferenceImplementation ? 1 : 0;
  const minSamples = Math.max(1, (options.minSamples ?? options.minClusterSize) - shift);
  const minClusterSize = options.minClusterSize + shift;
  const { mst, coreDistances } = yield* mutualReachability(kernel, matrix, { minSamples, alpha, metric });
  // No two of these in one slice: each takes 5 to 45 ms for 70,000 rows.
  const step = { done: matrix.rows, total: matrix.rows };
  yield step;
  const linkage = singleLinkage(mst, matrix.rows);
  yield step;
  const condensedTree = condenseTree(linkage, minClusterSize);
  yield step;
  const selection = selectClusters(condensedTree, options);
  yield step;
  return {
    ...selection,
    outlierScores: outlierScores(condensedTree),
    coreDistances,
    mst,
    mstWeight: mst.weights.reduce((sum, weight) => sum + weight, 0),
    condensedTree,
  };
}

function checkOptions(options: HdbscanOptions): void {
  const { minClusterSize, minSamples, alpha } = options;
  if (!Number.isInteger(minClusterSize) || minClusterSize < 2) {
    throw new RangeError(`minClusterSize must be a whole number ≥ 2, not ${minClusterSize}`);
  }
  if (minSamples !== null && !(Number.isInteger(minSamples) && minSamples >= 1)) {
    throw new RangeError(`minSamples must be a whole number ≥ 1, not ${minSamples}`);
  }
  if (!(alpha >= 1e-6 && alpha <= 1e6)) throw new RangeError(`alpha must be from 1e-6 to 1e6, not ${alpha}`);
  checkSelection(options);
}
