/** Agglomerative clustering by its definition: the nearest pair of clusters is merged, distances are computed anew. O(n³) and more. */
import type { Linkage, LinkageMetric } from "../../../src/kernels";

export interface Oracle {
  heights: number[];
  /** Labels by number of clusters, from 1 to n: by each cluster's first row. */
  levels: Map<number, Int32Array>;
}

export function agglomerate(x: Float32Array, d: number, linkage: Linkage, metric: LinkageMetric): Oracle {
  const n = x.length / d;
  const row = (i: number): Float64Array => Float64Array.from(x.subarray(i * d, (i + 1) * d));
  let clusters = Array.from({ length: n }, (_, i) => [i]);
  const oracle: Oracle = { heights: [], levels: new Map([[n, labelsOf(clusters, n)]]) };
  while (clusters.length > 1) {
    let best = { height: Infinity, a: 0, b: 0 };
    for (let a = 0; a < clusters.length; a++) {
      for (let b = a + 1; b < clusters.length; b++) {
        const height = between(clusters[a]!.map(row), clusters[b]!.map(row), linkage, metric);
        if (height < best.height) best = { height, a, b };
      }
    }
    const { a, b } = best;
    const merged = [...clusters[a]!, ...clusters[b]!];
    clusters = [...clusters.filter((_, c) => c !== a && c !== b), merged];
    oracle.heights.push(best.height);
    oracle.levels.set(clusters.length, labelsOf(clusters, n));
  }
  return oracle;
}

function between(a: Float64Array[], b: Float64Array[], linkage: Linkage, metric: LinkageMetric): number {
  if (linkage === "ward") {
    const squared = distance(centroid(a), centroid(b), "euclidean") ** 2;
    return Math.sqrt(((2 * a.length * b.length) / (a.length + b.length)) * squared);
  }
  const all = a.flatMap((p) => b.map((q) => distance(p, q, metric)));
  if (linkage === "single") return Math.min(...all);
  if (linkage === "complete") return Math.max(...all);
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}

export function distance(p: Float64Array, q: Float64Array, metric: LinkageMetric): number {
  const differences = p.map((v, t) => Math.abs(v - q[t]!));
  const dot = (u: Float64Array, v: Float64Array): number => u.reduce((sum, value, t) => sum + value * v[t]!, 0);
  switch (metric) {
    case "euclidean":
      return Math.sqrt(dot(differences, differences));
    case "manhattan":
      return differences.reduce((sum, one) => sum + one, 0);
    case "chebyshev":
      return Math.max(...differences);
    case "cosine":
      return 1 - dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
  }
}

function centroid(rows: Float64Array[]): Float64Array {
  return rows[0]!.map((_, t) => rows.reduce((sum, row) => sum + row[t]!, 0) / rows.length);
}

function labelsOf(clusters: number[][], n: number): Int32Array {
  const labels = new Int32Array(n);
  const ordered = [...clusters].sort((a, b) => Math.min(...a) - Math.min(...b));
  for (const [label, rows] of ordered.entries()) for (const row of rows) labels[row] = label;
  return labels;
}
