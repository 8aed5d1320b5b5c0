import type { UmapStep } from "../../domain/run/types";
import type { Graph } from "../../kernels/graph/contract";
import { BASE_BYTES } from "../../kernels/memory";
import { umapBytes } from "../../kernels/reduce/memory";
import type { LayoutMethod, LayoutState, Parcel } from "./layout";

/** As umap-learn chooses them: long for few rows. */
const [MANY_ROWS, EPOCHS_FEW, EPOCHS_MANY] = [10_000, 500, 200];
/** Of a directed edge: its end and its weight; of an entry of a list: a row and a distance. */
const GRAPH_BYTES = 8;
const LIST_BYTES = 8;
/** Measured, see docs/design/preparation.md: coordinates that an epoch moves in a millisecond, an edge's own cost in coordinates. */
const LAYOUT_PER_MS = 1e6;
const EDGE_COST = 25;
/** What graph and spectral start cost of an edge, in coordinates. */
const START_COST = 1000;

const options = ({ components, minDist, seed }: UmapStep) => ({ components, minDist, seed });

const graphOf = (nodes: number, { ints, floats }: Parcel): Graph => ({
  nodes,
  offsets: ints[0]!,
  neighbors: ints[1]!,
  weights: floats[0]!,
});

const stateOf = ({ epoch, embedding }: { epoch: number; embedding: Float32Array }): LayoutState => ({
  epoch,
  ints: [],
  floats: [embedding],
  numbers: [],
});

export const umap: LayoutMethod<UmapStep> = {
  metric: ({ metric }) => metric,
  // The row itself is the first of its n_neighbors.
  neighbors: ({ neighbors }, rows) => Math.max(1, Math.min(neighbors, rows) - 1),
  axes: () => 0,
  epochs: (_, rows) => (rows <= MANY_ROWS ? EPOCHS_FEW : EPOCHS_MANY),
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
  startMs: (step, rows) => (rows * umap.neighbors(step, rows) * START_COST) / LAYOUT_PER_MS,
  *graph(kernels, lists) {
    const { offsets, neighbors, weights } = yield* kernels.umapGraph(lists);
    return { ints: [offsets, neighbors], floats: [weights], numbers: [] };
  },
  *start(kernels, rows, graph, _, step) {
    return stateOf(yield* kernels.umapStart(graphOf(rows, graph), options(step)));
  },
  *advance(kernels, rows, graph, { epoch, floats }, step, until) {
    const state = { epoch, embedding: floats[0]! };
    return stateOf(yield* kernels.umapLayout(graphOf(rows, graph), state, { ...options(step), until }));
  },
};
