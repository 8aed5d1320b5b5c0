/** Merge trees: from merges in any order to the numbering of the contract, and from there to labels at any level. */
import type { Cut, MergeTree } from "./contract";

/** n − 1 merges of clusters, each named by any row of it. */
export interface Merges {
  /** (n − 1) × 2. */
  pairs: Int32Array;
  heights: Float64Array;
}

/**
 * Sorts merges by height, keeping their order where heights are equal, and numbers them. `ordered` puts the lower child
 * first.
 */
export function mergeTreeOf(rows: number, { pairs, heights }: Merges, ordered: boolean): MergeTree {
  const order = Uint32Array.from({ length: heights.length }, (_, i) => i);
  order.sort((a, b) => heights[a]! - heights[b]! || a - b);
  const children = new Int32Array(pairs.length);
  const distances = new Float64Array(heights.length);
  const sets = new DisjointSets(rows);
  /** Node of the cluster at each root. */
  const nodes = Int32Array.from({ length: rows }, (_, i) => i);
  for (const [i, merge] of order.entries()) {
    const a = sets.find(pairs[2 * merge]!);
    const b = sets.find(pairs[2 * merge + 1]!);
    const [left, right] = [nodes[a]!, nodes[b]!];
    const swap = ordered && left > right;
    children[2 * i] = swap ? right : left;
    children[2 * i + 1] = swap ? left : right;
    distances[i] = heights[merge]!;
    nodes[sets.unite(a, b)] = rows + i;
  }
  return { rows, children, distances };
}

/** Raises every merge of a chain to at least the height of the merges below it, where rounding put it lower. In place. */
export function monotone(rows: number, { pairs, heights }: Merges): void {
  const formed = new Float64Array(rows);
  for (let i = 0; i < heights.length; i++) {
    const kept = pairs[2 * i + 1]!;
    heights[i] = Math.max(heights[i]!, formed[kept]!, formed[pairs[2 * i]!]!);
    formed[kept] = heights[i]!;
  }
}

/** Rows below each merge. */
export function mergeSizes({ rows, children }: MergeTree): Int32Array {
  const sizes = new Int32Array(rows - 1);
  const of = (node: number): number => (node < rows ? 1 : sizes[node - rows]!);
  for (let i = 0; i < sizes.length; i++) sizes[i] = of(children[2 * i]!) + of(children[2 * i + 1]!);
  return sizes;
}

/** How many clusters a cut leaves. Throws `RangeError` for a cut that makes no sense. */
export function clustersOf({ rows, distances }: MergeTree, cut: Cut): number {
  if ("clusters" in cut) {
    if (!Number.isInteger(cut.clusters) || cut.clusters < 1) {
      throw new RangeError(`clusters must be a whole number ≥ 1, not ${cut.clusters}`);
    }
    return Math.min(cut.clusters, rows);
  }
  if (!(cut.distanceThreshold >= 0)) {
    throw new RangeError(`distanceThreshold must be ≥ 0, not ${cut.distanceThreshold}`);
  }
  return Math.min(
    rows,
    distances.reduce((above, distance) => above + Number(distance >= cut.distanceThreshold), 1),
  );
}

/** Labels of a cut, numbered by each cluster's first row. More clusters than rows are as many as rows. */
export function cutTree(tree: MergeTree, cut: Cut): { labels: Int32Array; clusters: number } {
  const { rows, children } = tree;
  const clusters = clustersOf(tree, cut);
  const merges = rows - clusters;
  /** The node above, among those that stay merged; parents come after their children. */
  const parents = new Int32Array(rows + merges).fill(-1);
  for (let i = 0; i < merges; i++) {
    parents[children[2 * i]!] = rows + i;
    parents[children[2 * i + 1]!] = rows + i;
  }
  const roots = new Int32Array(rows + merges);
  for (let node = rows + merges - 1; node >= 0; node--) {
    roots[node] = parents[node]! < 0 ? node : roots[parents[node]!]!;
  }
  const names = new Int32Array(rows + merges).fill(-1);
  const labels = new Int32Array(rows);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    const root = roots[row]!;
    if (names[root]! < 0) names[root] = next++;
    labels[row] = names[root]!;
  }
  return { labels, clusters };
}

/** Union by size with path halving (Tarjan 1975). */
class DisjointSets {
  readonly #parents: Int32Array;
  readonly #sizes: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, i) => i);
    this.#sizes = new Int32Array(count).fill(1);
  }

  find(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }

  /** Of two roots; returns the one that stays. */
  unite(a: number, b: number): number {
    const [root, child] = this.#sizes[a]! >= this.#sizes[b]! ? [a, b] : [b, a];
    this.#parents[child] = root;
    this.#sizes[root]! += this.#sizes[child]!;
    return root;
  }
}
