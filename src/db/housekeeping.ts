import { inArray, lte } from "drizzle-orm";
import { connect } from "./connect";
import { idempotency, idempotencyBodies } from "./schema";
import { sweepDeliveries } from "./webhook-deliveries";

/** Rows removed by one call at most, so that a minute's cron stays short. */
const BATCH = 500;

/** Removes what has expired: idempotency keys and the answers that they kept, deliveries of webhooks. Called each minute by the cron. */
export async function housekeeping(database: D1Database, now: Date): Promise<void> {
  const db = connect(database);
  const expired = db
    .select({ id: idempotency.id })
    .from(idempotency)
    .where(lte(idempotency.expiresAt, now.getTime()))
    .orderBy(idempotency.expiresAt)
    .limit(BATCH);
  // Bodies first: the second statement sees the same rows, because a batch is one transaction.
  await db.batch([
    db.delete(idempotencyBodies).where(inArray(idempotencyBodies.id, expired)),
    db.delete(idempotency).where(inArray(idempotency.id, expired)),
  ]);
  await sweepDeliveries(db, now.getTime());
}
