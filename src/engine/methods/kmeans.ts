/**
 * k-means. One isolate holds the matrix: restarts run on it. It does not, or there are more rows than clusters are fitted on: a
 * lightweight coreset is solved in one isolate and Lloyd's rounds over the shards go on from there until they converge, over all rows
 * or over those of the sample.
 */
import type { KMeansParams } from "../../domain/definition/model";
import { ShoalError } from "../../domain/errors";
import type { Shape, StagePlan } from "../../domain/run/types";
import { assignBytes, BASE_BYTES, coresetBytes, kmeansBytes, matrixBytes } from "../../kernels/memory";
import { ASSIGN_PER_MS, KMEANS_PER_MS } from "../cost";
import { holdsInMemory, type Limits, ROW_WORKSPACE_BYTES } from "../limits";
import { EXPECTED_ROUNDS, overRows, overUnits } from "../plan-stage";
import type { StagedJob, StagedMethod } from "./method";
import { refuseMoreThan } from "./parameters";

/** Rounds that a restart is expected to take from its start. Measured: 19 to 109, see docs/design/planner.md. */
const RESTART_ROUNDS = 60;
const CORESET_MAX_ROWS = 32_768;

export const kmeans: StagedMethod<KMeansParams> = {
  kind: "staged",
  cap: "fittedRows",
  clusters: ({ n_clusters }) => n_clusters,

  check({ n_clusters }, { rows, dimensions }, limits) {
    refuseMoreThan(rows, "n_clusters", n_clusters);
    const most = Math.floor(limits.clusterValues / dimensions);
    if (n_clusters > most)
      throw new ShoalError(
        "job_too_large",
        `n_clusters = ${n_clusters} at ${dimensions} dimensions exceeds the limit of ${limits.clusterValues} centroid values; at most ${most} clusters fit`,
        { field: "n_clusters", value: n_clusters, limit: most, nearest: { n_clusters: most } },
      );
  },

  whole: solvesWhole,

  stages(params, job) {
    const { rows, dimensions, shardRows, shardBytes, taskRows, rowMs, limits } = job;
    const shape = { rows, dimensions };
    return [
      ...(solvesWhole(params, shape, limits)
        ? [restarts("kmeans", params, rows, job, "k-means++ and Lloyd over all rows")]
        : shardedStages(params, job)),
      overRows("assign", rows, shardRows, {
        method: "nearest centroid",
        cpuMs: assignMs(params, job) + rowMs,
        taskBytes: shardBytes + assignBytes(taskRows, dimensions, params.n_clusters),
        reduce: true,
      }),
    ];
  },
};

/** Whether restarts run on all rows in one isolate: the job's own sizes decide, never the machine's or the shards'. */
function solvesWhole(
  { n_clusters }: KMeansParams,
  { rows, dimensions }: Pick<Shape, "rows" | "dimensions">,
  limits: Limits,
): boolean {
  const bytes = BASE_BYTES + matrixBytes(rows, dimensions) + kmeansBytes(rows, dimensions, n_clusters);
  return rows <= limits.fittedRows && holdsInMemory(rows, dimensions, limits) && bytes <= limits.kernelBytes;
}

const assignMs = ({ n_clusters }: KMeansParams, { rows, dimensions }: StagedJob): number =>
  (rows * dimensions * n_clusters) / ASSIGN_PER_MS;

/** The restarts, grouped so that a task takes a second or two. */
function restarts(
  kind: "kmeans" | "coreset_solve",
  { n_clusters, n_init, max_iter }: KMeansParams,
  rows: number,
  { dimensions, limits }: StagedJob,
  method: string,
): StagePlan {
  const restartMs = (rows * dimensions * n_clusters * Math.min(RESTART_ROUNDS, max_iter)) / KMEANS_PER_MS;
  const perTask = Math.max(1, Math.min(n_init, Math.floor(limits.taskCpuMs / Math.max(restartMs, 1))));
  const workspace = kmeansBytes(rows, dimensions, n_clusters, kind === "coreset_solve");
  return overUnits(kind, n_init, perTask, 0, {
    method: `${method}, ${n_init} restart${n_init === 1 ? "" : "s"}`,
    cpuMs: restartMs * n_init,
    taskBytes: BASE_BYTES + matrixBytes(rows, dimensions) + workspace,
    exact: kind === "kmeans",
    reduce: true,
  });
}

function shardedStages(params: KMeansParams, job: StagedJob): StagePlan[] {
  const { rows, dimensions, fittedRows, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const clusters = params.n_clusters;
  const half = Math.floor(limits.isolateBytes / 2 / (4 * dimensions + ROW_WORKSPACE_BYTES));
  const size = Math.min(fittedRows, Math.max(clusters, Math.min(CORESET_MAX_ROWS, half)));
  const sampled = fittedRows < rows;
  const fitted = sampled ? `a seeded sample of ${fittedRows} rows` : "all rows";
  const roundMs = (assignMs(params, job) * fittedRows) / rows + rowMs;
  return [
    overRows("coreset", rows, shardRows, {
      method: `lightweight coreset of ${size} rows${sampled ? ` of ${fitted}` : ""}`,
      cpuMs: rowMs,
      taskBytes: shardBytes + coresetBytes(taskRows),
      exact: false,
      reduce: true,
      params: { size },
    }),
    restarts("coreset_solve", params, size, job, "k-means++ and Lloyd on the coreset"),
    overRows("lloyd", rows, shardRows, {
      method: `Lloyd over ${fitted}, from the coreset's solution until it converges`,
      cpuMs: roundMs * Math.min(EXPECTED_ROUNDS, params.max_iter),
      taskBytes: shardBytes + assignBytes(taskRows, dimensions, clusters),
      exact: !sampled,
      reduce: true,
      maxRounds: params.max_iter,
    }),
  ];
}
