import { ShoalError } from "../domain/errors";
import type { Metric } from "../kernels/neighbors/contract";

/** Every name that a metric goes by. */
const METRICS: Record<string, Metric> = {
  euclidean: { name: "euclidean" },
  l2: { name: "euclidean" },
  cosine: { name: "cosine" },
  manhattan: { name: "manhattan" },
  l1: { name: "manhattan" },
  cityblock: { name: "manhattan" },
  chebyshev: { name: "chebyshev" },
};

/** The metric of a parameter; `p` is that of `minkowski`. Throws `validation_failed` for one that is not offered. */
export function metricOf(name: string, field: string, p = 2): Metric {
  if (name === "minkowski") return p === 2 ? { name: "euclidean" } : { name: "minkowski", p };
  const metric = METRICS[name];
  if (metric) return metric;
  const accepted = [...Object.keys(METRICS), "minkowski"];
  throw new ShoalError("validation_failed", `${field} = ${name} is not offered; it may be ${accepted.join(", ")}`, {
    field,
    value: name,
    accepted,
  });
}
