/** Clusters of a kept ordering. Pure; O(n) but for the steep areas that are open at a time. */
import type { OpticsExtraction, OpticsOrdering } from "./contract";
import { xiClusters } from "./xi";

/** Rows that a size from 2 up or a share of all stands for. */
const rowsOf = (size: number, rows: number): number => (size <= 1 ? Math.max(2, Math.floor(size * rows)) : size);

export function checkExtraction(extraction: OpticsExtraction, rows: number, maxEps: number): void {
  if (extraction.method === "dbscan") {
    const { eps } = extraction;
    if (eps !== null && !(eps > 0 && eps <= maxEps)) {
      throw new RangeError(`eps must be > 0 and at most maxEps (${maxEps}), not ${eps}`);
    }
    return;
  }
  const { xi, minClusterSize: size } = extraction;
  if (!(xi >= 0 && xi <= 1)) throw new RangeError(`xi must be from 0 to 1, not ${xi}`);
  if (size === null) return;
  if (!((size > 0 && size <= 1) || (Number.isInteger(size) && size >= 2))) {
    throw new RangeError(`minClusterSize must be a whole number ≥ 2 or a share in (0, 1], not ${size}`);
  }
  if (size > rows) throw new RangeError(`minClusterSize is ${size}, and there are ${rows} rows`);
}

/** Cluster of each row, or −1. */
export function opticsLabels(
  order: OpticsOrdering,
  extraction: OpticsExtraction,
  minSamples: number,
  maxEps: number,
): Int32Array {
  checkExtraction(extraction, order.ordering.length, maxEps);
  return extraction.method === "dbscan"
    ? cut(order, extraction.eps ?? maxEps)
    : innermost(order, xiClusters(order, sizes(extraction, minSamples, order.ordering.length)));
}

function sizes(extraction: OpticsExtraction & { method: "xi" }, minSamples: number, rows: number) {
  const { xi, predecessorCorrection, minClusterSize } = extraction;
  return { xi, predecessorCorrection, minSamples, minClusterSize: rowsOf(minClusterSize ?? minSamples, rows) };
}

/** A row that `eps` does not reach starts a cluster if it is a core row, and is noise otherwise. */
function cut({ ordering, reachability, coreDistances }: OpticsOrdering, eps: number): Int32Array {
  const labels = new Int32Array(ordering.length);
  let cluster = -1;
  for (const row of ordering) {
    const isFar = reachability[row]! > eps;
    const isCore = coreDistances[row]! <= eps;
    if (isFar && isCore) cluster++;
    labels[row] = isFar && !isCore ? -1 : cluster;
  }
  return labels;
}

/** Labels of the clusters that hold no other: smaller ones come first. */
function innermost({ ordering }: OpticsOrdering, clusters: [start: number, end: number][]): Int32Array {
  const labels = new Int32Array(ordering.length).fill(-1);
  let label = 0;
  for (const [start, end] of clusters) {
    const members = ordering.subarray(start, end + 1);
    if (members.some((row) => labels[row] !== -1)) continue;
    for (const row of members) labels[row] = label;
    label++;
  }
  return labels;
}
