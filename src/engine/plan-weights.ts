/** Plans how weights are learned: one task that clusters a sample as often as it may. */
import { ShoalError } from "../domain/errors";
import type { RunSpec, Shape, StagePlan } from "../domain/run/types";
import { silhouetteScoresBytes } from "../kernels/measures/memory";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import { SILHOUETTE_PER_MS } from "./cost";
import type { Limits } from "./limits";
import type { FitPlan } from "./methods/method";
import { paramsOfShare } from "./methods/parameters";
import { largestFitting, single } from "./plan-stage";
import { trialOf } from "./weights/trial";

/** Rows of the sample unless the user says: enough that a silhouette is good to about 0.01. */
const SAMPLE_ROWS = 2_000;
/** And enough that clusters of the number asked for have some members. */
const ROWS_A_CLUSTER = 20;

/** The stage that learns the weights; none where they are given. `shape`: of the gathered rows. */
export function weightStages({ method, weightLearning }: RunSpec, shape: Shape, limits: Limits): StagePlan[] {
  if (!weightLearning) return [];
  const { iterations, metric, sampleSize, method: search } = weightLearning;
  const { rows, dimensions } = shape;
  const { method: trial, params } = trialOf(method);
  const cost = (size: number): FitPlan => {
    const own = paramsOfShare(trial, params, size / rows);
    const fit = trial.plan(own, { rows: size, dimensions });
    const clusters = trial.clusters?.(params) ?? size;
    const held = BASE_BYTES + matrixBytes(size, dimensions);
    return {
      method: fit.method,
      bytes: Math.max(fit.bytes, held + silhouetteScoresBytes(size, dimensions, clusters)) + 8 * size * dimensions,
      cpuMs: iterations * (fit.cpuMs + (size * size * dimensions) / SILHOUETTE_PER_MS),
    };
  };
  const fits = (size: number) => {
    const { bytes, cpuMs } = cost(size);
    return bytes <= limits.kernelBytes && cpuMs <= limits.fitCpuMs;
  };
  const wished = sampleSize ?? Math.max(SAMPLE_ROWS, ROWS_A_CLUSTER * (trial.clusters?.(params) ?? 0));
  const size = largestFitting(Math.min(rows, wished), fits);
  const least = Math.min(rows, Math.max(2, 2 * (trial.clusters?.(params) ?? 1)));
  if (size < least || (sampleSize !== null && size < Math.min(rows, sampleSize)))
    throw new ShoalError(
      "job_too_large",
      `learning weights from ${Math.min(rows, wished)} documents of ${dimensions} dimensions in ${iterations} clusterings does not fit one isolate; at most ${size} documents do`,
      { field: "weight_learning_config.sample_size", value: wished, limit: size, nearest: { sample_size: size } },
    );
  const { method: by, bytes, cpuMs } = cost(size);
  const how = search === "bayesian" ? "a Gaussian process" : "a grid";
  return [
    single("weights", {
      method: `feature weights by ${how}: ${iterations} clusterings (${by}) of ${size} rows, by ${metric}`,
      cpuMs,
      taskBytes: bytes,
      exact: true,
      params: { size },
    }),
  ];
}
