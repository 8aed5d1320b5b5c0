/** What the parameters of several methods have in common: metrics, and values that are accepted and change nothing. */
import type { Warning } from "../../domain/definition/model";
import { ShoalError } from "../../domain/errors";
import type { Metric } from "../../kernels/neighbors/contract";
import type { FittedMethod } from "./method";

const METRICS: Record<string, Metric["name"]> = {
  euclidean: "euclidean",
  l2: "euclidean",
  manhattan: "manhattan",
  l1: "manhattan",
  cityblock: "manhattan",
  chebyshev: "chebyshev",
  cosine: "cosine",
  minkowski: "minkowski",
};

/** The kernels' metric for a name of scikit-learn's. Throws `validation_failed` for one that no kernel computes. */
export function metricOf(name: string, p: number | null = 2, field = "metric"): Metric {
  const found = METRICS[name];
  if (!found) throw unsupported(field, name, Object.keys(METRICS));
  if (found !== "minkowski") return { name: found };
  if (p === null || p === 2) return { name: "euclidean" };
  if (p === 1) return { name: "manhattan" };
  return { name: "minkowski", p };
}

/** Below that a number of rows says little, and scaling it with them would make clusters of chance. */
const LEAST_COUNT = 5;

/** What a number of rows becomes among a share of them. */
export const countOf = (count: number, share: number, least = LEAST_COUNT): number =>
  Math.max(Math.min(count, least), Math.round(share * count));

/** The parameters for a share of the rows. */
export const paramsOfShare = (
  method: Pick<FittedMethod<unknown>, "ofShare">,
  params: unknown,
  share: number,
): unknown => (method.ofShare ? { ...(params as object), ...method.ofShare(params, share) } : params);

/** A value that its field may have, and this method cannot work with. */
export function unsupported(field: string, value: unknown, accepted: readonly unknown[]): ShoalError {
  const choices = accepted.map((one) => JSON.stringify(one)).join(", ");
  return new ShoalError(
    "validation_failed",
    `algorithm_params.${field}: ${JSON.stringify(value)} is not supported; accepted: ${choices}`,
    { field, value, accepted },
  );
}

/** A warning for every key whose value is not the one that stands for "as you like". */
export function withoutEffect<P extends object>(
  params: P,
  reasons: { [K in keyof P]?: [neutral: P[K], why: string] },
): Warning[] {
  const keys = Object.keys(reasons) as (keyof P & string)[];
  return keys.flatMap((key) => {
    const [neutral, why] = reasons[key]!;
    if (params[key] === neutral) return [];
    return [{ loc: ["vector_config", "algorithm_params", key], msg: `${why}; it has no effect` }];
  });
}

/** Why parameters that scikit-learn has change nothing here. */
export const NO_TREE = "neighbours are found exactly, without a tree of the rows";
export const NO_METRIC_PARAMS = "no metric here takes further parameters";
