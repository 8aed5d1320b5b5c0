import { inArray, lte, sql } from "drizzle-orm";
import { connect } from "./connect";
import { idempotency, idempotencyBodies, labelCache } from "./schema";
import { sweepDeliveries } from "./webhook-deliveries";

/** Rows removed by one call at most, so that a minute's cron stays short. */
const BATCH = 500;

/**
 * Removes what has expired: idempotency keys and the answers that they kept, answers of language models, deliveries of
 * webhooks. Called each minute by the cron.
 */
export async function housekeeping(database: D1Database, now: Date): Promise<void> {
  const db = connect(database);
  const expired = db
    .select({ id: idempotency.id })
    .from(idempotency)
    .where(lte(idempotency.expiresAt, now.getTime()))
    .orderBy(idempotency.expiresAt)
    .limit(BATCH);
  const expiredAnswers = db
    .select({ rowid: sql`rowid` })
    .from(labelCache)
    .where(lte(labelCache.expiresAt, now.getTime()))
    .orderBy(labelCache.expiresAt)
    .limit(BATCH);
  // Bodies first: the second statement sees the same rows, because a batch is one transaction.
  await db.batch([
    db.delete(idempotencyBodies).where(inArray(idempotencyBodies.id, expired)),
    db.delete(idempotency).where(inArray(idempotency.id, expired)),
    db.delete(labelCache).where(sql`rowid in (${expiredAnswers})`),
  ]);
  await sweepDeliveries(db, now.getTime());
}
