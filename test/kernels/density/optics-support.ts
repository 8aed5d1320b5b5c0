/** OPTICS straight from the definition: all distances in f64, the next row by a scan. */
import type { Metric } from "../../../src/kernels";
import { distance } from "../neighbors/support";

export function bruteOptics(x: Float32Array, d: number, minSamples: number, metric: Metric, maxEps = Infinity) {
  const n = x.length / d;
  const between = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => (i === j ? 0 : distance(metric, x, i, x, j, d))),
  );
  const coreDistances = Float64Array.from(between, (row) => {
    const core = row.slice().sort()[minSamples - 1]!;
    return core <= maxEps ? core : Infinity;
  });
  const reachability = new Float64Array(n).fill(Infinity);
  const predecessor = new Int32Array(n).fill(-1);
  const ordering: number[] = [];
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  while (left.size > 0) {
    let next = -1;
    for (const i of left) if (next < 0 || reachability[i]! < reachability[next]!) next = i;
    left.delete(next);
    ordering.push(next);
    if (coreDistances[next] === Infinity) continue;
    for (const j of left) {
      const far = between[next]![j]!;
      const reach = Math.max(far, coreDistances[next]!);
      if (far <= maxEps && reach < reachability[j]!) {
        reachability[j] = reach;
        predecessor[j] = next;
      }
    }
  }
  return { ordering: Int32Array.from(ordering), reachability, coreDistances, predecessor };
}
