/** One method tried on a sample: what it finds there, and how well apart that is. */
import { silhouette as meanSilhouette } from "../../../kernels/math";
import type { Fit, FittedMethod } from "../method";

export interface Trial {
  clusters: number;
  noiseFraction: number;
  /** Mean silhouette of the clustered rows; null for fewer than two clusters, or none but single rows. */
  silhouette: number | null;
}

/** Queries of the silhouette at once. */
const QUERIES = 256;

export async function tryOut<P>(method: FittedMethod<P>, params: P, sample: Fit<unknown>): Promise<Trial> {
  const { labels } = await method.fit({ ...sample, params });
  const clusters = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const clustered = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  return {
    clusters,
    noiseFraction: 1 - clustered / labels.length,
    silhouette: clusters < 2 || clusters >= clustered ? null : await silhouette(sample, labels, clusters, clustered),
  };
}

async function silhouette(
  sample: Fit<unknown>,
  labels: Int32Array,
  clusters: number,
  clustered: number,
): Promise<number> {
  const { kernels, rows, compute, run } = sample;
  const matrix = await sample.matrix();
  const grid = { maxAbs: compute(() => kernels.maxAbs(matrix)), rows };
  const counts = new Float64Array(clusters);
  for (const label of labels) if (label >= 0) counts[label]! += 1;
  let total = 0;
  for (let from = 0; from < rows; from += QUERIES) {
    const to = Math.min(from + QUERIES, rows);
    const own = labels.subarray(from, to);
    const sums = await run(kernels.silhouetteSums(matrix.read(from, to), matrix, labels, clusters, grid));
    total +=
      meanSilhouette(sums, own, counts, clusters) * own.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  }
  return total / clustered;
}
