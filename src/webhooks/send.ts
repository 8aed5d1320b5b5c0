/** Deliveries that a request asks for: pings and replays. */
import { insertJob } from "../db/jobs";
import { insertDelivery, newDelivery } from "../db/webhook-deliveries";
import { newId } from "../domain/ids";
import type { Env } from "../env";
import { wake } from "../jobs/enqueue";
import { planes } from "../planes";
import { deliveryJob } from "./job";
import type { DeliveredEvent, DeliveryDoc } from "./model";
import type { StoredChannel, StoredWebhook } from "./sealed";

/** Writes the deliveries with their jobs and wakes these. */
export async function sendNow(
  env: Env,
  { webhook_id: webhookId, channels }: Pick<StoredWebhook, "webhook_id" | "channels">,
  event: DeliveredEvent,
  targets: { index: number; replayOf: string | null }[],
): Promise<DeliveryDoc[]> {
  const { db } = planes(env);
  const docs = targets.map(({ index, replayOf }) => {
    const { channel } = channels[index] as StoredChannel;
    return newDelivery(newId("del"), webhookId, event, { channel, channel_index: index, replay_of: replayOf });
  });
  const [first, ...rest] = docs.flatMap((doc) => [
    insertDelivery(db, doc, event),
    insertJob(db, deliveryJob(doc.delivery_id, { webhookId, index: doc.channel_index, event })),
  ]);
  if (first) await db.batch([first, ...rest]);
  await wake(
    env,
    docs.map(({ delivery_id }) => delivery_id),
  );
  return docs;
}
