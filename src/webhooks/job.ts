/** Deliveries as jobs: one for each event at each channel of each webhook that wants to hear of it. */

import { timestamp } from "../db/time";
import { findDelivery, insertDelivery, newDelivery, saveDelivery } from "../db/webhook-deliveries";
import { findWebhook, hearing, noteFailure, noteSuccess, stopWebhook, type WebhookRow } from "../db/webhooks";
import type { Env } from "../env";
import type { Subscriber } from "../events/subscribers";
import type { JobContext, JobHandler, NewJob, Step } from "../jobs/contract";
import { outbound } from "../net/outbound";
import type { SecretsEnv } from "../secrets/seal";
import { attemptDelivery, type Outcome, RETRY_AFTER_S, type Sender, stopReason } from "./deliver";
import type { EmailProvider } from "./message";
import { type Channel, type DeliveredEvent, type DeliveryDoc, PING } from "./model";
import { openChannel, openSecrets, type StoredChannel } from "./sealed";

export interface DeliveryState {
  webhookId: string;
  /** Which of the webhook's channels, from 0. */
  index: number;
  event: DeliveredEvent;
}

export const deliveryJob = (id: string, state: DeliveryState): NewJob => ({
  id,
  namespaceId: state.event.namespaceId ?? "",
  kind: "webhook_delivery",
  state,
});

/** Follows from what is delivered where, so that an event that is told twice is delivered once. */
export const deliveryId = (event: Pick<DeliveredEvent, "id">, webhookId: string, index: number): string =>
  `del_${event.id.replace(/^evt_/, "")}${webhookId.replace(/^wh_/, "")}${index}`;

export const tellWebhooks: Subscriber = async ({ db }, event) =>
  (await hearing(db, event)).flatMap(({ id, channels }) =>
    channels.map((_, index) => deliveryJob(deliveryId(event, id, index), { webhookId: id, index, event })),
  );

/** The deployment's mail provider; null where one of its settings is missing. */
export function emailProvider(env: Pick<Env, "EMAIL_API_URL" | "EMAIL_API_KEY" | "EMAIL_FROM">): EmailProvider | null {
  const { EMAIL_API_URL: url, EMAIL_API_KEY: key, EMAIL_FROM: from } = env;
  return url && key && from ? { url, key, from } : null;
}

/** One attempt a step. What goes wrong at the receiver's is an outcome, not a failure of the job. */
export const deliverEvent: JobHandler<DeliveryState> = {
  maxAttempts: 12,
  step: (context, job) => {
    const { env } = context;
    const sender = { net: outbound(env), now: () => Date.now(), email: emailProvider(env) };
    return deliveryStep(context, sender, job.id, job.state);
  },
};

/** @param id of the job and of the delivery */
export async function deliveryStep(
  { db, env }: Pick<JobContext, "db"> & { env: SecretsEnv },
  sender: Sender,
  id: string,
  state: DeliveryState,
): Promise<Step<DeliveryState>> {
  const { webhookId, index, event } = state;
  const webhook = await findWebhook(db, webhookId);
  if (!webhook) return { done: true };
  const channel = webhook.doc.channels[index];
  const delivery = await begun(db, id, state, channel);
  if (delivery.status !== "pending") return { done: true };
  const canceled = !channel
    ? "the webhook no longer has this channel"
    : webhook.isActive || event.type === PING
      ? null
      : "the webhook is not active";
  if (canceled || !channel) {
    const attempt = { ...NOT_SENT, error: canceled };
    await saveDelivery(db, ended(delivery, "canceled", attempt, sender.now()));
    return { done: true };
  }
  const outcome = await attempted(env, sender, webhook, channel, { event, deliveryId: id });
  const now = sender.now();
  if (outcome.status === "succeeded") {
    await noteSuccess(db, webhookId);
    await saveDelivery(db, ended(delivery, "succeeded", outcome, now));
    return { done: true };
  }
  const counted = await noteFailure(db, webhookId, now);
  const reason = counted && stopReason(outcome, { ...counted, now });
  if (reason) await stopWebhook(db, webhookId, reason, now);
  const pause = RETRY_AFTER_S[delivery.attempts.length];
  if (outcome.final || reason || pause === undefined) {
    await saveDelivery(db, ended(delivery, "failed", outcome, now));
    return { done: true };
  }
  const dueAt = now + pause * 1000;
  await saveDelivery(db, { ...tried(delivery, outcome, now), next_attempt_at: timestamp(dueAt) });
  return { done: false, state, dueAt };
}

/** One attempt. A seal that does not open may be mended by the deployment: it is tried again like a receiver that is away. */
async function attempted(
  env: SecretsEnv,
  sender: Sender,
  { id, secrets }: WebhookRow,
  stored: StoredChannel,
  delivery: { event: DeliveredEvent; deliveryId: string },
): Promise<Outcome> {
  let channel: Channel;
  let opened: string[];
  try {
    channel = await openChannel(env, id, stored);
    opened = await openSecrets(env, id, secrets, sender.now());
  } catch (error) {
    return { ...NOT_SENT, error: error instanceof Error ? error.message : String(error), gone: false, final: false };
  }
  return attemptDelivery(sender, channel, { ...delivery, secrets: opened });
}

const NOT_SENT = { status: "failed", status_code: null, duration_ms: 0, response: null } as const;

async function begun(
  db: JobContext["db"],
  id: string,
  { webhookId, index, event }: DeliveryState,
  channel: StoredChannel | undefined,
): Promise<DeliveryDoc> {
  const found = await findDelivery(db, webhookId, id);
  if (found) return found.doc;
  const given = { channel: channel?.channel ?? "webhook", channel_index: index, replay_of: null } as const;
  const doc = newDelivery(id, webhookId, event, given);
  await insertDelivery(db, doc, event);
  return doc;
}

function tried(delivery: DeliveryDoc, outcome: Omit<Outcome, "gone" | "final">, now: number): DeliveryDoc {
  const { status, status_code, duration_ms, error, response } = outcome;
  const at = timestamp(now);
  const attempt = { attempt: delivery.attempts.length + 1, at, status, status_code, duration_ms, error, response };
  return { ...delivery, attempts: [...delivery.attempts, attempt], updated_at: at };
}

const ended = (
  delivery: DeliveryDoc,
  status: DeliveryDoc["status"],
  outcome: Omit<Outcome, "gone" | "final">,
  now: number,
): DeliveryDoc => ({ ...tried(delivery, outcome, now), status, next_attempt_at: null });
