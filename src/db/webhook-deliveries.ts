/** The delivery log: a row for each event at each channel, with every attempt. */
import { and, eq, inArray, lte } from "drizzle-orm";
import type { DeliveredEvent, DeliveryDoc } from "../webhooks/model";
import type { Db } from "./connect";
import { type RowScope, searchText } from "./list";
import { webhookDeliveries } from "./schema";
import { timestamp } from "./time";

export function newDelivery(
  id: string,
  webhookId: string,
  event: DeliveredEvent,
  given: Pick<DeliveryDoc, "channel" | "channel_index" | "replay_of">,
): DeliveryDoc {
  const at = timestamp();
  return {
    delivery_id: id,
    webhook_id: webhookId,
    namespace_id: event.namespaceId,
    event_id: event.id,
    event_type: event.type,
    ...given,
    status: "pending",
    attempts: [],
    next_attempt_at: at,
    created_at: at,
    updated_at: at,
  };
}

/** The statement that writes a new delivery; a known one changes nothing. */
export const insertDelivery = (db: Db, doc: DeliveryDoc, event: DeliveredEvent) =>
  db
    .insert(webhookDeliveries)
    .values({
      id: doc.delivery_id,
      webhookId: doc.webhook_id,
      namespaceId: event.namespaceId ?? "",
      event: { ...event },
      doc: { ...doc },
      search: searchText(doc.delivery_id, doc.event_id, doc.event_type, event.subject.id),
      createdAt: doc.created_at,
      updatedAt: doc.updated_at,
    })
    .onConflictDoNothing();

export async function findDelivery(db: Db, webhookId: string, id: string) {
  const [row] = await db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.webhookId, webhookId)));
  if (!row) return null;
  return { doc: row.doc as unknown as DeliveryDoc, event: row.event as unknown as DeliveredEvent };
}

/** Saves how a delivery stands. Only the worker that has its job's lease writes it. */
export async function saveDelivery(db: Db, doc: DeliveryDoc): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ doc: { ...doc }, updatedAt: doc.updated_at })
    .where(eq(webhookDeliveries.id, doc.delivery_id));
}

export const deliveriesOf = (webhookId: string): RowScope => ({ sql: "webhook_id = ?", params: [webhookId] });

const KEPT_MS = 30 * 24 * 3_600_000;
/** Rows removed by one call at most. */
const BATCH = 500;

/** Forgets deliveries of more than 30 days ago. */
export async function sweepDeliveries(db: Db, now: number): Promise<void> {
  const old = db
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(lte(webhookDeliveries.createdAt, timestamp(now - KEPT_MS)))
    .limit(BATCH);
  await db.delete(webhookDeliveries).where(inArray(webhookDeliveries.id, old));
}
