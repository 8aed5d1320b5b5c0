/** One method tried on a sample: what it finds there, and how well apart that is. */
import type { Fit, FittedMethod } from "../method";

export interface Trial {
  labels: Int32Array;
  clusters: number;
  noiseFraction: number;
  /** Mean silhouette of the clustered rows; null for fewer than two clusters, or none but single rows. */
  silhouette: number | null;
}

export async function tryOut<P>(method: FittedMethod<P>, params: P, sample: Fit<unknown>): Promise<Trial> {
  const { labels } = await method.fit({ ...sample, params });
  const clusters = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const clustered = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  const measurable = clusters >= 2 && clusters < clustered;
  return {
    labels,
    clusters,
    noiseFraction: 1 - clustered / labels.length,
    silhouette: measurable ? await silhouette(sample, labels, clusters) : null,
  };
}

async function silhouette(
  { kernels, matrix, run }: Fit<unknown>,
  labels: Int32Array,
  clusters: number,
): Promise<number> {
  const { mean } = await run(kernels.silhouetteScores(await matrix(), labels, clusters, "euclidean"));
  return mean;
}
