import type { UmapStep } from "../../domain/run/types";
import type { Graph } from "../../kernels/graph/contract";
import { BASE_BYTES } from "../../kernels/memory";
import { umapBytes } from "../../kernels/reduce/memory";
import type { LayoutMethod, LayoutState } from "./layout";

/** As umap-learn chooses them: long for few rows. */
const [MANY_ROWS, EPOCHS_FEW, EPOCHS_MANY] = [10_000, 500, 200];

/** Of a directed edge: its end and its weight; of an entry of a list: a row and a distance. */
const GRAPH_BYTES = 8;
const LIST_BYTES = 8;
/** Measured, see docs/design/preparation.md: coordinates that an epoch moves in a millisecond, an edge's own cost in coordinates. */
const LAYOUT_PER_MS = 150e3;
const EDGE_COST = 6;
/** What graph and spectral start cost, in passes over the edges. */
const START_PASSES = 400;

const options = ({ components, minDist, seed }: UmapStep) => ({ components, minDist, seed });
const stateOf = ({ epoch, embedding }: { epoch: number; embedding: Float32Array }): LayoutState => ({
  epoch,
  arrays: [embedding],
});

export const umap: LayoutMethod<UmapStep> = {
  metric: ({ metric }) => metric,
  // The row itself is the first of its n_neighbors.
  neighbors: ({ neighbors }, rows) => Math.max(1, Math.min(neighbors, rows) - 1),
  epochs: (_, rows) => (rows <= MANY_ROWS ? EPOCHS_FEW : EPOCHS_MANY),
  *graph(kernels, lists): Generator<{ done: number; total: number }, Graph, void> {
    return yield* kernels.umapGraph(lists);
  },
  *start(kernels, graph, step) {
    return stateOf(yield* kernels.umapStart(graph, options(step)));
  },
  *advance(kernels, graph, { epoch, arrays }, step, until) {
    return stateOf(yield* kernels.umapLayout(graph, { epoch, embedding: arrays[0]! }, { ...options(step), until }));
  },
  bytes(step, rows) {
    const k = umap.neighbors(step, rows);
    const graph = GRAPH_BYTES * 2 * rows * k;
    const lists = LIST_BYTES * rows * k;
    return {
      kernels: BASE_BYTES + umapBytes(rows, k, step.components),
      heap: graph + Math.max(lists, 4 * rows * step.components),
    };
  },
  epochMs: (step, rows) => (rows * umap.neighbors(step, rows) * (step.components + EDGE_COST)) / LAYOUT_PER_MS,
  startMs: (step, rows) => (rows * umap.neighbors(step, rows) * START_PASSES) / LAYOUT_PER_MS,
};
