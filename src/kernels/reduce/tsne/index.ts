import type { Slices } from "../../contract";
import type { KernelModule } from "../../module";
import type { NeighborLists } from "../../neighbors/contract";
import { tsneAffinities, tsneNeighbors } from "./affinities";
import type { TsneKernels, TsneOptions, TsneResult } from "./contract";
import { tsneDivergence, tsneLayout, tsneLimit } from "./layout";
import { tsneStart } from "./start";

export function tsneKernels(kernel: KernelModule): TsneKernels {
  return {
    tsneNeighbors,
    tsneLimit,
    tsne: (lists, coordinates, axes, options) => tsne(kernel, lists, coordinates, axes, options),
    tsneAffinities: (lists, perplexity) => tsneAffinities(kernel, lists, perplexity),
    tsneStart: (coordinates, axes, options) => tsneStart(kernel, coordinates, axes, options),
    tsneLayout: (affinities, state, options) => tsneLayout(kernel, affinities, state, options),
    tsneDivergence: (affinities, state, components) => tsneDivergence(kernel, affinities, state, components),
  };
}

function* tsne(
  kernel: KernelModule,
  lists: NeighborLists,
  coordinates: Float32Array,
  axes: number,
  { components, perplexity, learningRate, seed }: TsneOptions,
): Slices<TsneResult> {
  const start = tsneStart(kernel, coordinates, axes, { rows: lists.rows, components, seed });
  const affinities = yield* tsneAffinities(kernel, lists, perplexity);
  const state = yield* tsneLayout(kernel, affinities, start, { components, learningRate });
  const divergence = yield* tsneDivergence(kernel, affinities, state, components);
  return { embedding: state.embedding, divergence, iterations: state.iteration };
}
