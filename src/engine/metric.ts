import { ShoalError } from "../domain/errors";
import type { Metric } from "../kernels/neighbors/contract";

/** Every name that a metric goes by. */
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

/**
 * The kernels' metric for a name of scikit-learn's; `p` is the power of `minkowski`. Throws `validation_failed` for one that
 * no kernel computes; `within` is where the caller gave it.
 */
export function metricOf(name: string, p: number | null = 2, within = "algorithm_params"): Metric {
  const found = METRICS[name];
  if (!found) {
    const accepted = Object.keys(METRICS);
    const choices = accepted.map((one) => JSON.stringify(one)).join(", ");
    const message = `${within}.metric: ${JSON.stringify(name)} is not supported; accepted: ${choices}`;
    throw new ShoalError("validation_failed", message, { field: "metric", value: name, accepted });
  }
  if (found !== "minkowski") return { name: found };
  if (p === null || p === 2) return { name: "euclidean" };
  if (p === 1) return { name: "manhattan" };
  return { name: "minkowski", p };
}
