/** A mean over all rows, estimated from a sample that was drawn from each cluster (stratum) by itself. Cochran 1977, chapter 5. */

export interface Estimate {
  mean: number;
  /** Standard error of the mean, from the spread within the strata. */
  standardError: number;
  /** Within which the mean over all rows lies in 95 of 100 samples: mean ± 1.96 standard errors. */
  low: number;
  high: number;
}

/** Quantile of the normal distribution for 95 %. */
const QUANTILE = 1.959963984540054;

/**
 * `scores` of sampled rows, their `labels`, and how many rows each cluster has in all. Noise (below 0) is left out. A stratum
 * counts by its share of all rows; one of which a single row was drawn lends its spread from the other strata's mean spread.
 */
export function stratifiedMean(scores: Float64Array, labels: Int32Array, sizes: Float64Array): Estimate {
  const strata = Array.from(sizes, () => ({ count: 0, sum: 0, squares: 0 }));
  for (const [i, label] of labels.entries()) {
    if (label < 0) continue;
    const stratum = strata[label];
    if (!stratum) throw new RangeError(`label ${label} is not below ${sizes.length} clusters`);
    stratum.count++;
    const before = scores[i]! - stratum.sum / Math.max(1, stratum.count - 1);
    stratum.sum += scores[i]!;
    // Welford's update: squares about the mean, which cancel nothing.
    stratum.squares += stratum.count === 1 ? 0 : before * (scores[i]! - stratum.sum / stratum.count);
  }
  const sampled = strata.map((stratum, c) => ({ ...stratum, size: sizes[c]! })).filter(({ count }) => count > 0);
  const rows = sampled.reduce((sum, { size }) => sum + size, 0);
  if (rows === 0) return { mean: 0, standardError: 0, low: 0, high: 0 };
  const spread = pooledVariance(sampled);
  let [mean, variance] = [0, 0];
  for (const { count, sum, squares, size } of sampled) {
    const share = size / rows;
    const within = count > 1 ? squares / (count - 1) : spread;
    mean += (share * sum) / count;
    variance += share ** 2 * (within / count) * Math.max(0, 1 - count / size);
  }
  const standardError = Math.sqrt(variance);
  return { mean, standardError, low: mean - QUANTILE * standardError, high: mean + QUANTILE * standardError };
}

function pooledVariance(strata: { count: number; squares: number }[]): number {
  const freedom = strata.reduce((sum, { count }) => sum + count - 1, 0);
  return freedom === 0 ? 0 : strata.reduce((sum, { squares }) => sum + squares, 0) / freedom;
}
