/** A trigger's history: a time is claimed once, run once, and its outcome counted once. */
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { NewJob } from "../jobs/contract";
import type { Db } from "./connect";
import { insertJob } from "./jobs";
import { triggerFirings, triggers } from "./schema";
import { timestamp } from "./time";
import type { TriggerChange, TriggerRow } from "./triggers";

export type Firing = typeof triggerFirings.$inferSelect;
export type FiringStatus = Firing["status"];
const OPEN: FiringStatus[] = ["pending", "running"];

/** Failures in a row after which a trigger stops by itself. */
export const MAX_FAILURES = 5;

export const newFiring = (
  { id, namespaceId }: Pick<TriggerRow, "id" | "namespaceId">,
  { scheduledFor, cause, now, ...more }: Pick<Firing, "scheduledFor" | "cause"> & { now: number } & Partial<Firing>,
): Firing => ({
  id: firingId(id, scheduledFor),
  triggerId: id,
  namespaceId,
  scheduledFor,
  cause,
  status: "pending",
  events: 0,
  clusterId: null,
  runId: null,
  taskId: null,
  error: null,
  executionMs: null,
  numClusters: null,
  numDocuments: null,
  triggeredAt: timestamp(now),
  endedAt: null,
  ...more,
});

const firingId = (triggerId: string, scheduledFor: string): string =>
  `fire_${triggerId.slice("trig_".length)}_${scheduledFor.replaceAll(/[^0-9A-Za-z]/g, "")}`;

/**
 * Takes the time that a trigger is due: of all who try, one moves `next_at`, and only its row and job are written.
 * Answers whether it was this one.
 */
export async function claimDue(
  db: Db,
  trigger: Pick<TriggerRow, "id" | "nextAt">,
  { firing, job, nextAt, change }: { firing: Firing | null; job: NewJob; nextAt: number | null; change: TriggerChange },
): Promise<boolean> {
  const due = trigger.nextAt ?? -1;
  const at = firing?.triggeredAt ?? timestamp();
  // Drizzle's batch takes no `insert … select` with values, so the statements are D1's own.
  const insert = (table: string, row: Record<string, string | number | null>) =>
    db.$client
      .prepare(
        `insert into ${table} (${Object.keys(row).join(", ")}) select ${Object.keys(row).fill("?").join(", ")}
         where exists (select 1 from triggers where id = ? and next_at = ? and status = 'active') on conflict do nothing`,
      )
      .bind(...Object.values(row), trigger.id, due);
  const taken = db
    .update(triggers)
    .set({ ...change, nextAt, eventCounter: sql`${triggers.eventCounter} - ${firing?.events ?? 0}` })
    .where(and(eq(triggers.id, trigger.id), eq(triggers.nextAt, due), eq(triggers.status, "active")))
    .toSQL();
  const statements = [
    insert("jobs", {
      id: job.id,
      namespace_id: job.namespaceId,
      kind: job.kind,
      state: JSON.stringify(job.state),
      status: "pending",
      due_at: job.dueAt ?? Date.now(),
      created_at: at,
      updated_at: at,
    }),
    db.$client.prepare(taken.sql).bind(...taken.params),
  ];
  if (firing)
    statements.unshift(
      insert("trigger_firings", {
        id: firing.id,
        trigger_id: firing.triggerId,
        namespace_id: firing.namespaceId,
        scheduled_for: firing.scheduledFor,
        cause: firing.cause,
        status: firing.status,
        events: firing.events,
        triggered_at: at,
      }),
    );
  const results = await db.$client.batch(statements);
  return (results.at(-1)?.meta.changes ?? 0) > 0;
}

/** Writes a firing with its job and what it changes of its trigger; a known id changes nothing. Answers whether it was new. */
export async function insertFiring(
  db: Db,
  firing: Firing,
  change: Partial<typeof triggers.$inferInsert>,
  job: NewJob | null,
): Promise<boolean> {
  const fresh = sql`not exists (select 1 from ${triggerFirings} where ${eq(triggerFirings.id, firing.id)})`;
  const jobs = job ? [insertJob(db, job)] : [];
  const [, inserted] = await db.batch([
    db
      .update(triggers)
      .set(change)
      .where(and(eq(triggers.id, firing.triggerId), fresh)),
    db.insert(triggerFirings).values(firing).onConflictDoNothing().returning({ id: triggerFirings.id }),
    ...jobs,
  ]);
  return (inserted as { id: string }[]).length > 0;
}

/** One firing becomes one for each of several clusters. */
export async function splitFiring(db: Db, firing: Firing, parts: Firing[], jobs: NewJob[]): Promise<void> {
  await db.batch([
    db.delete(triggerFirings).where(eq(triggerFirings.id, firing.id)),
    ...parts.map((part) => db.insert(triggerFirings).values(part).onConflictDoNothing()),
    ...jobs.map((job) => insertJob(db, job)),
  ]);
}

export async function findFiring(db: Db, id: string): Promise<Firing | null> {
  const [row] = await db.select().from(triggerFirings).where(eq(triggerFirings.id, id));
  return row ?? null;
}

export async function firingOfRun(db: Db, runId: string): Promise<Firing | null> {
  const [row] = await db.select().from(triggerFirings).where(eq(triggerFirings.runId, runId));
  return row ?? null;
}

/** Few are open at a time, so the namespace's are looked through. */
export async function openFiringOfTask(db: Db, namespaceId: string, taskId: string): Promise<Firing | null> {
  const { namespaceId: namespace, taskId: task, status } = triggerFirings;
  const where = and(eq(namespace, namespaceId), eq(task, taskId), inArray(status, OPEN));
  const [row] = await db.select().from(triggerFirings).where(where);
  return row ?? null;
}

export async function updateFiring(db: Db, id: string, change: Partial<Firing>): Promise<void> {
  await db
    .update(triggerFirings)
    .set(change)
    .where(and(eq(triggerFirings.id, id), inArray(triggerFirings.status, OPEN)));
}

/** Records that the firing's run was started, once. */
export async function startedFiring(db: Db, firing: Firing, taskId: string): Promise<void> {
  await db.batch([
    db
      .update(triggers)
      .set({
        executionCount: sql`${triggers.executionCount} + 1`,
        lastTaskId: taskId,
        lastStatus: "running",
        lastError: null,
      })
      .where(and(eq(triggers.id, firing.triggerId), isStill(firing.id, ["pending"]))),
    db
      .update(triggerFirings)
      .set({ status: "running" })
      .where(and(eq(triggerFirings.id, firing.id), eq(triggerFirings.status, "pending"))),
  ]);
}

const isStill = (id: string, statuses: FiringStatus[]) =>
  sql`exists (select 1 from ${triggerFirings} where ${and(eq(triggerFirings.id, id), inArray(triggerFirings.status, statuses))})`;

/**
 * Ends a firing and counts its outcome, both once. The fifth failure in a row ends the trigger as `failed`; a firing that
 * was skipped or canceled counts neither way, and its events count again.
 */
export async function endFiring(
  db: Db,
  firing: Firing,
  outcome: Partial<Firing> & { status: Exclude<FiringStatus, "pending" | "running"> },
  { dueAt = null }: { dueAt?: number | null } = {},
): Promise<boolean> {
  const { status, error = null } = outcome;
  const failures = sql`${triggers.consecutiveFailures} + 1`;
  const stops = sql`${failures} >= ${MAX_FAILURES} and ${triggers.origin} = 'user' and ${triggers.status} = 'active'`;
  const counted =
    status === "failed"
      ? {
          consecutiveFailures: failures,
          status: sql`case when ${stops} then 'failed' else ${triggers.status} end`,
          nextAt: sql`case when ${stops} then null else ${triggers.nextAt} end`,
        }
      : status === "completed"
        ? { consecutiveFailures: 0 }
        : {
            eventCounter: sql`${triggers.eventCounter} + ${firing.events}`,
            ...(firing.events > 0 && dueAt !== null && { nextAt: sql`coalesce(${triggers.nextAt}, ${dueAt})` }),
          };
  const open = isStill(firing.id, OPEN);
  // What was started may end before its start was written down.
  const unstarted = sql`(${firing.taskId !== null && status !== "skipped" ? 1 : 0} and ${isStill(firing.id, ["pending"])})`;
  const [, ended] = await db.batch([
    db
      .update(triggers)
      .set({
        ...counted,
        executionCount: sql`${triggers.executionCount} + ${unstarted}`,
        ...(firing.taskId !== null && status !== "skipped" && { lastTaskId: firing.taskId }),
        lastStatus: status,
        lastError: error,
        updatedAt: timestamp(),
      })
      .where(and(eq(triggers.id, firing.triggerId), open)),
    db
      .update(triggerFirings)
      .set({ endedAt: timestamp(), ...outcome })
      .where(and(eq(triggerFirings.id, firing.id), inArray(triggerFirings.status, OPEN)))
      .returning({ id: triggerFirings.id }),
  ]);
  return ended.length > 0;
}

/** A trigger's history, newest first. */
export async function listFirings(
  db: Db,
  triggerId: string,
  { status, offset, limit }: { status: string | null; offset: number; limit: number },
): Promise<{ rows: Firing[]; total: number }> {
  const where = and(
    eq(triggerFirings.triggerId, triggerId),
    status ? eq(triggerFirings.status, status as FiringStatus) : undefined,
  );
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(triggerFirings)
      .where(where)
      .orderBy(desc(triggerFirings.triggeredAt), desc(triggerFirings.id))
      .limit(limit)
      .offset(offset),
    db.select({ total: sql<number>`count(*)` }).from(triggerFirings).where(where),
  ]);
  return { rows, total: counted?.total ?? 0 };
}
