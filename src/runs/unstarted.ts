/** Runs that are written and that nobody drives: they have to end, or they would lock their cluster. */

import type { ExecutionRow } from "../db/executions";
import { recordRun } from "../db/runs";
import { timestamp } from "../db/time";
import { ShoalError, unpackError } from "../domain/errors";
import type { RunRecord } from "../domain/run/types";
import type { Env } from "../env";
import { wake } from "../jobs/enqueue";
import { planes } from "../planes";

/** Far longer than the time between writing a run and starting its coordinator. */
const GRACE_MS = 30_000;

type Run = Pick<RunRecord, "runId" | "clusterId" | "namespaceId" | "taskId" | "warnings">;

/** Ends a run whose coordinator could not be started, with the reason where it may be told. */
export async function recordUnstarted(env: Env, run: Run, error: unknown): Promise<void> {
  const cause = unpackError(error);
  const known = cause instanceof ShoalError ? cause : null;
  const events = await recordRun(env.DB, {
    runId: run.runId,
    clusterId: run.clusterId,
    namespaceId: run.namespaceId,
    taskId: run.taskId,
    warnings: run.warnings,
    status: "failed",
    startedAt: null,
    completedAt: timestamp(),
    canceledAt: null,
    errorCode: known?.code ?? "internal_error",
    errorMessage: known?.message ?? "The run could not be started.",
    numClusters: 0,
    numPoints: 0,
    noisePoints: 0,
    metrics: null,
    centroids: null,
    plan: null,
    artifacts: null,
    executionMs: null,
  });
  await wake(env, events);
}

/** Ends the run if the process died between writing it and starting its coordinator; says whether that was so. */
export async function endAbandoned(env: Env, { id, doc }: ExecutionRow): Promise<boolean> {
  const age = Date.now() - Date.parse(doc.created_at);
  if (age < GRACE_MS || (await planes(env).run(id).view()) !== null) return false;
  const { cluster_id: clusterId, namespace_id: namespaceId, task_id: taskId, warnings } = doc;
  await recordUnstarted(env, { runId: id, clusterId, namespaceId, taskId, warnings }, null);
  return true;
}
