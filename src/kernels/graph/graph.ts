/** Building and reading symmetric graphs: small passes over typed arrays. O(nodes + edges) time and memory each. */
import type { Slices } from "../contract";
import { sliceRows } from "../slices";
import type { Components, DirectedLists, Graph } from "./contract";

/** What an entry of a list costs here, in the scalar operations of a kernel by which slices are cut. */
const OPERATIONS_PER_ENTRY = 500;

/**
 * The union of directed lists: an edge i–j where j is in the list of i or i in that of j. `combine` makes its weight of the weights of both
 * directions, 0 where one is missing; it must not depend on their order. Edges of weight 0 and entries of a node to itself are left out.
 */
export function* symmetricGraph(
  lists: DirectedLists,
  weights: Float32Array,
  combine: (a: number, b: number) => number,
): Slices<Graph> {
  const { rows, k } = lists;
  if (weights.length !== rows * k) throw new RangeError(`${weights.length} weights for ${rows} × ${k} entries`);
  const back = yield* transpose(lists, weights);
  const merge = (visit: Visit): Slices<void> =>
    sliceRows(rows, k * OPERATIONS_PER_ENTRY, eachEdge(lists, weights, back, combine, visit));
  const offsets = new Int32Array(rows + 1);
  // One pass counts, a second one writes: the union is up to twice the lists, and this holds it only once.
  let count = 0;
  yield* merge((from) => {
    count++;
    offsets[from + 1]!++;
  });
  for (let i = 0; i < rows; i++) offsets[i + 1]! += offsets[i]!;
  const graph = { nodes: rows, offsets, neighbors: new Int32Array(count), weights: new Float32Array(count) };
  let at = 0;
  yield* merge((_, to, weight) => {
    graph.neighbors[at] = to;
    graph.weights[at++] = weight;
  });
  return graph;
}

interface Reverse {
  offsets: Int32Array;
  sources: Int32Array;
  weights: Float32Array;
}

/** Who names each node, ascending, and with what weight. */
function* transpose({ rows, k, neighbors }: DirectedLists, weights: Float32Array): Slices<Reverse> {
  const offsets = new Int32Array(rows + 1);
  yield* sliceRows(neighbors.length, OPERATIONS_PER_ENTRY / 4, (from, end) => {
    for (let entry = from; entry < end; entry++) {
      const to = neighbors[entry]!;
      if (to >= rows) throw new RangeError(`neighbour ${to} is not among ${rows} rows`);
      if (to >= 0) offsets[to + 1]!++;
    }
  });
  for (let i = 0; i < rows; i++) offsets[i + 1]! += offsets[i]!;
  const next = offsets.slice(0, rows);
  const reverse = {
    offsets,
    sources: new Int32Array(offsets[rows]!),
    weights: new Float32Array(offsets[rows]!),
  };
  yield* sliceRows(neighbors.length, OPERATIONS_PER_ENTRY / 4, (from, end) => {
    for (let entry = from; entry < end; entry++) {
      const to = neighbors[entry]!;
      if (to < 0) continue;
      const at = next[to]!++;
      reverse.sources[at] = Math.floor(entry / k);
      reverse.weights[at] = weights[entry]!;
    }
  });
  return reverse;
}

type Visit = (from: number, to: number, weight: number) => void;

/** Calls `visit` for every edge of a range of nodes, by node and then by neighbour: merges a list with the node's namers. */
function eachEdge(
  { rows, k, neighbors }: DirectedLists,
  weights: Float32Array,
  back: Reverse,
  combine: (a: number, b: number) => number,
  visit: Visit,
): (first: number, last: number) => void {
  const sorted = new Int32Array(k);
  const entry = new Int32Array(k);
  const visitNode = (i: number): void => {
    let length = 0;
    for (let e = i * k; e < (i + 1) * k; e++) {
      const to = neighbors[e]!;
      if (to < 0 || to === i) continue;
      let place = length++;
      for (; place > 0 && sorted[place - 1]! > to; place--) {
        sorted[place] = sorted[place - 1]!;
        entry[place] = entry[place - 1]!;
      }
      sorted[place] = to;
      entry[place] = e;
    }
    let r = back.offsets[i]!;
    const end = back.offsets[i + 1]!;
    for (let s = 0; s < length || r < end; ) {
      const there = s < length ? sorted[s]! : rows;
      const here = r < end ? back.sources[r]! : rows;
      const to = Math.min(there, here);
      const weight = combine(there === to ? weights[entry[s++]!]! : 0, here === to ? back.weights[r++]! : 0);
      if (to !== i && weight > 0) visit(i, to, weight);
    }
  };
  return (first, last) => {
    for (let i = first; i < last; i++) visitNode(i);
  };
}

/** Summed weights of each node's edges. */
export function degrees({ nodes, offsets, weights }: Graph): Float64Array {
  const sums = new Float64Array(nodes);
  for (let i = 0; i < nodes; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) sums[i]! += weights[e]!;
  }
  return sums;
}

/** Connected components, breadth first from the lowest node not yet reached. */
export function components({ nodes, offsets, neighbors }: Graph): Components {
  const labels = new Int32Array(nodes).fill(-1);
  const queue = new Int32Array(nodes);
  const sizes: number[] = [];
  for (let root = 0; root < nodes; root++) {
    if (labels[root] !== -1) continue;
    const label = sizes.length;
    let reached = 1;
    labels[root] = label;
    queue[0] = root;
    for (let head = 0; head < reached; head++) {
      const node = queue[head]!;
      for (let e = offsets[node]!; e < offsets[node + 1]!; e++) {
        const to = neighbors[e]!;
        if (labels[to] !== -1) continue;
        labels[to] = label;
        queue[reached++] = to;
      }
    }
    sizes.push(reached);
  }
  return { count: sizes.length, labels, sizes: Int32Array.from(sizes) };
}

/** The graph on `members` (ascending), numbered in their order; edges that leave it are dropped. */
export function subgraph(graph: Graph, members: Int32Array): Graph {
  const numbers = new Int32Array(graph.nodes).fill(-1);
  for (let i = 0; i < members.length; i++) numbers[members[i]!] = i;
  const offsets = new Int32Array(members.length + 1);
  for (let i = 0; i < members.length; i++) {
    offsets[i + 1] = offsets[i]!;
    const end = graph.offsets[members[i]! + 1]!;
    for (let e = graph.offsets[members[i]!]!; e < end; e++) if (numbers[graph.neighbors[e]!]! >= 0) offsets[i + 1]!++;
  }
  const entries = offsets[members.length]!;
  const part = {
    nodes: members.length,
    offsets,
    neighbors: new Int32Array(entries),
    weights: new Float32Array(entries),
  };
  let at = 0;
  for (const node of members) {
    for (let e = graph.offsets[node]!; e < graph.offsets[node + 1]!; e++) {
      const to = numbers[graph.neighbors[e]!]!;
      if (to < 0) continue;
      part.neighbors[at] = to;
      part.weights[at++] = graph.weights[e]!;
    }
  }
  return part;
}
