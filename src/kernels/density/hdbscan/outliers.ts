/**
 * GLOSH (Campello, Moulavi, Zimek & Sander 2015): how much earlier a point left its cluster than the last point of the cluster and of
 * everything below it, as a share of that λ.
 */
import { clusterTree } from "./cluster-tree";
import type { CondensedTree } from "./contract";

export function outlierScores(tree: CondensedTree): Float32Array {
  const { points, parents, children, lambdas } = tree;
  const clusters = clusterTree(tree);
  const last = clusters.deaths.slice();
  for (let cluster = clusters.count - 1; cluster > 0; cluster--) {
    const parent = clusters.parents[cluster]!;
    last[parent] = Math.max(last[parent]!, last[cluster]!);
  }
  const scores = new Float32Array(points);
  for (let row = 0; row < children.length; row++) {
    const point = children[row]!;
    if (point >= points) continue;
    const most = last[parents[row]! - points]!;
    const lambda = lambdas[row]!;
    if (lambda < most) scores[point] = most < Infinity ? (most - lambda) / most : 1;
  }
  return scores;
}
