import type { Metric } from "../../../src/kernels";
import { distance } from "../neighbors/support";

/** Number of clusters among the labels, noise apart. */
export const clustersOf = (labels: ArrayLike<number>): number =>
  new Set(Array.from(labels).filter((label) => label >= 0)).size;

/** Weight of a minimum spanning tree under mutual reachability, by Prim's algorithm over all pairs. */
export function spanningWeight(x: ArrayLike<number>, d: number, metric: Metric, samples: number, alpha: number) {
  const n = x.length / d;
  const all = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) all[i * n + j] = all[j * n + i] = distance(metric, x, j, x, i, d);
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
