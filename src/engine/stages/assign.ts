/**
 * Every row to its nearest centroid of the solution. The reduce numbers the clusters by size, largest first (ties: the
 * solution's order), leaves out those without members, and measures Davies–Bouldin and Calinski–Harabasz.
 */
import type { AssignResult } from "../../domain/run/results";
import type { AssignmentSums } from "../../kernels/contract";
import { calinskiHarabasz, daviesBouldin } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, pickRows } from "../matrices";
import { boundsOf, pieceName } from "../scratch";
import { Nearest } from "./nearest";
import { putSums, totalSums } from "./sums";

/** Sums of the clusters in their new numbering, centroids (centred) and representatives: what `describe` and `persist` read. */
export const CLUSTER_SUMS = "clusters/sums";
export const CLUSTER_NEAREST = "clusters/nearest";
export const CLUSTER_CENTROIDS = "clusters/centroids";

export const assign: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, scratch, kernels, pulse } = context;
    const centroids = await scratch.floats(solution(context));
    const clusters = centroids.length / context.plan.shape.dimensions;
    const matrix = await centeredMatrix(context, span);
    const found = await pulse.drain(kernels.assign(matrix, centroids, clusters, centeredGrid(context)));
    const nearest = new Nearest(clusters);
    found.labels.forEach((label, i) => {
      nearest.add(label, span.from + i, found.distances[i]!);
    });
    scratch.put(pieceName("labels", span.from, span.to), found.labels.slice());
    scratch.put(pieceName("distances", span.from, span.to), found.distances.slice());
    scratch.put(pieceName("assign/nearest", span.from, span.to), nearest.pairs);
    putSums(scratch, pieceName("assign/sums", span.from, span.to), found.sums);
    return span;
  },

  async reduce(context): Promise<AssignResult> {
    const { inputs, scratch, plan, spec } = context;
    const { dimensions } = plan.shape;
    const parts = inputs.parts as { from: number; to: number }[];
    const solved = await scratch.floats(solution(context));
    const k = solved.length / dimensions;
    const sums = await totalSums(scratch, "assign/sums", parts, k);
    const nearest = await Nearest.total(scratch, "assign/nearest", parts, k);

    const bySize = [...sums.counts.keys()]
      .filter((cluster) => sums.counts[cluster]! > 0)
      .sort((a, b) => sums.counts[b]! - sums.counts[a]! || a - b);
    const order = new Array<number>(k).fill(-1);
    bySize.forEach((cluster, rank) => {
      order[cluster] = rank;
    });
    const ranked: AssignmentSums = {
      counts: reorder(sums.counts, bySize, 1),
      sums: reorder(sums.sums, bySize, dimensions),
      distances: reorder(sums.distances, bySize, 1),
      squaredDistances: reorder(sums.squaredDistances, bySize, 1),
      inertia: sums.inertia,
    };
    const representatives = new Nearest(bySize.length);
    bySize.forEach((cluster, rank) => {
      for (const [row, distance] of nearest.of(cluster)) representatives.add(rank, row, distance);
    });
    const means = reorder(solved, bySize, dimensions);
    putSums(scratch, CLUSTER_SUMS, ranked);
    scratch.put(CLUSTER_NEAREST, representatives.pairs);
    scratch.put(CLUSTER_CENTROIDS, spec.centroid === "medoid" ? await medoids(context, representatives) : means);
    const measurable = bySize.length >= 2 && bySize.length < plan.shape.rows;
    return {
      bounds: boundsOf(parts),
      inertia: sums.inertia,
      order,
      sizes: [...ranked.counts],
      daviesBouldin: measurable ? finite(daviesBouldin(means, dimensions, ranked)) : null,
      calinskiHarabasz: measurable
        ? finite(calinskiHarabasz(means, dimensions, ranked, meanOf(ranked, dimensions)))
        : null,
    };
  },
};

/** Scratch name of the centroids that were found. */
const solution = ({ results }: TaskContext): string => (results.lloyd ?? results.kmeans)!.centroids;

function reorder<T extends Float32Array<ArrayBuffer> | Float64Array>(values: T, clusters: number[], width: number): T {
  const picked = values.slice(0, clusters.length * width) as T;
  clusters.forEach((cluster, rank) => {
    picked.set(values.subarray(cluster * width, (cluster + 1) * width), rank * width);
  });
  return picked;
}

/** The member nearest to the mean has the least mean squared distance to the members: exactly the medoid of that measure. */
async function medoids(context: TaskContext, nearest: Nearest): Promise<Float32Array<ArrayBuffer>> {
  const { dimensions } = context.plan.shape;
  const rows = Array.from({ length: nearest.clusters }, (_, cluster) => nearest.of(cluster)[0]![0]);
  const ascending = Uint32Array.from(rows).sort();
  const values = await pickRows(context, ascending);
  const medoidValues = new Float32Array(values.length);
  rows.forEach((row, cluster) => {
    const at = ascending.indexOf(row) * dimensions;
    medoidValues.set(values.subarray(at, at + dimensions), cluster * dimensions);
  });
  return medoidValues;
}

/** Mean of all rows in the centred space: nearly zero, since the mean is subtracted in f64 and rounded to f32. */
function meanOf({ counts, sums }: AssignmentSums, dimensions: number): Float64Array {
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = new Float64Array(dimensions);
  sums.forEach((sum, i) => {
    mean[i % dimensions]! += sum;
  });
  return mean.map((sum) => sum / rows);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
