/** Two samples of the same features compared: how far the documents have moved. docs/design/triggers.md has the formulas. */
import type { FeatureSummary, SampleSummary } from "./sample";

export interface FeatureDrift {
  name: string;
  /** 1 − cosine of the two means, at most 1. */
  cosine_drift: number;
  /** d / (d + s): the distance d between the means against the baseline's spread s. */
  mean_shift: number;
}

export interface Drift {
  /** The largest of the mean shifts, the share drift and the spread drift: 0 (the same) to 1. */
  embedding_drift: number;
  /** The largest of the features' cosine drifts: 0 to 1. */
  cosine_drift: number;
  mean_shift: number;
  /** Half the sum of the differences of the clusters' shares (total variation): 0 to 1; null without comparable centroids. */
  share_drift: number | null;
  /** Of the same shares; below 0.1 is usually called stable, above 0.25 shifted. */
  population_stability_index: number | null;
  /** 1 − the ratio of the smaller to the larger mean distance to the nearest centroid: 0 to 1. */
  spread_drift: number | null;
  features: FeatureDrift[];
}

/** A share of nothing would make the index infinite. */
const LEAST_SHARE = 1e-4;

export function compareSamples(baseline: SampleSummary, current: SampleSummary): Drift {
  const features = baseline.features.flatMap((before) => {
    const now = current.features.find(({ name }) => name === before.name);
    return now ? [compareFeature(before, now)] : [];
  });
  const mean_shift = Math.max(0, ...features.map((feature) => feature.mean_shift));
  const shares = baseline.shares && current.shares ? ([baseline.shares, current.shares] as const) : null;
  const share_drift = shares && sumOf(shares[0], (p, i) => Math.abs(p - shares[1][i]!)) / 2;
  const distances =
    baseline.meanDistance !== null && current.meanDistance !== null
      ? [baseline.meanDistance, current.meanDistance]
      : null;
  const spread_drift = distances && apart(Math.min(...distances), Math.max(...distances));
  return {
    embedding_drift: Math.max(mean_shift, share_drift ?? 0, spread_drift ?? 0),
    cosine_drift: Math.max(0, ...features.map((feature) => feature.cosine_drift)),
    mean_shift,
    share_drift,
    population_stability_index:
      shares &&
      sumOf(shares[0], (share, i) => {
        const [p, q] = [Math.max(share, LEAST_SHARE), Math.max(shares[1][i]!, LEAST_SHARE)];
        return (q - p) * Math.log(q / p);
      }),
    spread_drift,
    features,
  };
}

const sumOf = (values: number[], map: (value: number, i: number) => number): number =>
  values.reduce((sum, value, i) => sum + map(value, i), 0);

const apart = (smaller: number, larger: number): number => (larger === 0 ? 0 : 1 - smaller / larger);

function compareFeature(before: FeatureSummary, now: FeatureSummary): FeatureDrift {
  const distance = Math.sqrt(sumOf(before.mean, (value, d) => (value - now.mean[d]!) ** 2));
  const [a, b] = [before, now].map(({ mean }) => Math.sqrt(sumOf(mean, (value) => value * value))) as [number, number];
  const dot = sumOf(before.mean, (value, d) => value * now.mean[d]!);
  // A mean of zero has no direction: it differs from every other wholly, and from itself not at all.
  const cosine = a === 0 || b === 0 ? (a === b ? 1 : 0) : dot / (a * b);
  return {
    name: before.name,
    cosine_drift: Math.min(1, Math.max(0, 1 - cosine)),
    mean_shift: distance === 0 ? 0 : distance / (distance + before.spread),
  };
}
