/**
 * `plan(spec, shape, limits) -> Plan`: pure, before anything is paid for. The method depends on the job's own sizes only;
 * shards and groups of tasks change where the work is done and never a byte of the result.
 */
import { ShoalError } from "../domain/errors";
import type { Plan, RunSpec, Shape, StagePlan } from "../domain/run/types";
import { estimate } from "./cost";
import { LIMITS, type Limits } from "./limits";
import { planAttributes } from "./plan-attribute";
import { preparedDimensions } from "./plan-preparation";
import { planReuse } from "./plan-reuse";
import { EXPECTED_ROUNDS } from "./plan-stage";
import { planTracks } from "./plan-tracks";
import { planVectors } from "./plan-vector";

export function plan(spec: RunSpec, gathered: Shape, limits: Limits = LIMITS): Plan {
  refuseEmpty(gathered);
  refuseTooLarge(gathered, limits);
  const { method } = spec;
  const shape = { ...gathered, dimensions: preparedDimensions(spec.preparation, gathered) };
  const {
    fittedRows,
    views,
    map,
    shardRows,
    stages,
    tracks,
    notes = [],
  } = spec.reuse
    ? planReuse(spec.reuse, spec.labeling, shape, limits)
    : method.kind === "attribute"
      ? planAttributes(method.config, spec.labeling, shape, limits)
      : spec.independent
        ? planTracks(spec, method, gathered, limits)
        : planVectors(spec, method, gathered, shape, limits);
  refuseHeavy(stages, limits);
  const rounds = (stage: StagePlan) => (stage.kind === "naming" ? 1 : Math.min(stage.maxRounds, EXPECTED_ROUNDS));
  return {
    version: 1,
    shape: tracks?.[0]?.shape ?? shape,
    ...(tracks && { tracks }),
    fittedRows,
    views,
    map,
    shardRows,
    shards: Math.ceil(shape.rows / shardRows),
    stages,
    estimate: estimate(stages, rounds),
    exact: stages.every((stage) => stage.exact),
    notes: [
      ...stages.map((stage) => `${nameOf(stage, spec)}: ${stage.method}${stage.exact ? "" : " (approximate)"}`),
      ...notes,
    ],
  };
}

const nameOf = ({ kind, track }: StagePlan, { features }: RunSpec): string =>
  track === undefined ? kind : `${features[track]?.name} ${kind}`;

function refuseEmpty({ rows, missingRows, noiseRows }: Shape): void {
  if (rows >= 2) return;
  const aside: string[] = [];
  if (missingRows > 0) aside.push(`${missingRows} lack a vector`);
  if (noiseRows > 0) aside.push(`${noiseRows} have only zero vectors`);
  const why = aside.length > 0 ? ` (${aside.join(", ")})` : "";
  const found = `${rows} document${rows === 1 ? "" : "s"}`;
  throw new ShoalError("too_few_documents", `a clustering needs at least 2 documents; ${found} can take part${why}`, {
    field: "collection_ids",
    value: rows,
    limit: 2,
    missing: missingRows,
    noise: noiseRows,
  });
}

function refuseTooLarge({ rows, dimensions }: Shape, limits: Limits): void {
  const most = Math.min(limits.rows, dimensions > 0 ? Math.floor(limits.matrixBytes / (4 * dimensions)) : limits.rows);
  if (rows <= most) return;
  throw new ShoalError(
    "job_too_large",
    `${rows} documents${dimensions > 0 ? ` of ${dimensions} dimensions` : ""} exceed the limit of ${most}; set sample_size to ${most} or less`,
    { field: "sample_size", value: rows, limit: most, nearest: { sample_size: most } },
  );
}

/** What only very wide vectors reach: a block of rows, or the centroids, that no isolate holds. */
function refuseHeavy(stages: StagePlan[], limits: Limits): void {
  const heaviest = stages.reduce((most, stage) => (stage.taskBytes > most.taskBytes ? stage : most));
  if (heaviest.taskBytes <= limits.kernelBytes) return;
  throw new ShoalError(
    "job_too_large",
    `stage ${heaviest.kind} needs ${heaviest.taskBytes} bytes in one isolate, the limit is ${limits.kernelBytes}; use fewer clusters or dimensions`,
    { field: "n_clusters", value: heaviest.taskBytes, limit: limits.kernelBytes },
  );
}
