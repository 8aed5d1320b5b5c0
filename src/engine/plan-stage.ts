/** Shapes of stages that the planners of all methods share. */
import type { MapSpec, StageKind, StagePlan, TrackPlan, ViewPlan } from "../domain/run/types";
import { BLOCK_ROWS } from "./limits";

/** Rounds of a loop that the estimate and the progress reckon with. */
export const EXPECTED_ROUNDS = 25;

/** What a run's kind of clustering plans. */
export interface PlannedStages {
  fittedRows: number;
  views: ViewPlan[];
  map: MapSpec | null;
  shardRows: number;
  stages: StagePlan[];
  /** Of a run that clusters every feature by itself. */
  tracks?: TrackPlan[];
  /** For the user, beside what the stages say. */
  notes?: string[];
}

interface Told {
  method: string;
  cpuMs: number;
  taskBytes: number;
  reduce?: boolean;
  exact?: boolean;
  maxRounds?: number;
  params?: Record<string, unknown>;
  result?: string;
}

function stage(kind: StageKind, span: StagePlan["span"], told: Told): StagePlan {
  return {
    kind,
    ...(told.result === undefined ? {} : { result: told.result }),
    tasks: Math.ceil(span.units / span.perTask),
    reduce: told.reduce ?? false,
    maxRounds: told.maxRounds ?? 1,
    taskBytes: told.taskBytes,
    cpuMs: Math.ceil(told.cpuMs),
    exact: told.exact ?? true,
    method: told.method,
    span,
    params: told.params ?? {},
  };
}

/** A map over shards of rows; a shard that does not fit is halved on whole blocks. */
export const overRows = (kind: StageKind, rows: number, perTask: number, told: Told): StagePlan =>
  stage(kind, { units: rows, perTask, block: BLOCK_ROWS }, told);

/** A map over restarts or dimensions. */
export const overUnits = (kind: StageKind, units: number, perTask: number, block: number, told: Told): StagePlan =>
  stage(kind, { units, perTask, block }, told);

/** One task. */
export const single = (kind: StageKind, told: Told): StagePlan => stage(kind, { units: 1, perTask: 1, block: 0 }, told);

/** The largest value up to `limit` that fits, if the smaller ones do; 0 where none does. */
export function largestFitting(limit: number, fits: (value: number) => boolean): number {
  let [low, high] = [0, limit + 1];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
