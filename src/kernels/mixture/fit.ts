/**
 * A Gaussian mixture of one matrix that holds all rows: starts, EM rounds, the best of them, labels. Cost n k d² flops a round (full) plus
 * 2 d² a row and component that it belongs to; memory `mixtureBytes`, which has no array over rows × components. Deterministic: the same
 * seed gives the same bytes, and the same as over shards.
 */
import type { Slices, Step } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { GaussianMixtureOptions, GaussianMixtureResult, MixtureModel } from "./contract";
import { assignRows, operationsPerRow, sliceChunks } from "./expectation";
import { type GivenModel, givenModel } from "./inits";
import { mixtureCriteria } from "./model";
import { columnPeaks } from "./peaks";
import { chooseStart, sumStart, sumTotal } from "./start";
import { MixtureState } from "./state";

/** k-means starts for one of EM: see docs/design/mixture.md. */
const KMEANS_CANDIDATES = 2;

export function gaussianMixture(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: GaussianMixtureOptions,
): Slices<GaussianMixtureResult> {
  checkOptions(matrix, options);
  return kernel.scopedSlices(() => bestOfStarts(kernel, matrix, options));
}

function checkOptions({ rows }: KernelMatrix, options: GaussianMixtureOptions): void {
  const { components, tolerance, regularization, maxIter, restarts } = options;
  const whole = (name: string, value: number): void => {
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be ≥ 1, not ${value}`);
  };
  whole("components", components);
  whole("maxIter", maxIter);
  whole("restarts", restarts);
  if (!(tolerance >= 0)) throw new RangeError(`tolerance must be ≥ 0, not ${tolerance}`);
  if (!(regularization >= 0)) throw new RangeError(`regularization must be ≥ 0, not ${regularization}`);
  if (rows < components) throw new RangeError(`${components} components need as many rows, not ${rows}`);
}

interface Fitted {
  model: MixtureModel;
  lowerBound: number;
  iterations: number;
  converged: boolean;
}

function* bestOfStarts(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: GaussianMixtureOptions,
): Slices<GaussianMixtureResult> {
  const { components, covarianceType, restarts } = options;
  const { rows, dimensions } = matrix;
  const grid = { maxAbs: columnPeaks(kernel, matrix), rows };
  const given = givenModel(kernel, options, dimensions);
  const state = new MixtureState(kernel, covarianceType, components, dimensions, grid);
  if (covarianceType === "tied") yield* sumTotal(state, matrix);

  let best: Fitted | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    yield* begin(state, matrix, options, restart, given);
    const fitted = yield* rounds(state, matrix, options, restart);
    if (best === null || fitted.lowerBound > best.lowerBound) best = { ...fitted, model: state.model() };
  }
  const { model, lowerBound, iterations, converged } = best!;
  state.load(model);
  const assignment = yield* assignRows(state, matrix, false);
  const logOfRows = rows > 1 ? kernel.raw.naturalLog(rows) : 0;
  const criteria = mixtureCriteria(model, assignment.logLikelihood, rows, logOfRows);
  return { ...assignment, ...criteria, model, lowerBound, iterations, converged };
}

/**
 * The state's model at the start: of the candidates that `init` gives, the one whose first E-step finds the largest likelihood. The k-means of
 * least inertia is often not it.
 */
function* begin(
  state: MixtureState,
  matrix: KernelMatrix,
  options: GaussianMixtureOptions,
  restart: number,
  given: GivenModel,
): Slices<void> {
  const candidates = options.init === "kmeans" && options.components > 1 ? KMEANS_CANDIDATES : 1;
  let best: { model: MixtureModel; likelihood: number } | null = null;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const start = yield* chooseStart(state.kernel, matrix, options, restart * candidates + candidate);
    yield* sumStart(state, matrix, 0, start);
    state.update(options.regularization);
    state.load(given);
    if (candidates === 1) return;
    const model = state.model();
    const likelihood = yield* expectation(state, matrix, () => ({ done: restart, total: options.restarts }));
    if (best === null || likelihood > best.likelihood) best = { model, likelihood };
  }
  state.load(best!.model);
}

/** EM rounds of the state's model to convergence. */
function* rounds(
  state: MixtureState,
  matrix: KernelMatrix,
  { maxIter, restarts, tolerance, regularization }: GaussianMixtureOptions,
  restart: number,
): Slices<Omit<Fitted, "model">> {
  let lowerBound = -Infinity;
  for (let iterations = 1; ; iterations++) {
    const previous = lowerBound;
    const progress = { done: restart * maxIter + iterations - 1, total: restarts * maxIter };
    const step = () => (Number.isFinite(previous) ? { ...progress, objective: previous } : progress);
    lowerBound = yield* expectation(state, matrix, step);
    state.update(regularization);
    const converged = Math.abs(lowerBound - previous) < tolerance;
    if (converged || iterations === maxIter) return { lowerBound, iterations, converged };
  }
}

/** E-step of all rows under the state's model, and their sums; returns the mean log-likelihood. */
function* expectation(state: MixtureState, matrix: KernelMatrix, step: () => Step): Slices<number> {
  let likelihood = 0;
  const slice = (from: number, to: number): void => {
    for (const sum of state.expect(matrix, from, to)) likelihood += sum;
  };
  yield* state.prepare();
  yield* sliceChunks(matrix.rows, operationsPerRow(state.type, state.components, state.dimensions), slice, step);
  return likelihood / matrix.rows;
}
