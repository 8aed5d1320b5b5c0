import { and, desc, eq, inArray, ne } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import type { LabelingReport, Plan, RunCentroid, RunMetrics, RunRecord, RunStatus } from "../domain/run/types";
import type { Db } from "./connect";
import { executions, groupLabels } from "./schema";

/** A run as the executions endpoints answer it. */
export interface ExecutionDoc {
  run_id: string;
  cluster_id: string;
  task_id: string;
  namespace_id: string;
  /** As the definition named it when the run was started; absent from runs of before it was kept. */
  algorithm?: string | null;
  status: RunStatus;
  num_clusters: number;
  num_points: number;
  noise_points: number;
  metrics: RunMetrics | null;
  centroids: RunCentroid[] | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  canceled_at: string | null;
  execution_time_ms: number | null;
  error_message: string | null;
  error_code: string | null;
  llm_labeling_errors: string[] | null;
  /** What a language model took; null where none was asked. */
  labeling: LabelingReport | null;
  warnings: RunRecord["warnings"];
}

export interface ExecutionRow {
  id: string;
  clusterId: string;
  taskId: string;
  status: RunStatus;
  doc: ExecutionDoc;
  plan: Plan | null;
  /** Keys of the finished artifacts. */
  artifacts: RunRecord["artifacts"];
}

export const newExecutionDoc = (
  run: Pick<RunRecord, "runId" | "clusterId" | "taskId" | "namespaceId"> & { algorithm?: string },
  createdAt: string,
): ExecutionDoc => ({
  run_id: run.runId,
  cluster_id: run.clusterId,
  task_id: run.taskId,
  namespace_id: run.namespaceId,
  algorithm: run.algorithm ?? null,
  status: "pending",
  num_clusters: 0,
  num_points: 0,
  noise_points: 0,
  metrics: null,
  centroids: null,
  created_at: createdAt,
  started_at: null,
  completed_at: null,
  canceled_at: null,
  execution_time_ms: null,
  error_message: null,
  error_code: null,
  llm_labeling_errors: null,
  labeling: null,
  warnings: [],
});

const ofCluster = (namespaceId: string, clusterId: string) =>
  and(eq(executions.namespaceId, namespaceId), eq(executions.clusterId, clusterId));

const rowOf = (row: typeof executions.$inferSelect): ExecutionRow => ({
  id: row.id,
  clusterId: row.clusterId,
  taskId: row.taskId,
  status: row.status,
  doc: row.doc as unknown as ExecutionDoc,
  plan: row.plan as unknown as Plan | null,
  artifacts: row.artifacts as unknown as RunRecord["artifacts"],
});

export async function requireExecution(
  db: Db,
  namespaceId: string,
  clusterId: string,
  runId: string,
): Promise<ExecutionRow> {
  const [row] = await db
    .select()
    .from(executions)
    .where(and(ofCluster(namespaceId, clusterId), eq(executions.id, runId)));
  if (row) return rowOf(row);
  throw new ShoalError("execution_not_found", `There is no run "${runId}" of this cluster.`, {
    resource: "execution",
    id: runId,
  });
}

/** A run of any cluster of the namespace. @throws ShoalError `execution_not_found` */
export async function executionById(db: Db, namespaceId: string, runId: string): Promise<ExecutionRow> {
  const [row] = await db
    .select()
    .from(executions)
    .where(and(eq(executions.namespaceId, namespaceId), eq(executions.id, runId)));
  if (row) return rowOf(row);
  throw new ShoalError("execution_not_found", `There is no run "${runId}" in this namespace.`, {
    resource: "execution",
    id: runId,
  });
}

/** The newest runs, newest first. */
export async function newestExecutions(
  db: Db,
  namespaceId: string,
  clusterId: string,
  limit: number,
): Promise<ExecutionRow[]> {
  const rows = await db
    .select()
    .from(executions)
    .where(ofCluster(namespaceId, clusterId))
    .orderBy(desc(executions.createdAt), desc(executions.id))
    .limit(limit);
  return rows.map(rowOf);
}

/** The newest run that has artifacts, or null. */
export async function latestCompleted(db: Db, namespaceId: string, clusterId: string): Promise<ExecutionRow | null> {
  const [row] = await db
    .select()
    .from(executions)
    .where(and(ofCluster(namespaceId, clusterId), eq(executions.status, "completed")))
    .orderBy(desc(executions.createdAt), desc(executions.id))
    .limit(1);
  return row ? rowOf(row) : null;
}

/** The cluster's run that has not ended; at most one by the table's index. */
export async function runningExecution(db: Db, namespaceId: string, clusterId: string): Promise<ExecutionRow | null> {
  const [row] = await db
    .select()
    .from(executions)
    .where(and(ofCluster(namespaceId, clusterId), inArray(executions.status, ["pending", "processing"])));
  return row ? rowOf(row) : null;
}

/** Ids of a cluster's runs other than `except`, for deleting what they left. */
export async function executionIds(db: Db, namespaceId: string, clusterId: string, except = ""): Promise<string[]> {
  const rows = await db
    .select({ id: executions.id })
    .from(executions)
    .where(and(ofCluster(namespaceId, clusterId), ne(executions.id, except)));
  return rows.map(({ id }) => id);
}

export async function deleteExecution(db: Db, namespaceId: string, runId: string): Promise<void> {
  await db.batch([
    db.delete(executions).where(and(eq(executions.namespaceId, namespaceId), eq(executions.id, runId))),
    db.delete(groupLabels).where(and(eq(groupLabels.namespaceId, namespaceId), eq(groupLabels.runId, runId))),
  ]);
}

/** Ids of a namespace's runs, at most `limit`. */
export async function namespaceRuns(db: Db, namespaceId: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: executions.id })
    .from(executions)
    .where(eq(executions.namespaceId, namespaceId))
    .limit(limit);
  return rows.map(({ id }) => id);
}
