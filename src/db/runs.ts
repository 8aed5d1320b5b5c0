/** A run in D1: the execution, its task and the cluster's own fields, always written together. */
import { and, eq, inArray, sql } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import type { RunCentroid, RunRecord, RunStatus } from "../domain/run/types";
import { eventJob } from "../events/announce";
import type { EventType, ShoalEvent } from "../events/contract";
import { connect, type Db, isUniqueViolation } from "./connect";
import { type ExecutionDoc, newExecutionDoc, runningExecution } from "./executions";
import { carryGroupLabels } from "./group-labels";
import { insertJob } from "./jobs";
import { setFields } from "./json";
import { searchText } from "./list";
import { clusters, executions, tasks } from "./schema";
import type { TaskDoc } from "./tasks";
import { timestamp } from "./time";

export interface NewRun {
  runId: string;
  clusterId: string;
  namespaceId: string;
  taskId: string;
  algorithm?: string;
  /** What the task shows of its request. */
  inputs: Record<string, unknown>[];
  warnings: RunRecord["warnings"];
  createdAt: string;
}

/**
 * Creates execution and task and marks the cluster as pending.
 *
 * @throws ShoalError `run_in_progress`, naming the run, while another run of the cluster has not ended
 */
export async function createRun(db: Db, run: NewRun): Promise<{ execution: ExecutionDoc; task: TaskDoc }> {
  const { runId, clusterId, namespaceId, taskId, warnings } = run;
  const createdAt = timestamp(run.createdAt);
  const execution: ExecutionDoc = { ...newExecutionDoc(run, createdAt), warnings };
  const task: TaskDoc = {
    task_id: taskId,
    task_type: "engine_cluster_build",
    status: "PENDING",
    inputs: run.inputs,
    outputs: null,
    additional_data: { run_id: runId, cluster_id: clusterId, namespace_id: namespaceId, warnings },
    error: null,
    created_at: createdAt,
    updated_at: createdAt,
  };
  const times = { createdAt, updatedAt: createdAt };
  try {
    await db.batch([
      db.insert(executions).values({
        ...times,
        id: runId,
        namespaceId,
        clusterId,
        taskId,
        status: "pending",
        doc: { ...execution },
        search: searchText(runId),
      }),
      db.insert(tasks).values({
        ...times,
        id: taskId,
        namespaceId,
        clusterId,
        runId,
        doc: { ...task },
        search: searchText(taskId, task.task_type, runId, clusterId),
      }),
      db
        .update(clusters)
        .set({
          lastRunId: runId,
          updatedAt: createdAt,
          doc: setFields(clusters.doc, {
            status: "PENDING",
            task_id: taskId,
            last_execution_task_id: taskId,
            last_executed_at: createdAt,
            updated_at: createdAt,
          }),
        })
        .where(and(eq(clusters.namespaceId, namespaceId), eq(clusters.id, clusterId))),
    ]);
  } catch (error) {
    if (!isUniqueViolation(error, "executions.cluster_id")) throw error;
    const running = await runningExecution(db, namespaceId, clusterId);
    throw new ShoalError("run_in_progress", "A run of this cluster has not ended; wait for it or cancel it.", {
      cluster_id: clusterId,
      run_id: running?.id ?? null,
      task_id: running?.taskId ?? null,
    });
  }
  return { execution, task };
}

const RUNNING: RunStatus[] = ["pending", "processing"];
const TASK_STATUS = { pending: "PENDING", processing: "PROCESSING", completed: "COMPLETED", failed: "FAILED" } as const;

/**
 * Writes what the coordinator knows of a run. Safe to repeat and to arrive out of order: an ended run is never changed
 * again, and a run that is not the cluster's newest leaves the cluster's fields alone. Answers the ids of the jobs that
 * tell of it, for the caller to wake.
 */
export async function recordRun(database: D1Database, record: RunRecord): Promise<string[]> {
  const db = connect(database);
  const { runId, clusterId, taskId, keptLabels } = record;
  const completed = sql`exists (select 1 from ${executions} where ${executions.id} = ${runId} and ${executions.status} = 'completed')`;
  const updatedAt = timestamp();
  const earlier: RunStatus[] = record.status === "pending" ? ["pending"] : RUNNING;
  // Evaluated by all three statements before the last one moves the execution on.
  const open = sql`exists (select 1 from ${executions} where ${executions.id} = ${runId} and ${inArray(executions.status, earlier)})`;
  const execution = executionFields(record);
  const events = runEvents(record);
  await db.batch([
    db
      .update(clusters)
      .set({ updatedAt, doc: setFields(clusters.doc, { ...clusterFields(record), updated_at: updatedAt }) })
      .where(and(eq(clusters.id, clusterId), eq(clusters.lastRunId, runId), open)),
    db
      .update(tasks)
      .set({ updatedAt, doc: setFields(tasks.doc, { ...taskFields(record), updated_at: updatedAt }) })
      .where(and(eq(tasks.id, taskId), open)),
    db
      .update(executions)
      .set({
        updatedAt,
        status: record.status,
        plan: sql`coalesce(${record.plan && JSON.stringify(record.plan)}, ${executions.plan})`,
        artifacts: record.artifacts,
        search: executionSearch(record),
        doc: setFields(executions.doc, execution),
      })
      .where(and(eq(executions.id, runId), inArray(executions.status, earlier))),
    ...(keptLabels && keptLabels.kept.length > 0
      ? [carryGroupLabels(db, { runId, from: keptLabels.runId, kept: keptLabels.kept, when: completed })]
      : []),
    ...events.map((event) => insertJob(db, eventJob(event))),
  ]);
  return events.map(({ id }) => id);
}

const RUN_EVENTS: Record<RunStatus, EventType | null> = {
  pending: null,
  processing: "cluster.execution.started",
  completed: "cluster.execution.completed",
  failed: "cluster.execution.failed",
};

/** What is told of the run in this state; a repeated record names the same event. */
function runEvents(record: RunRecord): ShoalEvent[] {
  const { runId, clusterId, namespaceId, taskId, status, numClusters, numPoints, artifacts } = record;
  const type = RUN_EVENTS[status];
  if (!type) return [];
  const outcome =
    status === "completed"
      ? { num_clusters: numClusters, num_points: numPoints, metrics: record.metrics, artifacts }
      : status === "failed"
        ? { error: record.canceledAt ? "canceled" : record.errorMessage, code: record.errorCode }
        : {};
  const at = record.completedAt ?? record.startedAt ?? timestamp();
  return [
    {
      id: `evt_${runId.slice("run_".length)}${status}`,
      type,
      namespaceId,
      occurredAt: timestamp(at),
      subject: { type: "cluster", id: clusterId },
      metadata: { cluster_id: clusterId, run_id: runId, task_id: taskId, ...outcome },
    },
  ];
}

const taskStatus = ({ status, canceledAt }: RunRecord) => (canceledAt ? "CANCELED" : TASK_STATUS[status]);
const orNull = (at: string | null): string | null => at && timestamp(at);

function executionFields(record: RunRecord): Partial<ExecutionDoc> {
  const { centroids, dropped } = boundedCentroids(record.centroids);
  const msg = `an execution shows ${CENTROIDS_BYTES} bytes of centroids; the ${dropped} smallest clusters are in the artifacts only`;
  return {
    status: record.status,
    num_clusters: record.numClusters,
    num_points: record.numPoints,
    noise_points: record.noisePoints,
    metrics: record.metrics,
    centroids,
    started_at: orNull(record.startedAt),
    completed_at: orNull(record.completedAt),
    canceled_at: orNull(record.canceledAt),
    execution_time_ms: record.executionMs,
    error_message: record.canceledAt ? "canceled" : record.errorMessage,
    error_code: record.errorCode,
    llm_labeling_errors: record.labelingErrors ?? null,
    labeling: record.labeling ?? null,
    warnings: dropped > 0 ? [...record.warnings, { loc: ["centroids"], msg }] : record.warnings,
  };
}

function taskFields(record: RunRecord): Record<string, unknown> {
  const error = record.status === "failed" && !record.canceledAt ? record.errorMessage : undefined;
  return {
    status: taskStatus(record),
    outputs:
      record.status === "completed"
        ? [
            {
              run_id: record.runId,
              cluster_id: record.clusterId,
              num_clusters: record.numClusters,
              silhouette_score: record.metrics?.silhouette_score ?? null,
            },
          ]
        : undefined,
    error,
    "additional_data.error": error,
    "additional_data.error_code": error === undefined ? undefined : record.errorCode,
    "additional_data.warnings": record.warnings,
  };
}

/** Results stay those of the last successful run; only the status follows every run. */
function clusterFields(record: RunRecord): Record<string, unknown> {
  const status = { status: taskStatus(record) };
  if (record.status !== "completed") return status;
  const { silhouette_score = null, ...extra } = record.metrics ?? {};
  return {
    ...status,
    last_run_id: record.runId,
    num_clusters: record.numClusters,
    num_documents_clustered: record.numPoints,
    execution_time_seconds: record.executionMs === null ? null : record.executionMs / 1000,
    completed_at: orNull(record.completedAt),
    learned_weights: record.learnedWeights?.weights ?? null,
    learning_quality_score: record.learnedWeights?.score ?? null,
    llm_labeling_errors: record.labelingErrors ?? null,
    hierarchy_detected: Boolean(record.artifacts?.hierarchy) || (record.relationships ?? []).length > 0,
    hierarchy_relationships: record.relationships ?? null,
    parquet_path: record.artifacts?.centroids ?? null,
    members_key: record.artifacts?.members ?? null,
    cluster_stats: { num_clusters: record.numClusters, noise_points: record.noisePoints, silhouette_score, extra },
  };
}

const executionSearch = (record: RunRecord): string =>
  searchText(
    record.runId,
    record.errorMessage,
    (boundedCentroids(record.centroids).centroids ?? []).flatMap(({ label, summary }) => [label, summary]),
  );

/** D1 limits a row to 2 MB; the search column repeats the labels. https://developers.cloudflare.com/d1/platform/limits/ */
const CENTROIDS_BYTES = 800_000;

function boundedCentroids(centroids: RunCentroid[] | null): { centroids: RunCentroid[] | null; dropped: number } {
  if (!centroids) return { centroids: null, dropped: 0 };
  const encoder = new TextEncoder();
  let bytes = 0;
  const kept = centroids.filter((centroid) => {
    bytes += encoder.encode(JSON.stringify(centroid)).byteLength;
    return bytes <= CENTROIDS_BYTES;
  });
  return { centroids: kept, dropped: centroids.length - kept.length };
}

/** Aggregates over a page of runs, as the executions list's `stats`. */
export function executionStats(docs: ExecutionDoc[]) {
  const ended = docs.filter((doc) => doc.execution_time_ms !== null && !RUNNING.includes(doc.status));
  const completed = docs.filter((doc) => doc.status === "completed");
  const byStatus: Record<string, number> = {};
  for (const { status } of docs) byStatus[status] = (byStatus[status] ?? 0) + 1;
  return {
    total_executions: docs.length,
    executions_by_status: byStatus,
    avg_execution_time_ms: mean(ended.map((doc) => doc.execution_time_ms ?? 0)),
    total_documents_clustered: completed.reduce((sum, doc) => sum + doc.num_points, 0),
    avg_num_clusters: mean(completed.map((doc) => doc.num_clusters)),
  };
}

const mean = (values: number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
