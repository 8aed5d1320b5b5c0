/** Triggers in D1: what starts runs by itself, when it is due, and who has taken a time that was due. */
import { and, asc, desc, eq, inArray, lte, ne, type SQL, sql } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import type { Schedule } from "../domain/schedules/config";
import type { Db } from "./connect";
import { triggerEvents, triggerFirings, triggers } from "./schema";
import { timestamp } from "./time";

type Columns = typeof triggers.$inferSelect;
export type TriggerRow = Omit<Columns, "schedule"> & { schedule: Schedule };
export type TriggerStatus = Columns["status"];
export type ActionType = Columns["actionType"];

const rowOf = (row: Columns): TriggerRow => ({ ...row, schedule: row.schedule as unknown as Schedule });

/** Active triggers that a namespace may have. */
export const MAX_ACTIVE = 50;

const limitReached = () =>
  new ShoalError("trigger_limit_reached", `A namespace may have ${MAX_ACTIVE} active triggers; pause or delete one.`, {
    limit: MAX_ACTIVE,
  });

/** True while the namespace has room for one more active trigger. */
const hasRoom = (namespaceId: string): SQL =>
  sql`(select count(*) from triggers where namespace_id = ${namespaceId} and status = 'active' and origin = 'user') < ${MAX_ACTIVE}`;

/** @throws ShoalError `trigger_limit_reached` for an active trigger too many */
export async function insertTrigger(db: Db, row: TriggerRow): Promise<TriggerRow> {
  const { id, namespaceId, status } = row;
  if (status !== "active") {
    await db.insert(triggers).values(asColumns(row));
    return row;
  }
  // Room is counted and taken in one transaction.
  const [, activated] = await db.batch([
    db.insert(triggers).values({ ...asColumns(row), status: "paused" }),
    db
      .update(triggers)
      .set({ status })
      .where(and(eq(triggers.id, id), hasRoom(namespaceId)))
      .returning({ id: triggers.id }),
  ]);
  if (activated.length > 0) return row;
  await db.delete(triggers).where(eq(triggers.id, id));
  throw limitReached();
}

/** Keeps the trigger of a cluster application as the application says; what it has counted stays. */
export async function keepAutoTrigger(db: Db, row: TriggerRow): Promise<void> {
  const { schedule, actionConfig, status } = asColumns(row);
  await db
    .insert(triggers)
    .values(asColumns(row))
    .onConflictDoUpdate({ target: triggers.id, set: { schedule, actionConfig, status } });
}

const asColumns = (row: TriggerRow): typeof triggers.$inferInsert => ({ ...row, schedule: { ...row.schedule } });

export async function findTrigger(db: Db, namespaceId: string, id: string): Promise<TriggerRow | null> {
  const [row] = await db
    .select()
    .from(triggers)
    .where(and(eq(triggers.namespaceId, namespaceId), eq(triggers.id, id)));
  return row ? rowOf(row) : null;
}

export type TriggerChange = Partial<typeof triggers.$inferInsert>;

/** Changes a trigger that has not been deleted; null when it has. An activation takes room of the namespace's limit. */
export async function updateTrigger(
  db: Db,
  { id, namespaceId, status }: TriggerRow,
  change: TriggerChange,
): Promise<TriggerRow | null> {
  const activates = change.status === "active" && status !== "active";
  const [row] = await db
    .update(triggers)
    .set({ ...change, updatedAt: timestamp() })
    .where(and(eq(triggers.id, id), ne(triggers.status, "disabled"), activates ? hasRoom(namespaceId) : undefined))
    .returning();
  if (row) return rowOf(row);
  const now = await findTrigger(db, namespaceId, id);
  if (activates && now && now.status !== "disabled") throw limitReached();
  return null;
}

export interface TriggerQuery {
  namespaceId: string;
  actionType?: ActionType | null;
  resourceId?: string | null;
  triggerType?: Columns["triggerType"] | null;
  status?: TriggerStatus | null;
  sortBy?: SortField;
  direction?: "asc" | "desc";
  offset: number;
  limit: number;
}

const SORTED = {
  created_at: triggers.createdAt,
  updated_at: triggers.updatedAt,
  next_scheduled_at: triggers.nextAt,
  last_triggered_at: triggers.lastTriggeredAt,
  status: triggers.status,
  trigger_type: triggers.triggerType,
  execution_count: triggers.executionCount,
} as const;
export type SortField = keyof typeof SORTED;
export const SORT_FIELDS = Object.keys(SORTED) as [SortField, ...SortField[]];

export async function listTriggers(db: Db, query: TriggerQuery): Promise<{ rows: TriggerRow[]; total: number }> {
  const where = and(
    eq(triggers.namespaceId, query.namespaceId),
    eq(triggers.origin, "user"),
    query.actionType ? eq(triggers.actionType, query.actionType) : undefined,
    query.resourceId ? eq(triggers.resourceId, query.resourceId) : undefined,
    query.triggerType ? eq(triggers.triggerType, query.triggerType) : undefined,
    query.status ? eq(triggers.status, query.status) : undefined,
  );
  const order = query.direction === "asc" ? asc : desc;
  const [rows, [counted]] = await db.batch([
    db
      .select()
      .from(triggers)
      .where(where)
      .orderBy(order(SORTED[query.sortBy ?? "created_at"]), order(triggers.id))
      .limit(query.limit)
      .offset(query.offset),
    db.select({ total: sql<number>`count(*)` }).from(triggers).where(where),
  ]);
  return { rows: rows.map(rowOf), total: counted?.total ?? 0 };
}

/** Active triggers that are due, the longest waiting first. */
export async function dueTriggers(db: Db, now: number, limit: number): Promise<TriggerRow[]> {
  const rows = await db
    .select()
    .from(triggers)
    .where(and(eq(triggers.status, "active"), lte(triggers.nextAt, now)))
    .orderBy(asc(triggers.nextAt))
    .limit(limit);
  return rows.map(rowOf);
}

/** Active triggers of a namespace that wait for events. */
export async function eventTriggers(db: Db, namespaceId: string): Promise<TriggerRow[]> {
  const rows = await db
    .select()
    .from(triggers)
    .where(
      and(
        eq(triggers.namespaceId, namespaceId),
        eq(triggers.origin, "user"),
        eq(triggers.status, "active"),
        eq(triggers.triggerType, "event"),
      ),
    )
    .limit(MAX_ACTIVE);
  return rows.map(rowOf);
}

/**
 * Counts events for a trigger, once for each event id; when that fills its threshold it becomes due, after its cooldown.
 *
 * @param dueAt milliseconds: when it may fire at the earliest
 */
export async function countEvents(
  db: Db,
  { id, namespaceId }: Pick<TriggerRow, "id" | "namespaceId">,
  {
    eventId,
    count,
    threshold,
    dueAt,
    now,
  }: { eventId: string; count: number; threshold: number; dueAt: number; now: number },
): Promise<void> {
  const known = sql`exists (select 1 from trigger_events where trigger_id = ${id} and event_id = ${eventId})`;
  const counted = sql`${triggers.eventCounter} + ${count}`;
  await db.batch([
    db
      .update(triggers)
      .set({
        eventCounter: counted,
        nextAt: sql`case when ${counted} >= ${threshold} then coalesce(${triggers.nextAt}, ${dueAt}) else ${triggers.nextAt} end`,
      })
      .where(and(eq(triggers.id, id), eq(triggers.status, "active"), sql`not ${known}`)),
    db.insert(triggerEvents).values({ triggerId: id, eventId, namespaceId, countedAt: now }).onConflictDoNothing(),
  ]);
}

/** Removes the triggers of resources that are gone, with their history. */
export function deleteTriggersOf(db: Db, namespaceId: string, resourceIds: string[]) {
  const gone = db
    .select({ id: triggers.id })
    .from(triggers)
    .where(and(eq(triggers.namespaceId, namespaceId), inArray(triggers.resourceId, resourceIds)));
  return [
    db.delete(triggerFirings).where(inArray(triggerFirings.triggerId, gone)),
    db.delete(triggerEvents).where(inArray(triggerEvents.triggerId, gone)),
    db.delete(triggers).where(and(eq(triggers.namespaceId, namespaceId), inArray(triggers.resourceId, resourceIds))),
  ] as const;
}

const FIRINGS_KEPT_MS = 90 * 86_400_000;
/** Longer than an event's job is kept: until then it might be told again. */
const EVENTS_KEPT_MS = 14 * 86_400_000;

/** Forgets history of more than 90 days and events that nobody will tell again. */
export async function forgetOldFirings(db: Db, now: number): Promise<void> {
  await db.batch([
    db.delete(triggerFirings).where(lte(triggerFirings.triggeredAt, timestamp(now - FIRINGS_KEPT_MS))),
    db.delete(triggerEvents).where(lte(triggerEvents.countedAt, now - EVENTS_KEPT_MS)),
  ]);
}
