/** The method that the sample is clustered with while weights are learned: the run's own, with fewer restarts. */
import type { VectorMethodSpec } from "../../domain/run/methods";
import type { MethodSpec } from "../../domain/run/types";
import { LEIDEN } from "../methods/auto/candidates";
import type { FittedMethod } from "../methods/method";
import { fittedMethodOf } from "../methods/registry";

const RESTARTS = 3;

export function trialOf(spec: MethodSpec): { method: FittedMethod<unknown>; params: unknown } {
  const tried = tryable(spec);
  return { method: fittedMethodOf(tried), params: tried.params };
}

function tryable(spec: MethodSpec): VectorMethodSpec {
  switch (spec.kind) {
    case "attribute":
      throw new TypeError("attributes have no features to weight");
    // Which method is chosen may depend on the weights: communities ask for no number of clusters.
    case "auto":
      return { kind: "leiden", params: LEIDEN };
    case "kmeans":
      return { kind: "kmeans", params: { ...spec.params, n_init: Math.min(spec.params.n_init, RESTARTS) } };
    default:
      return spec;
  }
}
