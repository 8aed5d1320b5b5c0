/** E-steps: of one shard's rows with their sums, or of any rows for their labels. */
import type { Slices, Step } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { CovarianceType, MixtureAssignment, MixtureGrid, MixtureModel, MixtureSums } from "./contract";
import { columnPeaks } from "./peaks";
import { CHUNK_ROWS, MixtureState, rowAddress } from "./state";

/** Operations between two yields: about three milliseconds. */
const OPERATIONS_PER_SLICE = 1e8;

/** Calls `work` on ranges of whole chunks, and yields after each. */
export function* sliceChunks(
  rows: number,
  operationsPerRow: number,
  work: (from: number, to: number) => void,
  step: (done: number) => Step = (done) => ({ done, total: rows }),
): Slices<void> {
  const chunks = Math.max(1, Math.floor(OPERATIONS_PER_SLICE / (CHUNK_ROWS * operationsPerRow)));
  for (let from = 0; from < rows; from += chunks * CHUNK_ROWS) {
    const to = Math.min(from + chunks * CHUNK_ROWS, rows);
    work(from, to);
    yield step(to);
  }
}

/** Operations of an E-step and its sums on one row. */
export function operationsPerRow(type: CovarianceType, k: number, d: number): number {
  const densities = type === "full" ? k * d * (d + 8) : type === "tied" ? 2 * d * d + 4 * k * d : 6 * k * d;
  return densities + 60 * k + (type === "full" ? 4 * d * d : 16 * d);
}

/** See `MixtureKernels.mixtureExpectation`. */
export function mixtureExpectation(
  kernel: KernelModule,
  matrix: KernelMatrix,
  firstRow: number,
  grid: MixtureGrid,
  model: MixtureModel,
): Slices<MixtureSums> {
  checkFirstRow(firstRow);
  checkModel(model, matrix.dimensions);
  checkGrid(kernel, matrix, grid);
  return kernel.scopedSlices(function* () {
    const state = new MixtureState(kernel, model.covarianceType, model.components, model.dimensions, grid);
    state.load(model);
    yield* state.prepare();
    const likelihoods = new Map<number, number>();
    const slice = (from: number, to: number): void => {
      for (const [chunk, sum] of state.expect(matrix, from, to).entries()) {
        likelihoods.set((firstRow + from) / CHUNK_ROWS + chunk, sum);
      }
    };
    yield* sliceChunks(matrix.rows, operationsPerRow(state.type, state.components, state.dimensions), slice);
    return state.sums(likelihoods, false);
  });
}

/** See `MixtureKernels.mixtureAssign`. */
export function mixtureAssign(
  kernel: KernelModule,
  matrix: KernelMatrix,
  grid: MixtureGrid,
  model: MixtureModel,
  all: boolean,
): Slices<MixtureAssignment> {
  checkModel(model, matrix.dimensions);
  checkGrid(kernel, matrix, grid);
  return kernel.scopedSlices(function* () {
    const state = new MixtureState(kernel, model.covarianceType, model.components, model.dimensions, grid);
    state.load(model);
    return yield* assignRows(state, matrix, all);
  });
}

/** Labels of the rows under the state's model. */
export function* assignRows(state: MixtureState, matrix: KernelMatrix, all: boolean): Slices<MixtureAssignment> {
  const { kernel, components: k, dimensions: d } = state;
  const { rows } = matrix;
  yield* state.prepare();
  const labels = new Int32Array(rows);
  const probabilities = new Float32Array(rows);
  const logLikelihoods = new Float64Array(rows);
  const responsibilities = all ? new Float32Array(rows * k) : null;
  const ownLabels = kernel.allocateI32(CHUNK_ROWS);
  const ownProbabilities = kernel.allocateF32(CHUNK_ROWS);
  const ownLikelihoods = kernel.allocateF64(CHUNK_ROWS);
  const ownResponsibilities = all ? kernel.allocateF32(CHUNK_ROWS * k) : 0;
  let total = 0;
  const chunk = (from: number, count: number): void => {
    // biome-ignore format: one call
    total += kernel.raw.mixtureAssign(state.address, rowAddress(matrix, from), count, ownLabels, ownProbabilities, ownLikelihoods, ownResponsibilities);
    labels.set(kernel.i32(ownLabels, count), from);
    probabilities.set(kernel.f32(ownProbabilities, count), from);
    logLikelihoods.set(kernel.f64(ownLikelihoods, count), from);
    responsibilities?.set(kernel.f32(ownResponsibilities, count * k), from * k);
  };
  yield* sliceChunks(rows, operationsPerRow(state.type, k, d), (from, to) => {
    for (let first = from; first < to; first += CHUNK_ROWS) chunk(first, Math.min(CHUNK_ROWS, to - first));
  });
  return { labels, probabilities, logLikelihoods, logLikelihood: rows > 0 ? total / rows : 0, responsibilities };
}

export function checkFirstRow(firstRow: number): void {
  if (!Number.isInteger(firstRow) || firstRow < 0 || firstRow % CHUNK_ROWS !== 0) {
    throw new RangeError(`firstRow must be a multiple of ${CHUNK_ROWS}, not ${firstRow}`);
  }
}

function checkModel(model: MixtureModel, dimensions: number): void {
  if (model.dimensions !== dimensions) {
    throw new RangeError(`a mixture of ${model.dimensions} dimensions for rows of ${dimensions}`);
  }
}

/** Exactness rests on the grid covering the whole data set; one that does not is refused. */
export function checkGrid(kernel: KernelModule, matrix: KernelMatrix, grid: MixtureGrid): void {
  const { rows, dimensions } = matrix;
  if (grid.maxAbs.length !== dimensions) {
    throw new RangeError(`a grid of ${grid.maxAbs.length} dimensions for rows of ${dimensions}`);
  }
  if (rows > grid.rows) throw new RangeError(`the grid is for ${grid.rows} rows, the matrix has ${rows}`);
  for (const [t, peak] of columnPeaks(kernel, matrix).entries()) {
    if (peak > grid.maxAbs[t]!) {
      throw new RangeError(
        `the grid is for magnitudes up to ${grid.maxAbs[t]} in dimension ${t}, the matrix has ${peak}`,
      );
    }
  }
}
