/** The clusters once some have merged: counted, measured and numbered again, as `spread` does it after a fit. */
import type { AssignResult } from "../../domain/run/results";
import type { AssignmentSums } from "../../kernels/contract";
import { updateCentroids } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { boundsOf, pieceName } from "../scratch";
import { CLUSTER_SUMS, clusterLabels, labelBounds, settle } from "./clusters";
import { distancesTo } from "./distances";
import { Nearest } from "./nearest";
import { getSums } from "./sums";

const PREFIX = "merged/";

export const merged: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, results, scratch } = context;
    const { targets, clusters } = results.faces!;
    if (clusters === targets.length) return span;
    const labels = await clusterLabels(context, span.from, span.to);
    const own = labels.map((label) => (label < 0 ? label : targets[label]!));
    const { means } = await mergedSums(context);
    const found = await distancesTo(context, own, means, clusters);
    scratch.put(pieceName(`${PREFIX}distances`, span.from, span.to), found.distances);
    scratch.put(pieceName(`${PREFIX}nearest`, span.from, span.to), found.nearest.pairs);
    scratch.put(pieceName(`${PREFIX}sums`, span.from, span.to), Float64Array.of(...found.sums, ...found.squares));
    return span;
  },

  async reduce(context): Promise<AssignResult> {
    const { inputs, results, scratch } = context;
    const { targets, clusters } = results.faces!;
    const before = results.assign!;
    if (clusters === targets.length) return before;
    const parts = inputs.parts as { from: number; to: number }[];
    const total = new Float64Array(2 * clusters);
    for (const { from, to } of parts) {
      const part = await scratch.doubles(pieceName(`${PREFIX}sums`, from, to));
      for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
    }
    const squaredDistances = total.slice(clusters);
    const { sums: counted, means } = await mergedSums(context);
    const sums: AssignmentSums = {
      ...counted,
      distances: total.slice(0, clusters),
      squaredDistances,
      inertia: squaredDistances.reduce((sum, square) => sum + square, 0),
    };
    const nearest = await Nearest.total(scratch, `${PREFIX}nearest`, parts, clusters);
    const settled = await settle(context, { means, sums, nearest, bounds: boundsOf(parts) }, PREFIX);
    return {
      ...settled,
      // Rows keep the labels that they have: where those lead to has changed.
      labelBounds: labelBounds(results),
      order: before.order.map((cluster) => (cluster < 0 ? cluster : settled.order[targets[cluster]!]!)),
    };
  },
};

/** Counts and sums of the merged clusters, exact as those of their parts are, and their means. */
async function mergedSums({ scratch, results, plan }: TaskContext) {
  const { targets, clusters } = results.faces!;
  const { dimensions } = plan.shape;
  const parts = await getSums(scratch, CLUSTER_SUMS, targets.length);
  const none = new Float64Array(clusters);
  const sums: AssignmentSums = {
    counts: new Float64Array(clusters),
    sums: new Float64Array(clusters * dimensions),
    distances: none,
    squaredDistances: none,
    inertia: 0,
  };
  for (const [cluster, target] of targets.entries()) {
    sums.counts[target]! += parts.counts[cluster]!;
    for (let t = 0; t < dimensions; t++) sums.sums[target * dimensions + t]! += parts.sums[cluster * dimensions + t]!;
  }
  const { centroids } = updateCentroids(new Float32Array(clusters * dimensions), sums, dimensions);
  return { sums, means: centroids.slice() };
}
