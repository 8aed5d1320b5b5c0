/** The hierarchy of HDBSCAN straight from its definition: clusters as sets of rows, split where their spanning tree is longest. */
import type { SelectionOptions } from "../../../src/kernels";
import { distance } from "../neighbors/support";

export interface Cluster {
  rows: number[];
  parent: Cluster | null;
  children: Cluster[];
  /** λ at which it appears, and at which rows leave it, to noise or to a child. */
  birth: number;
  departures: Map<number, number>;
}

/** Clusters of at least `size` rows, parents first. Distances must differ; reachability is plain distance, as with one sample. */
export function bruteHierarchy(x: Float32Array, d: number, size: number): Cluster[] {
  const rows = Array.from({ length: x.length / d }, (_, i) => i);
  const root: Cluster = { rows, parent: null, children: [], birth: 0, departures: new Map() };
  const clusters = [root];
  for (const cluster of clusters) {
    for (let left = cluster.rows; left.length > 0; ) {
      const { sides, lambda } = longestCut(x, d, left);
      const lasting = sides.filter((side) => side.length >= size);
      const leaving = lasting.length === 1 ? sides.find((side) => side !== lasting[0])! : left;
      for (const row of leaving) cluster.departures.set(row, lambda);
      if (lasting.length === 2) {
        for (const side of lasting) {
          cluster.children.push({ rows: side, parent: cluster, children: [], birth: lambda, departures: new Map() });
        }
        clusters.push(...cluster.children);
      }
      left = lasting.length === 1 ? lasting[0]! : [];
    }
  }
  return clusters;
}

/** The two sides of the longest edge of the rows' spanning tree (Prim's algorithm). */
function longestCut(x: Float32Array, d: number, rows: number[]): { sides: number[][]; lambda: number } {
  const far = (a: number, b: number): number => distance({ name: "euclidean" }, x, a, x, b, d);
  const nearest = new Map(rows.slice(1).map((row) => [row, { length: far(rows[0]!, row), from: rows[0]! }]));
  const edges: { a: number; b: number; length: number }[] = [];
  while (nearest.size > 0) {
    const [next, { length, from }] = [...nearest].reduce((best, one) => (one[1].length < best[1].length ? one : best));
    nearest.delete(next);
    edges.push({ a: from, b: next, length });
    for (const [row, known] of nearest) {
      if (far(next, row) < known.length) nearest.set(row, { length: far(next, row), from: next });
    }
  }
  const longest = edges.reduce((best, edge) => (edge.length > best.length ? edge : best));
  // Edges come in the order in which rows are joined: what is joined through the longest one's end lies on its far side.
  const side = new Set([longest.b]);
  for (const { a, b } of edges) if (side.has(a)) side.add(b);
  return { sides: [rows.filter((row) => !side.has(row)), [...side]], lambda: 1 / longest.length };
}

const stability = ({ departures, birth }: Cluster): number =>
  [...departures.values()].reduce((sum, lambda) => sum + lambda - birth, 0);

/** The disjoint clusters of the greatest total stability, or those without children; then what is whole at epsilon. */
export function bruteSelection(clusters: Cluster[], options: SelectionOptions): Cluster[] {
  const { clusterSelectionMethod, clusterSelectionEpsilon: epsilon, maxClusterSize, allowSingleCluster } = options;
  const mayBeTaken = (cluster: Cluster): boolean => cluster.parent !== null || allowSingleCluster;
  const best = (cluster: Cluster): { taken: Cluster[]; total: number } => {
    const below = cluster.children.map(best);
    const total = below.reduce((sum, one) => sum + one.total, 0);
    const fits = mayBeTaken(cluster) && cluster.rows.length <= (maxClusterSize ?? Infinity);
    if (fits && stability(cluster) >= total) return { taken: [cluster], total: stability(cluster) };
    return { taken: below.flatMap(({ taken }) => taken), total };
  };
  const leaves = clusters.filter((cluster) => cluster.children.length === 0 && mayBeTaken(cluster));
  const chosen = clusterSelectionMethod === "leaf" ? leaves : best(clusters[0]!).taken;
  if (epsilon === 0 || chosen[0]?.parent === null) return chosen;
  const lifted = new Set(chosen.map((cluster) => (1 / cluster.birth < epsilon ? ancestorAbove(cluster) : cluster)));
  function ancestorAbove(cluster: Cluster): Cluster {
    const parent = cluster.parent!;
    if (!mayBeTaken(parent)) return cluster;
    return parent.parent === null || 1 / parent.birth > epsilon ? parent : ancestorAbove(parent);
  }
  const holds = (one: Cluster, other: Cluster): boolean =>
    one !== other && other.rows.every((r) => one.rows.includes(r));
  return [...lifted].filter((cluster) => ![...lifted].some((other) => holds(other, cluster)));
}

/** Label, strength and outlier score of each row. */
export function bruteRows(clusters: Cluster[], selected: Cluster[], epsilon: number) {
  const rows = clusters[0]!.rows;
  const within = (cluster: Cluster): Cluster[] => [cluster, ...cluster.children.flatMap(within)];
  const last = (cluster: Cluster): number => Math.max(...cluster.departures.values());
  return rows.map((row) => {
    const home = clusters.findLast((cluster) => cluster.departures.has(row))!;
    const lambda = home.departures.get(row)!;
    const end = Math.max(...within(home).map(last));
    const outlier = 1 - lambda / end;
    const cluster = selected.find((one) => one.rows.includes(row));
    // The whole is no cluster of those who left it early.
    const isNoise = !cluster || (cluster.parent === null && lambda < (epsilon > 0 ? 1 / epsilon : last(cluster)));
    if (isNoise) return { label: -1, strength: 0, outlier };
    return { label: selected.indexOf(cluster), strength: Math.min(1, lambda / last(cluster)), outlier };
  });
}

/** The same partition in the order of first rows. */
export function renamed(labels: Iterable<number>): number[] {
  const names = new Map([[-1, -1]]);
  return Array.from(labels, (label) => {
    if (!names.has(label)) names.set(label, names.size - 1);
    return names.get(label)!;
  });
}
