/**
 * Which clusters of the tree a flat clustering takes: excess of mass (Campello et al. 2013) or leaves, and then, below a distance epsilon,
 * the ancestor that is whole at epsilon (Malzer & Baum 2020).
 */
import type { ClusterTree } from "./cluster-tree";
import type { SelectionOptions } from "./contract";

/** Selected clusters, ascending. */
export function selectedClusters(tree: ClusterTree, options: SelectionOptions): number[] {
  const chosen = options.clusterSelectionMethod === "leaf" ? leaves(tree, options) : mostStable(tree, options);
  const onlyRoot = chosen.length === 1 && chosen[0] === 0;
  if (options.clusterSelectionEpsilon === 0 || onlyRoot) return chosen;
  return wholeAtEpsilon(tree, chosen, options);
}

function leaves(tree: ClusterTree, { allowSingleCluster }: SelectionOptions): number[] {
  if (tree.count === 1) return allowSingleCluster ? [0] : [];
  return [...tree.isLeaf.keys()].filter((cluster) => tree.isLeaf[cluster]);
}

/** A cluster is taken where it is at least as stable as the best selection below it; sizes above the limit are not. */
function mostStable(tree: ClusterTree, { allowSingleCluster, maxClusterSize }: SelectionOptions): number[] {
  const { count, parents } = tree;
  const first = allowSingleCluster ? 0 : 1;
  const below = new Float64Array(count);
  const taken = new Uint8Array(count);
  for (let cluster = count - 1; cluster >= first; cluster--) {
    const own = tree.stabilities[cluster]!;
    const tooLarge = maxClusterSize !== null && tree.sizes[cluster]! > maxClusterSize;
    const splits = below[cluster]! > own || tooLarge;
    if (!splits) taken[cluster] = 1;
    if (cluster > 0) below[parents[cluster]!]! += splits ? below[cluster]! : own;
  }
  const covered = new Uint8Array(count);
  const selected: number[] = [];
  for (let cluster = first; cluster < count; cluster++) {
    const parent = parents[cluster]!;
    if (parent >= 0 && covered[parent]) covered[cluster] = 1;
    else if (taken[cluster]) {
      covered[cluster] = 1;
      selected.push(cluster);
    }
  }
  return selected;
}

function wholeAtEpsilon(tree: ClusterTree, chosen: number[], options: SelectionOptions): number[] {
  const epsilon = options.clusterSelectionEpsilon;
  const selected = new Set<number>();
  for (const cluster of chosen) {
    selected.add(1 / tree.births[cluster]! < epsilon ? ancestorAt(tree, cluster, options) : cluster);
  }
  // Two of the chosen may have met in one ancestor while a third lies below it.
  const isCovered = (cluster: number): boolean => {
    for (let at = tree.parents[cluster]!; at >= 0; at = tree.parents[at]!) if (selected.has(at)) return true;
    return false;
  };
  return [...selected].filter((cluster) => !isCovered(cluster)).sort((a, b) => a - b);
}

/** The lowest ancestor that appears above epsilon; below the root unless a single cluster is allowed. */
function ancestorAt(tree: ClusterTree, cluster: number, options: SelectionOptions): number {
  let at = cluster;
  for (;;) {
    const parent = tree.parents[at]!;
    if (parent === 0) return options.allowSingleCluster ? 0 : at;
    at = parent;
    if (1 / tree.births[at]! > options.clusterSelectionEpsilon) return at;
  }
}
