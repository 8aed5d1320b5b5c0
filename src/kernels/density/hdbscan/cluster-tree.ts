import type { CondensedTree } from "./contract";

/** The clusters of a condensed tree, numbered from the root, 0, in an order in which parents come first. */
export interface ClusterTree {
  count: number;
  /** −1 for the root. */
  parents: Int32Array;
  /** λ at which a cluster appears; 0 for the root. */
  births: Float64Array;
  /** Largest λ at which a point, or a child cluster, leaves it. */
  deaths: Float64Array;
  sizes: Int32Array;
  /** Excess of mass: λ − birth over all points as they leave. */
  stabilities: Float64Array;
  isLeaf: Uint8Array;
}

export function clusterTree(tree: CondensedTree): ClusterTree {
  const { points, parents, children, lambdas, sizes } = tree;
  let count = 1;
  for (const child of children) if (child >= points) count++;
  const clusters: ClusterTree = {
    count,
    parents: new Int32Array(count).fill(-1),
    births: new Float64Array(count),
    deaths: new Float64Array(count),
    sizes: new Int32Array(count).fill(points, 0, 1),
    stabilities: new Float64Array(count),
    isLeaf: new Uint8Array(count).fill(1),
  };
  for (let row = 0; row < parents.length; row++) {
    const own = parents[row]! - points;
    const lambda = lambdas[row]!;
    const birth = clusters.births[own]!;
    clusters.deaths[own] = Math.max(clusters.deaths[own]!, lambda);
    // Among duplicates both may be infinite: such a cluster has no lifetime.
    if (lambda > birth) clusters.stabilities[own]! += (lambda - birth) * sizes[row]!;
    const child = children[row]! - points;
    if (child < 0) continue;
    clusters.parents[child] = own;
    clusters.births[child] = lambda;
    clusters.sizes[child] = sizes[row]!;
    clusters.isLeaf[own] = 0;
  }
  return clusters;
}
