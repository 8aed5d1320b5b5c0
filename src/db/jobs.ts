/** Jobs in D1: asked for once, leased by one worker at a time, saved after every step. */
import { and, asc, eq, inArray, lte, or } from "drizzle-orm";
import type { Job, NewJob } from "../jobs/contract";
import type { Db } from "./connect";
import { jobs } from "./schema";
import { timestamp } from "./time";

/** The statement that asks for a job, for a batch with the change that it follows from; a known id changes nothing. */
export function insertJob(db: Db, { id, namespaceId, kind, taskId = null, state, dueAt }: NewJob) {
  const now = Date.now();
  const at = timestamp(now);
  return db
    .insert(jobs)
    .values({
      id,
      namespaceId,
      kind,
      taskId,
      state: { ...state },
      status: "pending",
      dueAt: dueAt ?? now,
      createdAt: at,
      updatedAt: at,
    })
    .onConflictDoNothing();
}

/** Leases a job that is due until `until`; null when it is done, not due, or another worker's. */
export async function leaseJob(db: Db, id: string, lease: string, now: number, until: number): Promise<Job | null> {
  const [row] = await db
    .update(jobs)
    .set({ lease, lockedUntil: until })
    .where(and(eq(jobs.id, id), eq(jobs.status, "pending"), lte(jobs.dueAt, now), lte(jobs.lockedUntil, now)))
    .returning();
  return row ?? null;
}

type Change = Partial<
  Pick<typeof jobs.$inferInsert, "state" | "status" | "attempts" | "error" | "dueAt" | "lockedUntil">
>;

/** Saves what a step came to, if the worker still has the lease; answers whether it had. */
export async function saveJob(db: Db, id: string, lease: string, change: Change): Promise<boolean> {
  const held = await db
    .update(jobs)
    .set({ ...change, updatedAt: timestamp() })
    .where(and(eq(jobs.id, id), eq(jobs.lease, lease)))
    .returning({ id: jobs.id });
  return held.length > 0;
}

/** Jobs that nobody works on though they are due: their message was lost, or their time has come. */
export async function dueJobs(db: Db, now: number, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.status, "pending"), lte(jobs.dueAt, now), lte(jobs.lockedUntil, now)))
    .orderBy(asc(jobs.dueAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** Rows removed by one call at most, so that a minute's cron stays short. */
const REMOVED = 500;

/** Forgets jobs that were done or given up long ago. Times in milliseconds; failed ones stay longer, to be looked at. */
export function deleteEndedJobs(db: Db, { doneBefore, failedBefore }: { doneBefore: number; failedBefore: number }) {
  const ended = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      or(
        and(eq(jobs.status, "done"), lte(jobs.updatedAt, timestamp(doneBefore))),
        and(eq(jobs.status, "failed"), lte(jobs.updatedAt, timestamp(failedBefore))),
      ),
    )
    .limit(REMOVED);
  return db.delete(jobs).where(inArray(jobs.id, ended));
}

/** Ends the task's job where it stands: whoever has leased it finds that it no longer has. */
export const cancelJobOf = (db: Db, taskId: string) =>
  db
    .update(jobs)
    .set({ status: "failed", error: "canceled", lease: null, lockedUntil: 0, updatedAt: timestamp() })
    .where(and(eq(jobs.taskId, taskId), eq(jobs.status, "pending")))
    .returning({ id: jobs.id });
