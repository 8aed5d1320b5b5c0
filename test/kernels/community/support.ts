import type { Graph, LeidenObjective, LeidenOptions } from "../../../src/kernels";
import { generator } from "../support";

export const OPTIONS: LeidenOptions = {
  objective: "RBConfiguration",
  resolution: 1,
  iterations: 2,
  minClusterSize: 0,
  seed: 1,
};

/** The graph of weighted edges i–j. */
export function graphOf(nodes: number, edges: readonly (readonly [number, number, number])[]): Graph {
  const rows = Array.from({ length: nodes }, () => new Map<number, number>());
  for (const [i, j, weight] of edges) {
    rows[i]!.set(j, weight);
    rows[j]!.set(i, weight);
  }
  const offsets = new Int32Array(nodes + 1);
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.size;
  return {
    nodes,
    offsets,
    neighbors: Int32Array.from(rows.flatMap((row) => [...row.keys()])),
    weights: Float32Array.from(rows.flatMap((row) => [...row.values()])),
  };
}

/** Each of `groups` groups is dense, and few edges run between them. */
export function groupedGraph(nodes: number, groups: number, seed: number): Graph {
  const next = generator(seed);
  const edges: [number, number, number][] = [];
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < i; j++) {
      if (next() < (i % groups === j % groups ? 0.5 : 0.04)) edges.push([i, j, 0.25 + next()]);
    }
  }
  return graphOf(nodes, edges);
}

/** Quality by its definition, over all pairs of nodes. */
export function qualityOf(
  graph: Graph,
  labels: ArrayLike<number>,
  objective: LeidenObjective,
  resolution: number,
): number {
  const { nodes, offsets, neighbors, weights } = graph;
  const degree = new Float64Array(nodes);
  let total = 0;
  let inside = 0;
  for (let i = 0; i < nodes; i++) {
    for (let a = offsets[i]!; a < offsets[i + 1]!; a++) {
      degree[i]! += weights[a]!;
      if (labels[i] === labels[neighbors[a]!]) inside += weights[a]!;
    }
    total += degree[i]!;
  }
  let expected = 0;
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < nodes; j++) {
      if (labels[i] !== labels[j]) continue;
      if (objective === "CPM") expected += i === j ? 0 : resolution;
      else expected += ((objective === "modularity" ? 1 : resolution) * degree[i]! * degree[j]!) / total;
    }
  }
  return objective === "modularity" ? (inside - expected) / total : inside - expected;
}

/** How many connected pieces the communities fall into. */
export function pieces({ nodes, offsets, neighbors }: Graph, labels: ArrayLike<number>): number {
  const seen = new Set<number>();
  let count = 0;
  for (let root = 0; root < nodes; root++) {
    if (seen.has(root)) continue;
    count++;
    const open = [root];
    seen.add(root);
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      for (let a = offsets[i]!; a < offsets[i + 1]!; a++) {
        const j = neighbors[a]!;
        if (labels[i] !== labels[j] || seen.has(j)) continue;
        seen.add(j);
        open.push(j);
      }
    }
  }
  return count;
}
