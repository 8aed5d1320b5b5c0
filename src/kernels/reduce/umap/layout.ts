/**
 * The layout: stochastic gradient descent over the graph's edges with negative samples, in place in the module's memory. Cost about
 * epochs · Σ weight / largest weight · (1 + negatives) pairs. Deterministic, and independent of how the epochs are cut into calls.
 */
import type { Slices } from "../../contract";
import type { Graph } from "../../graph/contract";
import type { KernelModule } from "../../module";
import { seedWords } from "../../random";
import { sliceRows } from "../../slices";
import type { UmapCurve, UmapOptions, UmapState } from "../contract";
import { umapCurve } from "./curve";
import { defaultEpochs, type Settings, settings } from "./options";

/** Entries that are readable past the end of the edges: `LIST_PADDING` in asm/reduce/umap/state.ts. */
const LIST_PADDING = 4;

/** What an edge costs to load, in the operations by which slices are cut. */
const OPERATIONS_PER_EDGE = 200;

/** Floats a point takes. */
export const pointStride = (components: number): number => (components === 2 ? 2 : 4 * Math.ceil(components / 4));

export function umapLayout(
  kernel: KernelModule,
  graph: Graph,
  state: UmapState,
  options: UmapOptions & { until?: number },
): Slices<UmapState> {
  const chosen = settings(options, defaultEpochs(graph.nodes));
  const until = options.until ?? chosen.epochs;
  const { epoch, embedding } = state;
  if (embedding.length !== graph.nodes * chosen.components) {
    throw new RangeError(`${embedding.length} coordinates for ${graph.nodes} × ${chosen.components}`);
  }
  if (!Number.isInteger(until) || !(epoch >= 0 && epoch <= until && until <= chosen.epochs)) {
    throw new RangeError(`epochs ${epoch} to ${until} are outside of ${chosen.epochs}`);
  }
  if (!embedding.every(Number.isFinite))
    throw new RangeError("the layout has a coordinate that is not a finite number");
  const curve = umapCurve(kernel, chosen.minDist, chosen.spread);
  return kernel.scopedSlices(function* () {
    const points = loadPoints(kernel, embedding, chosen.components);
    const edges = yield* loadEdges(kernel, graph, yield* largestWeight(graph.weights), chosen.epochs);
    const layout = { heads: points, count: graph.nodes, others: points, otherCount: graph.nodes, edges, first: 0 };
    yield* descend(kernel, layout, chosen, curve, chosen.learningRate, epoch, until);
    return { epoch: until, embedding: readPoints(kernel, points, graph.nodes, chosen.components) };
  });
}

/** Edges in the module's memory. */
export interface Edges {
  offsets: number;
  tails: number;
  /** Of each edge, in how many of the epochs it is drawn, as a share. */
  rates: number;
  count: number;
  /** Edges of the head that has most. */
  most: number;
  /** Edges that are drawn in an epoch, on average. */
  perEpoch: number;
}

export interface Points {
  /** Address of the points that move. */
  heads: number;
  count: number;
  /** Address of the points at the edges' other ends, which negative samples are drawn from as well. */
  others: number;
  otherCount: number;
  edges: Edges;
  first: number;
}

/** Runs epochs [from, until). */
export function* descend(
  kernel: KernelModule,
  { heads, count, others, otherCount, edges, first }: Points,
  { components, seed, epochs, negativeSampleRate }: Settings,
  { a, b }: UmapCurve,
  learningRate: number,
  from: number,
  until: number,
): Slices<void> {
  const { raw } = kernel;
  const { low, high } = seedWords(seed);
  const drawn = kernel.allocate(raw.umapDrawnBytes(edges.most));
  const stride = pointStride(components);
  const layout = kernel.allocate(raw.umapLayoutBytes());
  raw.umapLayoutEdges(layout, edges.offsets, edges.tails, edges.rates, drawn);
  raw.umapLayoutPoints(layout, heads, others, otherCount, components, stride, kernel.allocateF32(stride));
  raw.umapLayoutForces(layout, a, b, negativeSampleRate, low, high, first);

  const pairOperations = 40 + 8 * stride;
  const operations =
    (2 * edges.count + edges.perEpoch * (1 + negativeSampleRate) * pairOperations) / Math.max(count, 1) + 100;
  const epochOf = components === 2 ? raw.umapEpoch2 : raw.umapEpoch;
  for (let epoch = from; epoch < until; epoch++) {
    // The first two epochs run at the full rate, as the reference's do.
    const rate = learningRate * (1 - Math.max(0, epoch - 1) / epochs);
    yield* sliceRows(
      count,
      operations,
      (first, last) => epochOf(layout, epoch, rate, first, last),
      () => ({ done: epoch, total: epochs }),
    );
  }
}

/** Copies the edges that are drawn at least once; weights are shares of `largest`. */
export function* loadEdges(
  kernel: KernelModule,
  { nodes, offsets, neighbors, weights }: Graph,
  largest: number,
  epochs: number,
): Slices<Edges> {
  const least = epochs > 0 ? largest / epochs : 0;
  let count = 0;
  yield* sliceRows(weights.length, OPERATIONS_PER_EDGE, (from, to) => {
    for (let e = from; e < to; e++) if (weights[e]! >= least) count++;
  });
  const at = {
    offsets: kernel.allocateI32(nodes + 1),
    tails: kernel.allocateI32(count + LIST_PADDING),
    rates: kernel.allocateF32(count + LIST_PADDING),
  };
  let [kept, most, perEpoch] = [0, 0, 0];
  yield* sliceRows(nodes, (OPERATIONS_PER_EDGE * weights.length) / Math.max(1, nodes), (from, to) => {
    // Views of a slice's own: memory may grow between slices.
    const ends = kernel.i32(at.offsets, nodes + 1);
    const tails = kernel.i32(at.tails, count);
    const rates = kernel.f32(at.rates, count);
    for (let i = from; i < to; i++) {
      for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
        if (weights[e]! < least) continue;
        tails[kept] = neighbors[e]!;
        rates[kept] = weights[e]! / largest;
        perEpoch += rates[kept++]!;
      }
      ends[i + 1] = kept;
      most = Math.max(most, kept - ends[i]!);
    }
  });
  return { ...at, count, most, perEpoch };
}

function* largestWeight(weights: Float32Array): Slices<number> {
  let most = 0;
  yield* sliceRows(weights.length, OPERATIONS_PER_EDGE, (from, to) => {
    for (let e = from; e < to; e++) most = Math.max(most, weights[e]!);
  });
  return most;
}

/** Copies rows in, each padded with zeros to its stride, with one point behind them that edges which are none may move. */
export function loadPoints(kernel: KernelModule, embedding: Float32Array, components: number): number {
  const stride = pointStride(components);
  const count = embedding.length / components;
  const at = kernel.allocateF32((count + 1) * stride);
  const points = kernel.f32(at, count * stride);
  if (stride === components) points.set(embedding);
  else for (let i = 0; i < count; i++) points.set(embedding.subarray(i * components, (i + 1) * components), i * stride);
  return at;
}

export function readPoints(kernel: KernelModule, at: number, count: number, components: number): Float32Array {
  const stride = pointStride(components);
  const points = kernel.f32(at, count * stride);
  if (stride === components) return points.slice();
  const embedding = new Float32Array(count * components);
  for (let i = 0; i < count; i++) embedding.set(points.subarray(i * stride, i * stride + components), i * components);
  return embedding;
}
