/** Brute force in f64, in the test's own words. */
import type { Metric, NeighborLists } from "../../../src/kernels";

export const METRICS: Metric[] = [
  { name: "euclidean" },
  { name: "cosine" },
  { name: "manhattan" },
  { name: "chebyshev" },
  { name: "minkowski", p: 0.5 },
  { name: "minkowski", p: 1.5 },
  { name: "minkowski", p: 3 },
  { name: "minkowski", p: 20 },
];

export const label = (metric: Metric): string => (metric.name === "minkowski" ? `minkowski ${metric.p}` : metric.name);

export function distance(metric: Metric, a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number, d: number) {
  const sum = (term: (u: number, v: number) => number): number => {
    let total = 0;
    for (let t = 0; t < d; t++) total += term(a[i * d + t]!, b[j * d + t]!);
    return total;
  };
  const gap = (u: number, v: number) => Math.abs(u - v);
  let largest = 0;
  for (let t = 0; t < d; t++) largest = Math.max(largest, gap(a[i * d + t]!, b[j * d + t]!));
  switch (metric.name) {
    case "euclidean":
      return largest === 0 ? 0 : largest * Math.sqrt(sum((u, v) => ((u - v) / largest) ** 2));
    case "cosine": {
      const [u, v] = [Math.sqrt(sum((x) => x * x)), Math.sqrt(sum((_, y) => y * y))];
      return u === 0 || v === 0 ? 1 : sum((x, y) => (x / u - y / v) ** 2) / 2;
    }
    case "manhattan":
      return sum(gap);
    case "chebyshev":
      return largest;
    case "minkowski":
      return largest === 0 ? 0 : largest * sum((u, v) => (gap(u, v) / largest) ** metric.p) ** (1 / metric.p);
  }
}

export interface Neighbor {
  row: number;
  distance: number;
}

/** The k nearest base rows of query i, the row itself excluded; by (distance, row). */
export function bruteForce(
  metric: Metric,
  queries: Float32Array,
  i: number,
  base: Float32Array,
  d: number,
  k: number,
  self = i,
): Neighbor[] {
  const all = Array.from({ length: base.length / d }, (_, row) => ({
    row,
    distance: Math.fround(distance(metric, queries, i, base, row, d)),
  }));
  return all
    .filter(({ row }) => row !== self)
    .sort((a, b) => a.distance - b.distance || a.row - b.row)
    .slice(0, k);
}

/** The list of row i, its empty places left out. */
export function listOf(lists: NeighborLists, i: number): Neighbor[] {
  return Array.from({ length: lists.k }, (_, j) => ({
    row: lists.neighbors[i * lists.k + j]!,
    distance: lists.distances[i * lists.k + j]!,
  })).filter(({ row }) => row >= 0);
}
