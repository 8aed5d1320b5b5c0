/** The steps of t-SNE, by scikit-learn's schedule, and the divergence that they lower. */
import type { Slices, Step } from "../../contract";
import { InvalidParameter } from "../../errors";
import type { KernelModule } from "../../module";
import type { TsneAffinities, TsneState } from "./contract";
import { Layout } from "./forces";

export const ITERATIONS = 1_000;
/** Steps of early exaggeration, which draw clusters together before they settle. */
const EARLY = 250;
const EXAGGERATION = 12;
const LEAST_LEARNING_RATE = 50;
/** A gradient below this norm ends the descent; it is looked at every so many steps. */
const LEAST_GRADIENT = 1e-7;
const CHECK_EVERY = 50;
/** Above three components all pairs are computed. */
const EXACT_ROWS = 5_000;

export interface LayoutOptions {
  components: number;
  learningRate: number | "auto";
  until?: number;
}

/** Most rows of a layout. */
export const tsneLimit = (components: number): number => (components <= 3 ? Infinity : EXACT_ROWS);

export function tsneLayout(
  kernel: KernelModule,
  affinities: TsneAffinities,
  state: TsneState,
  options: LayoutOptions,
): Slices<TsneState> {
  checkLayout(affinities, state, options.components);
  const rate = options.learningRate;
  if (rate !== "auto" && !(rate > 0 && rate < Infinity)) throw new RangeError(`learningRate must be > 0, not ${rate}`);
  return kernel.scopedSlices(() => steps(kernel, affinities, state, options));
}

function* steps(
  kernel: KernelModule,
  affinities: TsneAffinities,
  state: TsneState,
  { components, learningRate, until = ITERATIONS }: LayoutOptions,
): Slices<TsneState> {
  const { rows } = affinities;
  const rate = learningRate === "auto" ? Math.max(rows / EXAGGERATION / 4, LEAST_LEARNING_RATE) : learningRate;
  let { iteration, gradientNorm } = state;
  const step = (): Step => ({ done: iteration, total: ITERATIONS });
  const layout = new Layout(kernel, affinities, components, step);
  layout.load(state);
  while (iteration < Math.min(until, ITERATIONS) && gradientNorm > LEAST_GRADIENT) {
    yield* layout.forces();
    const early = iteration < EARLY;
    const square = kernel.raw.tsneStep(layout.state, early ? EXAGGERATION : 1, early ? 0.5 : 0.8, rate);
    iteration++;
    if (iteration % CHECK_EVERY === 0) gradientNorm = Math.sqrt(square);
  }
  const reached = layout.read();
  // Steps that are too long throw points apart faster each time.
  if (!reached.embedding.every(Number.isFinite))
    throw new InvalidParameter(
      "learning_rate",
      `with learning_rate ${rate} the layout leaves the numbers after ${iteration} steps`,
    );
  return { iteration, ...reached, gradientNorm };
}

export function tsneDivergence(
  kernel: KernelModule,
  affinities: TsneAffinities,
  state: TsneState,
  components: number,
): Slices<number> {
  checkLayout(affinities, state, components);
  return kernel.scopedSlices(() => divergence(kernel, affinities, state, components));
}

function* divergence(
  kernel: KernelModule,
  affinities: TsneAffinities,
  state: TsneState,
  components: number,
): Slices<number> {
  const { rows, k } = affinities;
  const { raw } = kernel;
  const layout = new Layout(kernel, affinities, components, () => ({ done: state.iteration, total: ITERATIONS }));
  layout.load(state);
  yield* layout.repulsion();
  let cross = 0;
  yield* layout.inCalls(rows, 65_536 / k, k, (from, to) => {
    cross += raw.tsneLogSimilarity(layout.state, from, to);
  });
  // The lists hold half of the probability: each pair is met from one side of two.
  return affinities.entropy - 2 * cross + raw.tsneLogTotal(layout.state);
}

function checkLayout({ rows }: TsneAffinities, { embedding, velocity, gains }: TsneState, components: number): void {
  if (!Number.isInteger(components) || components < 2 || components > 256) {
    throw new RangeError(`components must be a whole number from 2 to 256, not ${components}`);
  }
  if (rows > tsneLimit(components)) {
    throw new RangeError(
      `t-SNE to ${components} components takes at most ${tsneLimit(components)} rows, not ${rows}; to 2 or 3 it takes more`,
    );
  }
  for (const values of [embedding, velocity, gains]) {
    if (values.length !== rows * components) {
      throw new RangeError(`a layout of ${values.length} values for ${rows} rows × ${components} components`);
    }
  }
}
