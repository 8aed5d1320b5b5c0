/**
 * Condensed tree (Campello, Moulavi & Sander 2013; McInnes & Healy 2017): a split counts where both sides have `minClusterSize` points;
 * otherwise the small side's points leave the cluster, which lives on in the other. One pass from the root down.
 */
import type { CondensedTree } from "./contract";
import type { SingleLinkageTree } from "./single-linkage";

export function condenseTree(tree: SingleLinkageTree, minClusterSize: number): CondensedTree {
  const { points, left, right, distances, sizes } = tree;
  const merges = sizes.length;
  const rows = new Rows(points, 2 * merges + 1);
  /** By merge: the cluster that it is a part of, and λ at which its points left it, or −1 while they have not. */
  const clusters = new Int32Array(merges);
  const departures = new Float64Array(merges).fill(-1);
  let next = points + 1;
  if (merges > 0) clusters[merges - 1] = points;
  const sizeOf = (node: number): number => (node < points ? 1 : sizes[node - points]!);

  for (let i = merges - 1; i >= 0; i--) {
    const cluster = clusters[i]!;
    const departed = departures[i]!;
    const distance = distances[i]!;
    const lambda = departed >= 0 ? departed : distance > 0 ? 1 / distance : Infinity;
    const children = [left[i]!, right[i]!] as const;
    const splits = departed < 0 && children.every((child) => sizeOf(child) >= minClusterSize);
    for (const child of children) {
      const leaves = departed >= 0 || sizeOf(child) < minClusterSize;
      let home = cluster;
      if (splits) {
        home = next++;
        rows.add(cluster, home, lambda, sizeOf(child));
      }
      if (child < points) rows.add(cluster, child, lambda, 1);
      else {
        clusters[child - points] = home;
        if (leaves) departures[child - points] = lambda;
      }
    }
  }
  return rows.tree();
}

/** Rows of a condensed tree as they come. */
class Rows {
  readonly #parents: Int32Array;
  readonly #children: Int32Array;
  readonly #lambdas: Float64Array;
  readonly #sizes: Int32Array;
  #count = 0;

  constructor(
    readonly points: number,
    capacity: number,
  ) {
    this.#parents = new Int32Array(capacity);
    this.#children = new Int32Array(capacity);
    this.#lambdas = new Float64Array(capacity);
    this.#sizes = new Int32Array(capacity);
  }

  add(parent: number, child: number, lambda: number, size: number): void {
    const at = this.#count++;
    this.#parents[at] = parent;
    this.#children[at] = child;
    this.#lambdas[at] = lambda;
    this.#sizes[at] = size;
  }

  tree(): CondensedTree {
    return {
      points: this.points,
      parents: this.#parents.slice(0, this.#count),
      children: this.#children.slice(0, this.#count),
      lambdas: this.#lambdas.slice(0, this.#count),
      sizes: this.#sizes.slice(0, this.#count),
    };
  }
}
