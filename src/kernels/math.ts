/** Pure arithmetic on small results. Nothing here but +, −, ×, ÷ and square root, which every engine rounds alike. */
import type { AssignmentSums, KernelMath, Moments } from "./contract";

export function mergeMoments(a: Moments, b: Moments): Moments {
  return {
    rows: a.rows + b.rows,
    sum: add(a.sum, b.sum),
    sumSquares: add(a.sumSquares, b.sumSquares),
    maxAbs: Math.max(a.maxAbs, b.maxAbs),
  };
}

export function mergeAssignmentSums(a: AssignmentSums, b: AssignmentSums): AssignmentSums {
  return {
    counts: add(a.counts, b.counts),
    sums: add(a.sums, b.sums),
    inertia: a.inertia + b.inertia,
    distances: add(a.distances, b.distances),
    squaredDistances: add(a.squaredDistances, b.squaredDistances),
  };
}

export function updateCentroids(
  previous: Float32Array,
  { counts, sums }: AssignmentSums,
  dimensions: number,
): { centroids: Float32Array; shift: number } {
  const centroids = previous.slice();
  let shift = 0;
  for (let i = 0; i < centroids.length; i++) {
    const count = counts[Math.floor(i / dimensions)]!;
    if (count === 0) continue;
    centroids[i] = sums[i]! / count;
    shift += (centroids[i]! - previous[i]!) ** 2;
  }
  return { centroids, shift };
}

/** Mean of (b − a) / max(a, b); a: mean distance to the other members of the own cluster, b: to the nearest other cluster's. */
export function silhouette(
  sums: Float64Array,
  queryLabels: Int32Array,
  counts: Float64Array,
  clusters: number,
): number {
  let total = 0;
  let queries = 0;
  for (const [query, own] of queryLabels.entries()) {
    if (own < 0) continue;
    queries++;
    if (counts[own]! < 2) continue;
    const distances = sums.subarray(query * clusters, (query + 1) * clusters);
    const a = distances[own]! / (counts[own]! - 1);
    let b = Infinity;
    for (let c = 0; c < clusters; c++) {
      if (c !== own && counts[c]! > 0) b = Math.min(b, distances[c]! / counts[c]!);
    }
    const larger = Math.max(a, b);
    if (larger > 0 && larger < Infinity) total += (b - a) / larger;
  }
  return queries === 0 ? 0 : total / queries;
}

/** Mean over clusters of the worst (Sᵢ + Sⱼ) / ‖cᵢ − cⱼ‖, S the mean distance to the centroid; coincident centroids are passed over. */
export function daviesBouldin(centroids: Float32Array, dimensions: number, sums: AssignmentSums): number {
  const used = nonEmpty(sums.counts);
  const spread = (c: number): number => sums.distances[c]! / sums.counts[c]!;
  let total = 0;
  for (const i of used) {
    let worst = 0;
    for (const j of used) {
      const apart =
        i === j ? 0 : Math.sqrt(squaredDistance(centroids, i * dimensions, centroids, j * dimensions, dimensions));
      if (apart > 0) worst = Math.max(worst, (spread(i) + spread(j)) / apart);
    }
    total += worst;
  }
  return used.length === 0 ? 0 : total / used.length;
}

/** Between-cluster over within-cluster dispersion, each by its degrees of freedom; 1 where the clusters have no extent. */
export function calinskiHarabasz(
  centroids: Float32Array,
  dimensions: number,
  sums: AssignmentSums,
  mean: Float64Array,
): number {
  const used = nonEmpty(sums.counts);
  const rows = used.reduce((total, c) => total + sums.counts[c]!, 0);
  const within = used.reduce((total, c) => total + sums.squaredDistances[c]!, 0);
  const between = used.reduce(
    (total, c) => total + sums.counts[c]! * squaredDistance(centroids, c * dimensions, mean, 0, dimensions),
    0,
  );
  if (used.length < 2) return 0;
  return within === 0 ? 1 : (between * (rows - used.length)) / (within * (used.length - 1));
}

function nonEmpty(counts: Float64Array): number[] {
  return [...counts.keys()].filter((c) => counts[c]! > 0);
}

type Values = Float32Array | Float64Array;

function squaredDistance(a: Values, fromA: number, b: Values, fromB: number, length: number): number {
  let sum = 0;
  for (let t = 0; t < length; t++) sum += (a[fromA + t]! - b[fromB + t]!) ** 2;
  return sum;
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  if (a.length !== b.length) throw new RangeError(`cannot merge ${a.length} with ${b.length} values`);
  return a.map((value, i) => value + b[i]!);
}

export const kernelMath: KernelMath = {
  mergeMoments,
  mergeAssignmentSums,
  updateCentroids,
  silhouette,
  daviesBouldin,
  calinskiHarabasz,
};
