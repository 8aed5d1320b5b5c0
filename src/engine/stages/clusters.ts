/** The clusters of a run once all rows are counted: numbered by size, described, measured. What `assign` and `spread` end with. */
import type { AssignResult, Bounds, StageResults } from "../../domain/run/results";
import type { AssignmentSums } from "../../kernels/contract";
import { calinskiHarabasz, daviesBouldin } from "../../kernels/math";
import type { TaskContext } from "../context";
import { pickRows } from "../matrices";
import { Nearest } from "./nearest";
import { putSums } from "./sums";

/** Sums of the clusters in their new numbering, centroids (centred) and representatives: what `describe` and `persist` read. */
export const CLUSTER_SUMS = "clusters/sums";
export const CLUSTER_NEAREST = "clusters/nearest";
export const CLUSTER_CENTROIDS = "clusters/centroids";

/** In the numbering of the solution; `means` are clusters × dimensions. */
export interface Counted {
  means: Float32Array<ArrayBuffer>;
  sums: AssignmentSums;
  nearest: Nearest;
  /** Of the pieces that distances lie in. */
  bounds: Bounds;
}

/** Scratch name of what the run's clusters ended with: clusters that were merged afterwards have names of their own. */
export const settledName = ({ results }: TaskContext, name: string): string => `${results.assign!.prefix ?? ""}${name}`;

/** Numbers the clusters by size, largest first (ties: the solution's order), and leaves out those without members. */
export async function settle(
  context: TaskContext,
  { means, sums, nearest, bounds }: Counted,
  prefix = "",
): Promise<AssignResult> {
  const { scratch, plan, spec } = context;
  const { dimensions, rows } = plan.shape;
  const bySize = [...sums.counts.keys()]
    .filter((cluster) => sums.counts[cluster]! > 0)
    .sort((a, b) => sums.counts[b]! - sums.counts[a]! || a - b);
  const order = new Array<number>(sums.counts.length).fill(-1);
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
  const own = reorder(means, bySize, dimensions);
  putSums(scratch, prefix + CLUSTER_SUMS, ranked);
  scratch.put(prefix + CLUSTER_NEAREST, representatives.pairs);
  scratch.put(prefix + CLUSTER_CENTROIDS, spec.centroid === "medoid" ? await medoids(context, representatives) : own);
  const sizes = [...ranked.counts];
  const clustered = sizes.reduce((total, size) => total + size, 0);
  const measurable = bySize.length >= 2 && bySize.length < clustered;
  return {
    ...(prefix && { prefix }),
    bounds,
    inertia: sums.inertia,
    order,
    sizes,
    noiseRows: rows - clustered,
    daviesBouldin: measurable ? finite(daviesBouldin(own, dimensions, ranked)) : null,
    calinskiHarabasz: measurable ? finite(calinskiHarabasz(own, dimensions, ranked, meanOf(ranked, dimensions))) : null,
  };
}

/** Of the pieces that labels lie in: those of `label` where there is one, which may divide the rows otherwise than `assign`. */
export const labelBounds = ({ label, assign }: StageResults): Bounds =>
  label?.bounds ?? assign!.labelBounds ?? assign!.bounds;

/** Clusters of rows [from, to) in the numbering of the run, -1 for noise. */
export async function clusterLabels({ scratch, results }: TaskContext, from: number, to: number): Promise<Int32Array> {
  const { order } = results.assign!;
  const bytes = await scratch.rows("labels", labelBounds(results), 4, from, to);
  const labels = new Int32Array(bytes.buffer, bytes.byteOffset, to - from);
  return labels.map((label) => (label < 0 ? label : order[label]!));
}

function reorder<T extends Float32Array<ArrayBuffer> | Float64Array>(values: T, clusters: number[], width: number): T {
  const picked = values.slice(0, clusters.length * width) as T;
  clusters.forEach((cluster, rank) => {
    picked.set(values.subarray(cluster * width, (cluster + 1) * width), rank * width);
  });
  return picked;
}

/** The member nearest to the mean has the least mean squared distance to the members: exactly the medoid of that measure. */
export async function medoids(context: TaskContext, nearest: Nearest): Promise<Float32Array<ArrayBuffer>> {
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

/** Mean of the clustered rows in the centred space: nearly zero without noise, since the mean of all is subtracted in f64 and rounded to f32. */
function meanOf({ counts, sums }: AssignmentSums, dimensions: number): Float64Array {
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = new Float64Array(dimensions);
  sums.forEach((sum, i) => {
    mean[i % dimensions]! += sum;
  });
  return mean.map((sum) => sum / rows);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
