/** Core distances and the exact minimum spanning tree under mutual reachability. */
import type { Slices } from "../../contract";
import type { KernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import type { Metric } from "../../neighbors/contract";
import { sliceRows } from "../../slices";
import type { SpanningTree } from "./contract";
import { keptLength, listLength } from "./memory";
import { buildSpace, type Space } from "./space";

export interface Reachability {
  mst: SpanningTree;
  coreDistances: Float64Array;
}

export interface ReachabilityOptions {
  minSamples: number;
  alpha: number;
  metric: Metric;
}

interface Lists {
  cores: number;
  kept: number;
  neighbors: number;
  distances: number;
}

export function mutualReachability(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: ReachabilityOptions,
): Slices<Reachability> {
  return kernel.scopedSlices(() => stages(kernel, matrix, options));
}

function* stages(kernel: KernelModule, matrix: KernelMatrix, options: ReachabilityOptions): Slices<Reachability> {
  const { rows } = matrix;
  matrix.peak();
  if (rows < 2) {
    const mst = { sources: new Int32Array(0), targets: new Int32Array(0), weights: new Float64Array(0) };
    return { mst, coreDistances: new Float64Array(rows) };
  }
  const space = yield* buildSpace(kernel, matrix, options.metric);
  const lists = yield* nearestNeighbors(kernel, space, Math.min(rows - 1, options.minSamples));
  const mst = yield* spanningTree(kernel, space, lists, options.alpha);
  const order = kernel.i32(space.order, rows);
  const cores = kernel.f64(lists.cores, rows);
  const coreDistances = new Float64Array(rows);
  for (let place = 0; place < rows; place++) coreDistances[order[place]!] = cores[place]!;
  return { mst, coreDistances };
}

function* nearestNeighbors(kernel: KernelModule, space: Space, samples: number): Slices<Lists> {
  const { raw } = kernel;
  const { rows } = space;
  const k = listLength(rows, samples);
  const kept = keptLength(rows, samples);
  const cores = kernel.allocate(8 * rows);
  const neighbors = kernel.allocate(4 * rows * kept);
  const distances = kernel.allocate(4 * rows * kept);
  yield* kernel.scopedSlices(function* () {
    const core = kernel.allocate(raw.coreBytes(k));
    raw.coreSetup(core, space.address, space.queries, k, samples, cores, kept, neighbors, distances);
    let done = 0;
    for (const { cell, group, count } of space.blocks) {
      raw.coreBlock(core, cell, group);
      done += count;
      yield { done, total: rows };
    }
  });
  return { cores, kept, neighbors, distances };
}

function* spanningTree(kernel: KernelModule, space: Space, lists: Lists, alpha: number): Slices<SpanningTree> {
  const { raw } = kernel;
  const { rows, cells } = space;
  const forest = kernel.allocate(raw.forestBytes());
  raw.forestSetup(
    forest,
    space.address,
    space.queries,
    alpha,
    lists.cores,
    lists.kept,
    lists.neighbors,
    lists.distances,
  );
  const byPlace = (): number => kernel.allocate(4 * rows);
  const sources = byPlace();
  const targets = byPlace();
  // biome-ignore format: one call
  raw.forestComponents(forest, byPlace(), byPlace(), byPlace(), byPlace(), byPlace(), byPlace(), kernel.allocate(4 * cells), kernel.allocate(4 * cells), sources, targets);
  let edges = 0;
  while (edges < rows - 1) {
    raw.forestRound(forest);
    yield* sliceRows(rows, 8 * lists.kept, (from, to) => raw.forestLists(forest, from, to));
    for (const { cell, group } of space.blocks) {
      if (raw.forestBlock(forest, cell, group) > 0) yield { done: edges, total: rows - 1 };
    }
    edges = raw.forestJoin(forest);
    yield { done: edges, total: rows - 1 };
  }
  const weights = kernel.allocate(8 * edges);
  raw.forestMeasure(forest, weights);
  return sortEdges({
    sources: kernel.i32(sources, edges),
    targets: kernel.i32(targets, edges),
    weights: kernel.f64(weights, edges),
  });
}

interface Edges {
  sources: Int32Array;
  targets: Int32Array;
  weights: Float64Array;
}

/** By weight, then the higher row first: an order that the data alone decide. */
function sortEdges({ sources, targets, weights }: Edges): SpanningTree {
  const low = (e: number): number => Math.min(sources[e]!, targets[e]!);
  const high = (e: number): number => Math.max(sources[e]!, targets[e]!);
  const order = Uint32Array.from({ length: weights.length }, (_, e) => e);
  order.sort((a, b) => weights[a]! - weights[b]! || high(b) - high(a) || low(b) - low(a));
  return {
    sources: Int32Array.from(order, low),
    targets: Int32Array.from(order, high),
    weights: Float64Array.from(order, (e) => weights[e]!),
  };
}
