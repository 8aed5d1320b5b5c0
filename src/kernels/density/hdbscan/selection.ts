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
  const taken = new Set<number>();
  for (let cluster = count - 1; cluster >= first; cluster--) {
    const own = tree.stabilities[cluster]!;
    const tooLarge = maxClusterSize !== null && tree.sizes[cluster]! > maxClusterSize;
    const splits = below[cluster]! > own || tooLarge;
    if (!splits) taken.add(cluster);
    if (cluster > 0) below[parents[cluster]!]! += splits ? below[cluster]! : own;
  }
  return outermost(tree, taken);
}

function wholeAtEpsilon(tree: ClusterTree, chosen: number[], options: SelectionOptions): number[] {
  const epsilon = options.clusterSelectionEpsilon;
  const above = ancestorsAbove(tree, options);
  const lifted = chosen.map((cluster) => (1 / tree.births[cluster]! < epsilon ? above[cluster]! : cluster));
  // Several may have met in one ancestor while another lies below it.
  return outermost(tree, new Set(lifted));
}

/** By cluster: the lowest ancestor that appears above epsilon, or else the highest; below the root unless a single cluster is allowed. */
function ancestorsAbove(tree: ClusterTree, options: SelectionOptions): Int32Array {
  const above = new Int32Array(tree.count);
  for (let cluster = 1; cluster < tree.count; cluster++) {
    const parent = tree.parents[cluster]!;
    if (parent === 0) above[cluster] = options.allowSingleCluster ? 0 : cluster;
    else above[cluster] = 1 / tree.births[parent]! > options.clusterSelectionEpsilon ? parent : above[parent]!;
  }
  return above;
}

/** Those that lie below no other, ascending. */
function outermost(tree: ClusterTree, clusters: Set<number>): number[] {
  const covered = new Uint8Array(tree.count);
  const found: number[] = [];
  for (let cluster = 0; cluster < tree.count; cluster++) {
    const parent = tree.parents[cluster]!;
    if (parent >= 0 && covered[parent]) covered[cluster] = 1;
    else if (clusters.has(cluster)) {
      covered[cluster] = 1;
      found.push(cluster);
    }
  }
  return found;
}
