/** Where EM starts: by k-means, on rows, or at random. */
import type { KMeansOptions, Slices } from "../contract";
import { squareScale } from "../grid";
import { kmeans } from "../kmeans";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { PURPOSE, seedWords } from "../random";
import { startCentroids } from "../seeding";
import type { CovarianceType, GaussianMixtureOptions, MixtureGrid, MixtureStart, MixtureSums } from "./contract";
import { checkFirstRow, checkGrid, operationsPerRow, sliceChunks } from "./expectation";
import { MixtureState, rowAddress } from "./state";

/** scikit-learn's k-means defaults, which its mixtures start with. */
const KMEANS_MAX_ITER = 300;
const KMEANS_TOLERANCE = 1e-4;
/** Where a round of EM costs little, k-means to the end would be most of the work, and EM ends as well without: see docs/design/mixture.md. */
const SHORT_KMEANS_MAX_ITER = 20;

/** See `MixtureKernels.mixtureStart`. */
export function mixtureStart(
  kernel: KernelModule,
  matrix: KernelMatrix,
  firstRow: number,
  grid: MixtureGrid,
  type: CovarianceType,
  start: MixtureStart,
): Slices<MixtureSums> {
  checkFirstRow(firstRow);
  checkGrid(kernel, matrix, grid);
  const d = matrix.dimensions;
  const components = start.kind === "random" ? start.components : startPoints(start).length / d;
  if (!Number.isInteger(components) || components < 1) {
    throw new RangeError(`${components * d} values are not whole points of ${d} dimensions`);
  }
  return kernel.scopedSlices(function* () {
    const state = new MixtureState(kernel, type, components, d, grid);
    if (type === "tied") yield* sumTotal(state, matrix);
    yield* sumStart(state, matrix, firstRow, start);
    return state.sums(new Map(), true);
  });
}

const startPoints = (start: Exclude<MixtureStart, { kind: "random" }>): Float32Array =>
  start.kind === "rows" ? start.rows : start.centroids;

/** Second moments of all rows about the origin: of the data alone, so made once. */
export function* sumTotal(state: MixtureState, matrix: KernelMatrix): Slices<void> {
  const sum = (from: number, to: number): void =>
    state.kernel.raw.mixtureTotal(state.address, rowAddress(matrix, from), to - from);
  state.measureFrom(new Float32Array(state.components * state.dimensions));
  yield* sliceChunks(matrix.rows, 4 * matrix.dimensions * matrix.dimensions, sum);
}

/** Sums of the rows' start responsibilities. */
export function* sumStart(
  state: MixtureState,
  matrix: KernelMatrix,
  firstRow: number,
  start: MixtureStart,
): Slices<void> {
  const { raw } = state.kernel;
  const { rows, dimensions } = matrix;
  const operations = operationsPerRow(state.type, state.components, dimensions) * state.components;
  if (start.kind === "random") {
    const { low, high } = seedWords(start.seed);
    state.measureFrom(new Float32Array(state.components * dimensions));
    yield* sliceChunks(rows, operations, (from, to) =>
      // biome-ignore format: one call
      raw.mixtureStartRandom(state.address, rowAddress(matrix, from), to - from, firstRow + from, low, high, start.restart, PURPOSE.mixtureStart),
    );
    return;
  }
  state.measureFrom(startPoints(start));
  if (start.kind === "rows") {
    // They are rows of the data set, wherever they lie: the first shard counts them.
    if (firstRow === 0) state.countCenters();
    return;
  }
  yield* state.kernel.scopedSlices(function* () {
    const labels = yield* nearestCentroids(state, matrix, start.centroids);
    yield* sliceChunks(rows, operations, (from, to) =>
      raw.mixtureStartLabels(state.address, rowAddress(matrix, from), to - from, labels + 4 * from),
    );
  });
}

/** Address of the number of each row's nearest centroid. */
function* nearestCentroids(state: MixtureState, matrix: KernelMatrix, centroids: Float32Array): Slices<number> {
  const { kernel, components, grid } = state;
  const { raw } = kernel;
  const { rows, dimensions: d, address } = matrix;
  const points = kernel.allocateF32(components * d, centroids);
  const reach = Math.max(raw.maxAbs(points, components * d), ...grid.maxAbs);
  const panels = kernel.allocate(raw.panelBytes(components, d));
  raw.packDistancePanels(points, components, d, squareScale(reach), panels);
  const block = raw.assignBlock(kernel.allocate(raw.blockBytes(d, components)), d);
  const labels = kernel.allocateI32(rows);
  yield* sliceChunks(rows, 2 * components * d, (from, to) =>
    raw.assignLabels(address, d, from, to, panels, components, block, labels),
  );
  return labels;
}

/** What `init` asks for, of one matrix that holds all rows. */
export function* chooseStart(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: GaussianMixtureOptions,
  restart: number,
): Slices<MixtureStart> {
  const { components, init, seed, covarianceType } = options;
  const cheap = covarianceType === "diag" || covarianceType === "spherical";
  if (init === "random") return { kind: "random", components, seed, restart };
  const settings: KMeansOptions = {
    clusters: components,
    init: init === "random_from_data" ? "random" : "k-means++",
    maxIter: cheap ? SHORT_KMEANS_MAX_ITER : KMEANS_MAX_ITER,
    tolerance: init === "kmeans" ? KMEANS_TOLERANCE * meanVariance(kernel, matrix) : 0,
    seed,
    restart,
    algorithm: "auto",
    weights: null,
  };
  if (init === "kmeans") {
    return { kind: "centroids", centroids: (yield* kmeans(kernel, matrix, settings)).centroids };
  }
  const rows = yield* kernel.scopedSlices(function* () {
    const scale = squareScale(matrix.peak());
    const norms = kernel.allocateF32(matrix.rows);
    kernel.raw.rowNorms(matrix.address, matrix.rows, matrix.dimensions, scale, norms);
    return yield* startCentroids(kernel, { matrix, weights: 0, norms, scale }, settings);
  });
  return { kind: "rows", rows };
}

/** Mean over the columns of their variances. */
function meanVariance(kernel: KernelModule, { rows, dimensions: d, address }: KernelMatrix): number {
  return kernel.scoped(() => {
    const [sum, squares] = [kernel.allocateF64(d), kernel.allocateF64(d)];
    kernel.raw.moments(address, rows, d, sum, 0, squares, 0);
    const means = kernel.f64(sum, d);
    return kernel.f64(squares, d).reduce((all, q, t) => all + q / rows - (means[t]! / rows) ** 2, 0) / d;
  });
}
