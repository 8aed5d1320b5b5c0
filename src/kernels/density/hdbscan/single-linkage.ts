import type { SpanningTree } from "./contract";

/** Merges by ascending distance: merge i makes node points + i of two nodes; nodes below `points` are rows. */
export interface SingleLinkageTree {
  points: number;
  left: Int32Array;
  right: Int32Array;
  distances: Float64Array;
  /** Rows under each merge. */
  sizes: Int32Array;
}

/** The single-linkage hierarchy of a spanning tree whose edges ascend. n log n for the union-find, 24 bytes a row. */
export function singleLinkage(mst: SpanningTree, points: number): SingleLinkageTree {
  const merges = mst.weights.length;
  const parents = Int32Array.from({ length: points }, (_, i) => i);
  /** Node at each root. */
  const nodes = parents.slice();
  const left = new Int32Array(merges);
  const right = new Int32Array(merges);
  const sizes = new Int32Array(merges);
  const sizeOf = (node: number): number => (node < points ? 1 : sizes[node - points]!);
  const find = (row: number): number => {
    let at = row;
    while (parents[at]! !== at) {
      // Halving: every other row on the path moves up.
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  for (let i = 0; i < merges; i++) {
    const a = find(mst.sources[i]!);
    const b = find(mst.targets[i]!);
    const [one, other] = [nodes[a]!, nodes[b]!];
    left[i] = one;
    right[i] = other;
    sizes[i] = sizeOf(one) + sizeOf(other);
    const larger = sizeOf(one) >= sizeOf(other) ? a : b;
    parents[larger === a ? b : a] = larger;
    nodes[larger] = points + i;
  }
  return { points, left, right, distances: mst.weights, sizes };
}
