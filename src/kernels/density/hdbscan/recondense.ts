/**
 * A condensed tree for a larger least cluster size, made from one for a smaller: what is smaller now falls out of its parent at the density
 * of the split, a side that is left alone lives on as the parent, and a cluster that has lost too many points ends there. The same rows as
 * condensing the single-linkage tree anew.
 */
import type { CondensedTree } from "./contract";

export function recondense(tree: CondensedTree, minClusterSize: number): CondensedTree {
  const { points, parents, children, lambdas, sizes } = tree;
  const count = children.reduce((most, child) => Math.max(most, child - points + 1), 1);
  const large = largeChildren(tree, minClusterSize, count);
  const ends = endsOf(tree, minClusterSize, count);
  /** By cluster of the given tree: what it is a part of now, and λ at which its points left it, or −1. */
  const homes = new Int32Array(count).fill(points, 0, 1);
  const departures = new Float64Array(count).fill(-1);
  const rows = { parents: [] as number[], children: [] as number[], lambdas: [] as number[], sizes: [] as number[] };
  const add = (parent: number, child: number, lambda: number, size: number) => {
    rows.parents.push(parent);
    rows.children.push(child);
    rows.lambdas.push(lambda);
    rows.sizes.push(size);
  };
  let next = points + 1;
  // Parents come before their children.
  for (let row = 0; row < children.length; row++) {
    const [parent, child, lambda, size] = [parents[row]! - points, children[row]!, lambdas[row]!, sizes[row]!];
    const home = homes[parent]!;
    const departed = departures[parent]! >= 0 ? departures[parent]! : lambda > ends[parent]! ? ends[parent]! : -1;
    if (child < points) {
      add(home, child, departed >= 0 ? departed : lambda, 1);
      continue;
    }
    const own = child - points;
    homes[own] = home;
    if (departed >= 0) departures[own] = departed;
    else if (size < minClusterSize) departures[own] = lambda;
    else if (large[parent]! > 1) {
      homes[own] = next++;
      add(home, homes[own]!, lambda, size);
    }
  }
  return {
    points,
    parents: Int32Array.from(rows.parents),
    children: Int32Array.from(rows.children),
    lambdas: Float64Array.from(rows.lambdas),
    sizes: Int32Array.from(rows.sizes),
  };
}

/** By cluster: how many of the clusters that it splits into have the size. */
function largeChildren({ points, parents, children, sizes }: CondensedTree, minClusterSize: number, count: number) {
  const large = new Uint8Array(count);
  for (let row = 0; row < children.length; row++)
    if (children[row]! >= points && sizes[row]! >= minClusterSize) large[parents[row]! - points]! += 1;
  return large;
}

/** By cluster: λ at which points have left so many that the rest is smaller than the size, or Infinity. */
function endsOf(tree: CondensedTree, minClusterSize: number, count: number): Float64Array {
  const { points, parents, children, lambdas, sizes } = tree;
  const left = new Int32Array(count).fill(points, 0, 1);
  for (const [row, child] of children.entries()) if (child >= points) left[child - points] = sizes[row]!;
  const ends = new Float64Array(count).fill(Infinity);
  const departing = Uint32Array.from(children.keys()).filter((row) => children[row]! < points);
  departing.sort((a, b) => lambdas[a]! - lambdas[b]!);
  for (const row of departing) {
    const cluster = parents[row]! - points;
    left[cluster]! -= 1;
    if (left[cluster]! < minClusterSize && ends[cluster] === Infinity) ends[cluster] = lambdas[row]!;
  }
  return ends;
}
