import type { Metric } from "../../../src/kernels";

/** Agreement of two labelings (Hubert & Arabie 1985); noise counts as a cluster of its own. */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = (n: number): number => (n * (n - 1)) / 2;
  const cells = new Map<string, number>();
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const key = `${a[i]} ${b[i]}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
    rows.set(a[i]!, (rows.get(a[i]!) ?? 0) + 1);
    columns.set(b[i]!, (columns.get(b[i]!) ?? 0) + 1);
  }
  const total = (counts: Map<unknown, number>): number => [...counts.values()].reduce((sum, n) => sum + pairs(n), 0);
  const [both, one, other, all] = [total(cells), total(rows), total(columns), pairs(a.length)];
  const expected = (one * other) / all;
  const most = (one + other) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

/** Number of clusters among the labels, noise apart. */
export const clustersOf = (labels: ArrayLike<number>): number =>
  new Set(Array.from(labels).filter((label) => label >= 0)).size;

/** Distance of rows i and j, in f64. */
export function distance(x: ArrayLike<number>, i: number, j: number, d: number, metric: Metric): number {
  if (metric.name === "cosine") return cosine(x, i, j, d);
  let largest = 0;
  for (let t = 0; t < d; t++) largest = Math.max(largest, Math.abs(x[i * d + t]! - x[j * d + t]!));
  if (metric.name === "chebyshev" || largest === 0) return largest;
  const power = metric.name === "minkowski" ? metric.p : metric.name === "manhattan" ? 1 : 2;
  let sum = 0;
  for (let t = 0; t < d; t++) {
    const share = Math.abs(x[i * d + t]! - x[j * d + t]!) / largest;
    sum += power === 1 ? share : power === 2 ? share * share : share ** power;
  }
  return largest * (power === 1 ? sum : power === 2 ? Math.sqrt(sum) : sum ** (1 / power));
}

/** 1 − cos as half the squared distance of unit vectors, which keeps its digits; 1 from a zero row to any other. */
function cosine(x: ArrayLike<number>, i: number, j: number, d: number): number {
  const norm = (row: number): number => {
    let sum = 0;
    for (let t = 0; t < d; t++) sum += x[row * d + t]! ** 2;
    return Math.sqrt(sum);
  };
  const [a, b] = [norm(i), norm(j)];
  if (a === 0 || b === 0) return 1;
  let sum = 0;
  for (let t = 0; t < d; t++) sum += (x[i * d + t]! / a - x[j * d + t]! / b) ** 2;
  return sum / 2;
}

/** Weight of a minimum spanning tree under mutual reachability, by Prim's algorithm over all pairs. */
export function spanningWeight(x: ArrayLike<number>, d: number, metric: Metric, samples: number, alpha: number) {
  const n = x.length / d;
  const all = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) all[i * n + j] = all[j * n + i] = distance(x, j, i, d, metric);
  }
  const cores = Array.from({ length: n }, (_, i) => {
    const others = all.slice(i * n, i * n + n);
    others[i] = Infinity;
    return others.sort()[Math.min(samples, n - 1) - 1]!;
  });
  const reachability = (i: number, j: number): number => Math.max(cores[i]!, cores[j]!, all[i * n + j]! / alpha);
  const nearest = new Float64Array(n).fill(Infinity);
  const open = new Set(Array.from({ length: n - 1 }, (_, i) => i + 1));
  let [at, weight] = [0, 0];
  while (open.size > 0) {
    let next = -1;
    for (const j of open) {
      nearest[j] = Math.min(nearest[j]!, reachability(at, j));
      if (next < 0 || nearest[j]! < nearest[next]!) next = j;
    }
    open.delete(next);
    weight += nearest[next]!;
    at = next;
  }
  return { weight, cores, reachability };
}
