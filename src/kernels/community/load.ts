/** A graph into the module's memory: offsets, and arcs of a neighbour (i32) and a weight (f32) side by side. */
import type { Slices } from "../contract";
import type { Graph } from "../graph/contract";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";

/** By which slices are cut. */
const OPERATIONS_PER_ARC = 200;

export interface LoadedGraph {
  nodes: number;
  offsets: number;
  arcs: number;
  arcCount: number;
}

/** Throws `RangeError` at the first node or arc that makes no sense. */
export function* loadGraph(kernel: KernelModule, graph: Graph): Slices<LoadedGraph> {
  const arcCount = checkRows(graph);
  const offsets = kernel.allocateI32(graph.nodes + 1, graph.offsets);
  const arcs = kernel.allocate(8 * arcCount);
  const { nodes, neighbors, weights } = graph;
  yield* sliceRows(nodes, (OPERATIONS_PER_ARC * arcCount) / Math.max(1, nodes), (from, to) => {
    // Views of a slice's own: memory may grow between slices.
    const targets = kernel.i32(arcs, 2 * arcCount);
    const values = kernel.f32(arcs, 2 * arcCount);
    for (let node = from; node < to; node++) {
      const end = graph.offsets[node + 1]!;
      for (let arc = graph.offsets[node]!; arc < end; arc++) {
        const neighbor = neighbors[arc]!;
        const weight = weights[arc]!;
        if (!(neighbor >= 0 && neighbor < nodes && neighbor !== node && weight > 0 && weight < Infinity)) {
          throw new RangeError(`node ${node}: an edge to ${neighbor} of weight ${weight}, among ${nodes} nodes`);
        }
        targets[2 * arc] = neighbor;
        values[2 * arc + 1] = weight;
      }
    }
  });
  return { nodes, offsets, arcs, arcCount };
}

function checkRows({ nodes, offsets, neighbors, weights }: Graph): number {
  if (!Number.isInteger(nodes) || nodes < 0) throw new RangeError(`nodes must be a whole number ≥ 0, not ${nodes}`);
  const arcCount = neighbors.length;
  const ordered = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]!);
  if (offsets.length !== nodes + 1 || offsets[0] !== 0 || offsets[nodes] !== arcCount || !ordered) {
    throw new RangeError(`offsets do not divide ${arcCount} neighbours among ${nodes} nodes`);
  }
  if (weights.length !== arcCount) throw new RangeError(`${weights.length} weights for ${arcCount} neighbours`);
  return arcCount;
}
