import type { Metric } from "./contract";

/** As in asm/neighbors/metric.ts. */
const CODES = { euclidean: 0, cosine: 1, manhattan: 2, chebyshev: 3, minkowski: 4 } as const;

export interface RawMetric {
  code: number;
  power: number;
  /** Whether rows count by direction alone, and their inverse norms are needed. */
  angular: boolean;
  /** Whether the tiles are products, of which principal axes may stand for all dimensions. */
  isProduct: boolean;
}

/** The metric as the module takes it; Minkowski's special powers are the metrics that they equal. */
export function rawMetric(metric: Metric): RawMetric {
  if (metric.name !== "minkowski") {
    const code = CODES[metric.name];
    if (code === undefined) throw new RangeError(`${metric.name} is not a metric that is known here`);
    return { code, power: 2, angular: metric.name === "cosine", isProduct: code <= CODES.cosine };
  }
  const { p } = metric;
  if (!(p > 0)) throw new RangeError(`the power of a Minkowski distance must be > 0, not ${p}`);
  if (p === 1) return rawMetric({ name: "manhattan" });
  if (p === 2) return rawMetric({ name: "euclidean" });
  if (p === Infinity) return rawMetric({ name: "chebyshev" });
  return { code: CODES.minkowski, power: p, angular: false, isProduct: false };
}
