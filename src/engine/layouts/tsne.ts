import { ShoalError } from "../../domain/errors";
import type { TsneStep } from "../../domain/run/types";
import { BASE_BYTES } from "../../kernels/memory";
import { tsneNeighbors } from "../../kernels/reduce/tsne/affinities";
import type { TsneAffinities, TsneState } from "../../kernels/reduce/tsne/contract";
import { tsneLimit } from "../../kernels/reduce/tsne/layout";
import { tsneLayoutBytes } from "../../kernels/reduce/tsne/memory";
import type { LayoutMethod, LayoutState, Parcel } from "./layout";

const EPOCHS = 1000;
const LIST_BYTES = 8;
/** Coordinates and what is kept of each: velocity, gain, and the state's copy. */
const STATE_FLOATS = 6;
/** Measured, see docs/design/preparation.md: pairs of coordinates in a millisecond, of neighbours and the tree's cells, or of all rows. */
const FORCES_PER_MS = 450e3;
const ALL_PAIRS_PER_MS = 1.5e6;
const CELLS = 60;
/** Entries of the lists whose bandwidths are found in a millisecond. */
const AFFINITIES_PER_MS = 5e3;

const affinitiesOf = (rows: number, { ints, floats, numbers }: Parcel): TsneAffinities => ({
  rows,
  k: numbers[0]!,
  entropy: numbers[1]!,
  neighbors: ints[0]!,
  probabilities: floats[0]!,
});

const stateOf = ({ iteration, embedding, velocity, gains, gradientNorm }: TsneState): LayoutState => ({
  epoch: iteration,
  ints: [],
  floats: [embedding, velocity, gains],
  numbers: [gradientNorm],
});

export const tsne: LayoutMethod<TsneStep> = {
  metric: () => ({ name: "euclidean" }),
  neighbors: ({ perplexity }, rows) => tsneNeighbors(rows, perplexity),
  axes: ({ components }, dimensions) => Math.min(components, dimensions),
  epochs: () => EPOCHS,
  check({ components, perplexity }, rows) {
    const field = "preprocessing_steps.perplexity";
    if (perplexity >= rows)
      throw new ShoalError(
        "too_few_documents",
        `perplexity = ${perplexity} needs more documents; ${rows} can take part`,
        {
          field,
          value: perplexity,
          limit: rows - 1,
        },
      );
    const limit = tsneLimit(components);
    if (rows > limit)
      throw new ShoalError(
        "job_too_large",
        `t-SNE to ${components} dimensions computes all pairs: ${rows} documents exceed the limit of ${limit}; use umap, 2 or 3 dimensions, or set sample_size to ${limit} or less`,
        { field: "preprocessing_steps", value: rows, limit, nearest: { sample_size: limit } },
      );
  },
  bytes(step, rows) {
    const k = tsne.neighbors(step, rows);
    return {
      kernels: BASE_BYTES + tsneLayoutBytes(rows, k, step.components),
      heap: LIST_BYTES * rows * (2 * k + 4) + 4 * STATE_FLOATS * rows * step.components,
    };
  },
  epochMs(step, rows) {
    if (step.components > 3) return (rows * rows * step.components) / ALL_PAIRS_PER_MS;
    return (rows * (tsne.neighbors(step, rows) + CELLS) * step.components) / FORCES_PER_MS;
  },
  startMs: (step, rows) => (rows * tsne.neighbors(step, rows)) / AFFINITIES_PER_MS,
  *graph(kernels, lists, { perplexity }) {
    const { k, entropy, neighbors, probabilities } = yield* kernels.tsneAffinities(lists, perplexity);
    return { ints: [neighbors], floats: [probabilities], numbers: [k, entropy] };
  },
  // biome-ignore lint/correctness/useYield: a start is one pass over the coordinates
  *start(kernels, rows, _, coordinates, { components, seed }) {
    return stateOf(kernels.tsneStart(coordinates, coordinates.length / rows, { rows, components, seed }));
  },
  *advance(kernels, rows, graph, { epoch, floats, numbers }, { components, learningRate }, until) {
    const [embedding, velocity, gains] = floats as [Float32Array, Float32Array, Float32Array];
    const state = { iteration: epoch, embedding, velocity, gains, gradientNorm: numbers[0]! };
    const options = { components, learningRate, until };
    return stateOf(yield* kernels.tsneLayout(affinitiesOf(rows, graph), state, options));
  },
};
