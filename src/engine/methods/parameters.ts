/** What the parameters of several methods have in common: refusals, and values that are accepted and change nothing. */
import type { Warning } from "../../domain/definition/model";
import { ShoalError } from "../../domain/errors";
import type { FittedMethod } from "./method";

/** A value that these rows, or this method, cannot be clustered with. */
export const refused = (field: string, why: string, details: Record<string, unknown> = {}): ShoalError =>
  new ShoalError("validation_failed", `algorithm_params.${field}: ${why}`, { field, ...details });

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
  return refused(field, `${JSON.stringify(value)} is not supported; accepted: ${choices}`, { value, accepted });
}

/** Throws `too_few_documents` for a number of clusters, neighbours … that no `rows` documents have. */
export function refuseMoreThan(rows: number, field: string, value: number | null): void {
  if (value === null || value <= rows) return;
  const message = `${field} = ${value} needs as many documents; ${rows} can take part`;
  throw new ShoalError("too_few_documents", message, { field, value, limit: rows });
}

const parameter = (key: string): Warning["loc"] => ["vector_config", "algorithm_params", key];

/** A warning for every key whose value is not the one that stands for "as you like". */
export function withoutEffect<P extends object>(
  params: P,
  reasons: { [K in keyof P]?: [neutral: P[K], why: string] },
): Warning[] {
  const keys = Object.keys(reasons) as (keyof P & string)[];
  return keys.flatMap((key) => {
    const [neutral, why] = reasons[key]!;
    return params[key] === neutral ? [] : [{ loc: parameter(key), msg: `${why}; it has no effect` }];
  });
}

/** Of a method with a power `p`, which only one metric has. */
export const idlePower = (metric: string, p: number | null): Warning[] =>
  metric === "minkowski" || p === null || p === 2
    ? []
    : [{ loc: parameter("p"), msg: `metric ${metric} has no power; it has no effect` }];

/** Of a method without. */
export const withoutPower = (metric: string): Warning[] =>
  metric === "minkowski" ? [{ loc: parameter("metric"), msg: "without a power p, minkowski is euclidean" }] : [];

/** Why parameters that scikit-learn has change nothing here. */
export const NO_TREE = "neighbours are found exactly, without a tree of the rows";
export const NO_METRIC_PARAMS = "no metric here takes further parameters";
