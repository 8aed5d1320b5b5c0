/**
 * How far a clustering survives a change of the data: cluster subsamples again and compare each with the whole clustering on its rows. Hennig,
 * "Cluster-wise assessment of cluster stability" (2007), with subsets in place of the bootstrap; the overall measure is
 * the mean adjusted Rand index, after Ben-Hur, Elisseeff & Guyon (2002).
 */
import { adjustedRandIndex, jaccardMatches } from "./agreement";

/** A subsample clustered anew: which rows of the whole, and their labels in the new clustering. */
export interface Replicate {
  readonly rows: Uint32Array;
  readonly labels: Int32Array;
}

export interface Stability {
  /** Mean adjusted Rand index over the replicates. */
  readonly adjustedRand: number;
  /** Of each cluster the mean of its best Jaccard indices; NaN where no replicate had a row of it. */
  readonly clusters: Float64Array;
  /** In how many replicates a cluster dissolved: no index above 0.5. A mean above 0.75 is read as stable. */
  readonly dissolved: Int32Array;
}

/** `labels` of the whole clustering, −1 for noise. Throws `RangeError` without replicates. */
export function stability(labels: Int32Array, clusters: number, replicates: readonly Replicate[]): Stability {
  if (replicates.length === 0) throw new RangeError("stability needs at least one replicate");
  const sums = new Float64Array(clusters);
  const found = new Float64Array(clusters);
  const dissolved = new Int32Array(clusters);
  let total = 0;
  for (const replicate of replicates) {
    const own = Int32Array.from(replicate.rows, (row) => labels[row]!);
    total += adjustedRandIndex(own, replicate.labels);
    for (const [cluster, index] of jaccardMatches(own, replicate.labels, clusters).entries()) {
      if (Number.isNaN(index)) continue;
      sums[cluster]! += index;
      found[cluster]!++;
      if (index <= 0.5) dissolved[cluster]!++;
    }
  }
  return {
    adjustedRand: total / replicates.length,
    clusters: sums.map((sum, cluster) => sum / found[cluster]!),
    dissolved,
  };
}
