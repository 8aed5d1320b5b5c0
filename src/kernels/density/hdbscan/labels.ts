/** Labels, strengths of membership and persistence of the clusters that a cut selects. */
import { type ClusterTree, clusterTree } from "./cluster-tree";
import type { ClusterSelection, CondensedTree, SelectionOptions } from "./contract";
import { selectedClusters } from "./selection";

/** Cuts a condensed tree, one kept from an earlier run as well as a new one. Throws `RangeError` for options that make no sense. */
export function selectClusters(tree: CondensedTree, options: SelectionOptions): ClusterSelection {
  checkSelection(options);
  const clusters = clusterTree(tree);
  const selected = tree.children.length === 0 ? [] : selectedClusters(clusters, options);
  const labels = label(tree, clusters, selected, options);
  return {
    labels,
    probabilities: probabilities(tree, clusters, selected, labels),
    persistence: persistence(clusters, selected, labels),
    nodes: Int32Array.from(selected, (cluster) => tree.points + cluster),
  };
}

export function checkSelection(options: SelectionOptions): void {
  const { clusterSelectionMethod: method, clusterSelectionEpsilon: epsilon, maxClusterSize } = options;
  if (method !== "eom" && method !== "leaf")
    throw new RangeError(`clusters are selected by eom or leaf, not ${method}`);
  if (!(epsilon >= 0 && epsilon < Infinity))
    throw new RangeError(`clusterSelectionEpsilon must be ≥ 0, not ${epsilon}`);
  if (maxClusterSize !== null && !(Number.isInteger(maxClusterSize) && maxClusterSize >= 1)) {
    throw new RangeError(`maxClusterSize must be a whole number ≥ 1, not ${maxClusterSize}`);
  }
}

function label(tree: CondensedTree, clusters: ClusterTree, selected: number[], options: SelectionOptions): Int32Array {
  const { points, parents, children, lambdas } = tree;
  const labels = new Int32Array(points).fill(-1);
  /** Label of the nearest selected cluster from each cluster up. */
  const inherited = new Int32Array(clusters.count).fill(-1);
  for (const [index, cluster] of selected.entries()) inherited[cluster] = index;
  for (let cluster = 1; cluster < clusters.count; cluster++) {
    if (inherited[cluster]! < 0) inherited[cluster] = inherited[clusters.parents[cluster]!]!;
  }
  // The root holds every point: as a cluster it ends where the last of them leave it, or at epsilon.
  const epsilon = options.clusterSelectionEpsilon;
  const whole = epsilon > 0 ? 1 / epsilon : clusters.deaths[0]!;
  for (let row = 0; row < children.length; row++) {
    const point = children[row]!;
    if (point >= points) continue;
    const index = inherited[parents[row]! - points]!;
    if (index < 0) continue;
    const cluster = selected[index]!;
    const lambda = lambdas[row]!;
    if (cluster === 0 ? lambda < whole : isPassing(clusters, cluster, lambda, options)) continue;
    labels[point] = index;
  }
  return labels;
}

/** Whether the point is gone the moment that its cluster appears, where that counts. */
function isPassing(clusters: ClusterTree, cluster: number, lambda: number, options: SelectionOptions): boolean {
  return options.matchReferenceImplementation && lambda <= clusters.births[cluster]!;
}

/** λ at which a point leaves, over the largest at which any leaves its cluster. */
function probabilities(
  { points, children, lambdas }: CondensedTree,
  clusters: ClusterTree,
  selected: number[],
  labels: Int32Array,
): Float32Array {
  const strengths = new Float32Array(points);
  for (let row = 0; row < children.length; row++) {
    const point = children[row]!;
    if (point >= points || labels[point]! < 0) continue;
    const most = clusters.deaths[selected[labels[point]!]!]!;
    const lambda = lambdas[row]!;
    strengths[point] = lambda < most && most < Infinity ? lambda / most : lambda < most ? 0 : 1;
  }
  return strengths;
}

function persistence(clusters: ClusterTree, selected: number[], labels: Int32Array): Float64Array {
  let most = 0;
  for (const death of clusters.deaths) most = Math.max(most, death);
  const sizes = new Float64Array(selected.length);
  for (const index of labels) if (index >= 0) sizes[index]!++;
  return Float64Array.from(selected, (cluster, index) => {
    if (!(most > 0 && most < Infinity) || sizes[index] === 0) return 1;
    return clusters.stabilities[cluster]! / (sizes[index]! * most);
  });
}
