/** Communities of a kept graph at another resolution: Leiden again, without a search for neighbours. */
import type { LeidenParams } from "../../domain/definition/params/leiden";
import { createKernels, type Graph, type LeidenResult, type Slices } from "../../kernels";

/** Slices of a few milliseconds between two turns of the event loop, in which other requests are served. */
const SLICES_A_TURN = 8;

export async function communities(
  module: WebAssembly.Module,
  graph: Graph,
  params: LeidenParams,
  resolution: number,
  seed: number,
): Promise<LeidenResult> {
  const kernels = createKernels(module);
  return drain(
    kernels.leiden(graph, {
      objective: params.objective_function,
      resolution,
      iterations: params.n_iterations,
      minClusterSize: params.min_cluster_size,
      seed,
    }),
  );
}

async function drain<T>(slices: Slices<T>): Promise<T> {
  for (let count = 1; ; count++) {
    const step = slices.next();
    if (step.done) return step.value;
    if (count % SLICES_A_TURN === 0) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
}

/** The graph whose edges these are, each once; `points` nodes. */
export function graphOf(points: number, sources: Int32Array, targets: Int32Array, weights: Float64Array): Graph {
  const offsets = new Int32Array(points + 1);
  for (const ends of [sources, targets]) for (const node of ends) offsets[node + 1]! += 1;
  for (let node = 0; node < points; node++) offsets[node + 1]! += offsets[node]!;
  const next = offsets.slice(0, points);
  const graph = {
    nodes: points,
    offsets,
    neighbors: new Int32Array(offsets[points]!),
    weights: new Float32Array(offsets[points]!),
  };
  const add = (from: number, to: number, weight: number) => {
    const at = next[from]!++;
    graph.neighbors[at] = to;
    graph.weights[at] = weight;
  };
  // Edges come by their lower end: what a node's higher end names stands before what its lower end does, so neighbours ascend.
  for (const [edge, source] of sources.entries()) add(targets[edge]!, source, weights[edge]!);
  for (const [edge, source] of sources.entries()) add(source, targets[edge]!, weights[edge]!);
  return graph;
}
