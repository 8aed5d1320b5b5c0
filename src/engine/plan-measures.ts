/**
 * Plans the measures that cost more than a pass over the rows. All of them together take at most a fifth of the time of what comes before
 * them, or a small amount that any run may spend; what one leaves of its part goes to the next.
 */
import { ShoalError } from "../domain/errors";
import type { VectorMethodSpec } from "../domain/run/methods";
import type { StagePlan } from "../domain/run/types";
import { dbcvBytes } from "../kernels/density/dbcv";
import { silhouetteScoresBytes } from "../kernels/measures/memory";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import { SILHOUETTE_PER_MS } from "./cost";
import type { StagedJob } from "./methods/method";
import { paramsOfShare } from "./methods/parameters";
import { fittedMethodOf, methodOf } from "./methods/registry";
import { fitPlan, planningOf } from "./plan-fitted";
import { largestFitting, overUnits, single } from "./plan-stage";

const SHARE = 0.2;
/** CPU milliseconds of all measures that are always spent, and that a sampled one never spends. */
const FREE_MS = 50;
const MOST_MS = 250;

export interface PlannedMeasures {
  stages: StagePlan[];
  /** Why a measure is left out. */
  notes: string[];
}

interface Measure {
  /** Its part of the budget against the others'. */
  weight: number;
  /** Planned for so many milliseconds, or why it is not taken. */
  plan(budgetMs: number): StagePlan | string;
}

/** `clusters`: how many are reckoned with. */
export function planMeasures(
  chosen: VectorMethodSpec,
  job: StagedJob,
  clusters: number,
  before: StagePlan[],
): PlannedMeasures {
  const method = methodOf(chosen);
  const dense = method.kind === "choosing" || (method.kind === "fitted" && method.dense === true);
  const measures: Measure[] = [
    { weight: 1, plan: (ms) => silhouetteStage(job, clusters, ms) },
    ...(dense ? [{ weight: 1, plan: (ms: number) => dbcvStage(job, clusters, ms) }] : []),
    { weight: 2, plan: (ms) => stabilityStage(chosen, job, ms) },
  ];
  const planned: PlannedMeasures = { stages: [], notes: [] };
  let left = Math.max(FREE_MS, SHARE * before.reduce((sum, { cpuMs }) => sum + cpuMs, 0));
  let weights = measures.reduce((sum, { weight }) => sum + weight, 0);
  for (const measure of measures) {
    const found = measure.plan((left * measure.weight) / weights);
    weights -= measure.weight;
    if (typeof found === "string") planned.notes.push(found);
    else {
      planned.stages.push(found);
      left -= found.cpuMs;
    }
  }
  return planned;
}

/** Exact while rows² × dimensions stays within the budget; else on a sample, stratified by cluster. */
function silhouetteStage({ rows, fittedRows, dimensions }: StagedJob, clusters: number, budgetMs: number): StagePlan {
  const pairs = (Math.min(budgetMs, MOST_MS) * SILHOUETTE_PER_MS) / dimensions;
  const size = Math.min(fittedRows, Math.max(256, Math.floor(Math.sqrt(pairs))));
  const held = heldRows(rows, size, clusters);
  return single("silhouette", {
    method: size === rows ? "silhouette over all rows" : `silhouette of a stratified sample of ${size} rows`,
    cpuMs: (size * size * dimensions) / SILHOUETTE_PER_MS,
    taskBytes: BASE_BYTES + matrixBytes(held, dimensions) + silhouetteScoresBytes(held, dimensions, clusters),
    exact: size === rows,
    params: { size },
  });
}

/** Every cluster gives two rows at least, so a stratified sample may be a little larger than asked for. */
const heldRows = (rows: number, size: number, clusters: number): number =>
  size === rows ? rows : Math.min(rows, size + 2 * clusters);

/** CPU milliseconds of DBCV for a pair of rows, and for a dimension of it; measured, see docs/design/measures.md. */
const VALIDITY_PAIR_MS = 1.5e-5;
const VALIDITY_PAIR_DIMENSION_MS = 3.5e-7;
/** Fewer rows would tell nothing of their densities. */
const LEAST_VALIDITY_ROWS = 100;
/** JavaScript's arrays of the clusters' spanning trees for a row. */
const TREE_BYTES = 160;

function dbcvStage(
  { rows, fittedRows, dimensions }: StagedJob,
  clusters: number,
  budgetMs: number,
): StagePlan | string {
  const pairMs = VALIDITY_PAIR_MS + VALIDITY_PAIR_DIMENSION_MS * dimensions;
  const size = Math.min(fittedRows, Math.floor(Math.sqrt(Math.min(budgetMs, MOST_MS) / pairMs)));
  if (size < Math.min(rows, LEAST_VALIDITY_ROWS))
    return `dbcv: not measured, a sample of ${LEAST_VALIDITY_ROWS} rows would take more than its part of the run's time`;
  const held = heldRows(rows, size, clusters);
  return single("dbcv", {
    method: size === rows ? "DBCV over all rows" : `DBCV of a stratified sample of ${size} rows`,
    cpuMs: size * size * pairMs,
    taskBytes: BASE_BYTES + matrixBytes(held, dimensions) + dbcvBytes(held, held) + TREE_BYTES * held,
    exact: size === rows,
    params: { size },
  });
}

/** Rows that a subsample has at least, in all and of each cluster where their number is asked for. */
const LEAST_SUBSAMPLE_ROWS = 50;
const LEAST_CLUSTER_ROWS = 5;
const LEAST_SUBSAMPLES = 2;
const MOST_SUBSAMPLES = 10;
/** CPU milliseconds of a fit beside what its method plans, in all and for a row: trees and lists in JavaScript, which small fits consist of. */
const FIT_MS = 3;
const FIT_ROW_MS = 0.005;
/** Of the rows that a task keeps to draw its subsamples from, unless one of them takes more. */
const POOL_BYTES = 8 * 1024 * 1024;
/** A row's number in the pool and the subsample, its cluster and place, beside its values. */
const POOL_ROW_BYTES = 16;

/** Two subsamples as large as the budget allows, up to half of the rows; then as many of them as it allows. */
function stabilityStage(chosen: VectorMethodSpec, job: StagedJob, budgetMs: number): StagePlan | string {
  const { fittedRows, dimensions, limits } = job;
  const method = methodOf(chosen);
  const least = Math.max(LEAST_SUBSAMPLE_ROWS, LEAST_CLUSTER_ROWS * (method.clusters?.(chosen.params) ?? 1));
  const half = Math.floor(fittedRows / 2);
  if (half < least) return `stability: not measured, a subsample of half the rows has fewer than ${least}`;
  const size = largestFitting(half, (rows) => {
    const { bytes, cpuMs } = subsample(chosen, job, rows);
    return bytes <= limits.kernelBytes && cpuMs <= Math.min(limits.fitCpuMs, budgetMs / LEAST_SUBSAMPLES);
  });
  const { params, bytes, cpuMs, perTask } = subsample(chosen, job, Math.max(size, least));
  if (size < least || !accepts(() => method.check?.(params, { rows: size, dimensions }, limits)))
    return `stability: not measured, ${LEAST_SUBSAMPLES} subsamples of ${least} rows or more would take more than their part of the run's time`;
  const samples = Math.min(MOST_SUBSAMPLES, Math.floor(budgetMs / cpuMs));
  return overUnits("stability", samples, Math.min(samples, perTask), 0, {
    method: `the method again on ${samples} subsamples of ${size} rows each`,
    cpuMs: samples * cpuMs,
    taskBytes: bytes,
    reduce: true,
    params: { samples, size },
  });
}

/** What clustering so many rows again takes, how many such subsamples make a task, and the parameters for them. */
function subsample(chosen: VectorMethodSpec, { fittedRows, dimensions, rowMs, limits }: StagedJob, size: number) {
  const method = methodOf(chosen);
  const refitted = method.kind === "choosing" ? planningOf(method) : fittedMethodOf(chosen);
  const params = paramsOfShare(refitted, chosen.params, size / fittedRows);
  const fit = fitPlan(refitted, params, { rows: size, dimensions }, true);
  const fitMs = fit.cpuMs + FIT_MS + FIT_ROW_MS * size;
  const poolBytes = size * (4 * dimensions + POOL_ROW_BYTES);
  const pooled = Math.max(1, Math.floor(POOL_BYTES / poolBytes));
  const perTask = Math.max(1, Math.min(MOST_SUBSAMPLES, pooled, Math.floor(limits.taskCpuMs / fitMs)));
  return {
    params,
    bytes: fit.bytes + perTask * poolBytes,
    // Subsamples of one pool are read together. What a task takes must not say how many rows they have.
    cpuMs: fitMs + rowMs / Math.min(pooled, LEAST_SUBSAMPLES),
    perTask,
  };
}

/** Whether a method's own check lets that many rows pass. */
function accepts(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ShoalError) return false;
    throw error;
  }
}
