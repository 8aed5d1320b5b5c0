/** The kernels' façade; `contract.ts` says what each does. The caller brings the compiled module. */
import { assign } from "./assignment";
import { communityKernels } from "./community";
import type { CoreKernels, Grid, Kernels, Matrix, Moments } from "./contract";
import { coresetKeys } from "./coreset";
import { dbcvKernels } from "./density/dbcv";
import { dbscanKernels } from "./density/dbscan";
import { hdbscanKernels } from "./density/hdbscan";
import { opticsKernels } from "./density/optics";
import { eigenSymmetric } from "./eigen";
import { graphKernels } from "./graph";
import { gridMagic } from "./grid";
import { kmeans } from "./kmeans";
import { linkageKernels } from "./linkage";
import { KernelMatrix, kernelMatrix } from "./matrix";
import { measureKernels } from "./measures";
import { mixtureKernels } from "./mixture";
import { meanShiftKernels } from "./modes";
import { KernelModule } from "./module";
import { neighborKernels } from "./neighbors";
import { project, scatter } from "./pca";
import { reduceKernels } from "./reduce";
import { silhouetteSums } from "./silhouette";
import { sparseKernels } from "./sparse";
import { spectralKernels } from "./spectral";

export type * from "./community/contract";
export { similarityGraph } from "./community/similarity";
export type * from "./contract";
export type * from "./density/dbcv/contract";
export type * from "./density/dbscan";
export type * from "./density/hdbscan/contract";
export { selectClusters } from "./density/hdbscan/labels";
export { recondense } from "./density/hdbscan/recondense";
export { opticsLabels } from "./density/optics";
export type * from "./density/optics/contract";
export { InvalidParameter, OutOfMemory } from "./errors";
export type * from "./graph/contract";
export { components, degrees, subgraph, symmetricGraph } from "./graph/graph";
export type * from "./linkage/contract";
export { clustersOf, cutTree, mergeSizes } from "./linkage/tree";
export { kernelMath } from "./math";
export { adjustedRandIndex, jaccardMatches } from "./measures/agreement";
export type * from "./measures/contract";
export { type Estimate, stratifiedMean } from "./measures/estimate";
export { type Replicate, type Stability, stability } from "./measures/stability";
export { covarianceMatrix, mergeMixtureSums, mixtureCriteria } from "./mixture";
export type * from "./mixture/contract";
export type * from "./modes/contract";
export type * from "./neighbors/contract";
export { EXACT_ROWS } from "./neighbors/memory";
export { MAX_SCATTER_DIMENSIONS } from "./pca";
export type * from "./reduce/contract";
export type * from "./reduce/tsne/contract";
export { run } from "./slices";
export type * from "./sparse/contract";
export { connectivity } from "./spectral";
export type * from "./spectral/contract";

const DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024;

/** Instantiates the module over a memory of its own that grows to `limitBytes` (64 MiB by default) and never shrinks. */
export function createKernels(module: WebAssembly.Module, options: { limitBytes?: number } = {}): Kernels {
  const kernel = new KernelModule(module, options.limitBytes ?? DEFAULT_LIMIT_BYTES);
  // Assigned onto the core, not spread: `memoryBytes` is a getter.
  const families = {
    ...neighborKernels(kernel),
    ...dbcvKernels(kernel),
    ...hdbscanKernels(kernel),
    ...graphKernels(kernel),
    ...opticsKernels(kernel),
    ...meanShiftKernels(kernel),
    ...communityKernels(kernel),
    ...linkageKernels(kernel),
    ...measureKernels(kernel),
    ...dbscanKernels(kernel),
    ...reduceKernels(kernel),
    ...mixtureKernels(kernel),
    ...sparseKernels(kernel),
    ...spectralKernels(kernel),
  };
  return Object.assign(coreKernels(kernel), families);
}

function coreKernels(kernel: KernelModule): CoreKernels {
  const { raw } = kernel;
  const own = (matrix: Matrix) => kernelMatrix(kernel, matrix);
  return {
    relaxed: raw.isRelaxed() !== 0,
    get memoryBytes() {
      return kernel.memoryBytes;
    },
    log: (x) => raw.naturalLog(x),
    mark: () => raw.mark(),
    release: (mark) => raw.release(mark),
    matrix: (rows, dimensions) => new KernelMatrix(kernel, rows, dimensions),

    normalizeRows(matrix, from, to, weight) {
      const { address, rows, dimensions } = own(matrix);
      if (!(from >= 0 && from < to && to <= dimensions)) {
        throw new RangeError(`columns ${from} to ${to} are outside of ${dimensions} dimensions`);
      }
      raw.normalizeRows(address, rows, dimensions, from, to, weight);
      own(matrix).touched();
    },
    center(matrix, mean) {
      const { address, rows, dimensions } = own(matrix);
      if (mean.length !== dimensions) throw new RangeError(`a mean of ${mean.length} for ${dimensions} dimensions`);
      kernel.scoped(() => raw.center(address, rows, dimensions, kernel.allocateF64(dimensions, mean)));
      own(matrix).touched();
    },
    maxAbs: (matrix) => own(matrix).peak(),
    moments: (matrix, grid) => moments(kernel, own(matrix), grid),

    kmeans: (matrix, settings) => kmeans(kernel, own(matrix), settings),
    assign: (matrix, centroids, clusters, grid) => assign(kernel, own(matrix), centroids, clusters, grid),
    coresetKeys: (matrix, settings) => coresetKeys(kernel, own(matrix), settings),
    scatter: (matrix, firstRow, grid) => scatter(kernel, own(matrix), firstRow, grid),
    eigenSymmetric: (values, dimensions, count) => eigenSymmetric(kernel, values, dimensions, count),
    project: (matrix, axes, count) => project(kernel, own(matrix), axes, count),
    silhouetteSums: (queries, matrix, labels, clusters, grid) =>
      silhouetteSums(kernel, queries, own(matrix), labels, clusters, grid),
  };
}

function moments(kernel: KernelModule, matrix: KernelMatrix, grid: Grid): Moments {
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  matrix.checkGrid(grid);
  return kernel.scoped(() => {
    const sum = kernel.allocateF64(dimensions);
    const squares = kernel.allocateF64(dimensions);
    const sumMagic = gridMagic(grid.maxAbs, grid.rows);
    raw.moments(address, rows, dimensions, sum, sumMagic, squares, gridMagic(grid.maxAbs ** 2, grid.rows));
    return {
      rows,
      sum: kernel.f64(sum, dimensions).slice(),
      sumSquares: kernel.f64(squares, dimensions).slice(),
      maxAbs: matrix.peak(),
    };
  });
}
