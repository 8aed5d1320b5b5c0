/** Runs of a cluster within a span of time, without their centroids. */
import { and, desc, eq, gte, isNull, sql } from "drizzle-orm";
import type { RunStatus } from "../domain/run/types";
import type { Db } from "./connect";
import { executions } from "./schema";

export interface PastRun {
  runId: string;
  status: RunStatus;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  canceledAt: string | null;
  executionMs: number | null;
  numDocuments: number;
  numClusters: number;
  algorithm: string | null;
  errorMessage: string | null;
  errorCode: string | null;
}

const field = <T>(name: string) => sql<T>`json_extract(${executions.doc}, ${sql.raw(`'$.${name}'`)})`;
const CANCELED = field<string | null>("canceled_at");

const FIELDS = {
  runId: executions.id,
  status: executions.status,
  createdAt: executions.createdAt,
  startedAt: field<string | null>("started_at"),
  completedAt: field<string | null>("completed_at"),
  canceledAt: CANCELED,
  executionMs: field<number | null>("execution_time_ms"),
  numDocuments: field<number>("num_points"),
  numClusters: field<number>("num_clusters"),
  algorithm: field<string | null>("algorithm"),
  errorMessage: field<string | null>("error_message"),
  errorCode: field<string | null>("error_code"),
};

const within = (namespaceId: string, clusterId: string, since: string) =>
  and(eq(executions.namespaceId, namespaceId), eq(executions.clusterId, clusterId), gte(executions.createdAt, since));

/** Started since then, newest first. */
export const runsSince = (
  db: Db,
  { namespaceId, clusterId, since, limit }: { namespaceId: string; clusterId: string; since: string; limit: number },
): Promise<PastRun[]> =>
  db
    .select(FIELDS)
    .from(executions)
    .where(within(namespaceId, clusterId, since))
    .orderBy(desc(executions.createdAt), desc(executions.id))
    .limit(limit);

/** The same that failed and were not cancelled, and how many there are without the limit. */
export async function failuresSince(
  db: Db,
  { namespaceId, clusterId, since, limit }: { namespaceId: string; clusterId: string; since: string; limit: number },
): Promise<{ runs: PastRun[]; total: number }> {
  const failed = and(within(namespaceId, clusterId, since), eq(executions.status, "failed"), isNull(CANCELED));
  const newest = [desc(executions.createdAt), desc(executions.id)];
  const [runs, total] = await Promise.all([
    db
      .select(FIELDS)
      .from(executions)
      .where(failed)
      .orderBy(...newest)
      .limit(limit),
    db.$count(executions, failed),
  ]);
  return { runs, total };
}

/** Over all runs since then, whatever a page shows of them. */
export async function runTotals(db: Db, namespaceId: string, clusterId: string, since: string) {
  const milliseconds = field<number | null>("execution_time_ms");
  const completed = sql`${executions.status} = 'completed'`;
  const [row] = await db
    .select({
      total: sql<number>`count(*)`,
      completed: sql<number>`count(*) filter (where ${completed})`,
      canceled: sql<number>`count(${CANCELED})`,
      failed: sql<number>`count(*) filter (where ${executions.status} = 'failed' and ${CANCELED} is null)`,
      meanMs: sql<number | null>`avg(${milliseconds}) filter (where ${completed})`,
      longestMs: sql<number | null>`max(${milliseconds}) filter (where ${completed})`,
      documents: sql<number | null>`sum(${field("num_points")}) filter (where ${completed})`,
      meanClusters: sql<number | null>`avg(${field("num_clusters")}) filter (where ${completed})`,
    })
    .from(executions)
    .where(within(namespaceId, clusterId, since));
  return row as NonNullable<typeof row>;
}
