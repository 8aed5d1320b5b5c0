/** Webhooks: who hears of which events, with which secret, and how their deliveries fare. */
import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import type { ShoalEvent } from "../events/contract";
import type { SecretsEnv } from "../secrets/seal";
import type { WebhookDoc } from "../webhooks/model";
import { type StoredSecrets, type StoredWebhook, sealChannels, sealSecret } from "../webhooks/sealed";
import type { Db } from "./connect";
import { boundedDefinition, setFields } from "./json";
import { visibleKeys } from "./keys";
import { searchText } from "./list";
import { webhookDeliveries, webhooks } from "./schema";
import { timestamp } from "./time";

export interface WebhookRow {
  id: string;
  isActive: boolean;
  doc: StoredWebhook;
  secrets: StoredSecrets;
}

/** How long the secret before the current one signs too. */
export const OVERLAP_MS = 24 * 3_600_000;
const HINT_CHARACTERS = 4;

/** 24 random bytes, as Standard Webhooks asks. */
const newSecret = (): string => `whsec_${randomBytes(24).toString("base64")}`;
const hintOf = (secret: string): string => `whsec_…${secret.slice(-HINT_CHARACTERS)}`;

/** Webhooks that hear of no namespace but those that a key may see: the same rule as for keys, which have the same column. */
export const visibleWebhooks = visibleKeys;

type Definition = Pick<WebhookDoc, "webhook_name" | "event_types" | "channels" | "is_active">;

const columnsOf = (doc: StoredWebhook) => ({
  isActive: doc.is_active,
  doc: { ...boundedDefinition("webhook", doc) },
  search: searchText(doc.webhook_id, doc.webhook_name, doc.event_types),
  updatedAt: doc.updated_at,
});

/** @param namespaces those whose events it hears; null for all */
export async function createWebhook(
  db: Db,
  env: SecretsEnv,
  given: Definition,
  namespaces: string[] | null,
): Promise<{ doc: WebhookDoc; secret: string }> {
  const secret = newSecret();
  const now = timestamp();
  const doc: WebhookDoc = {
    webhook_id: `wh_${randomBytes(8).toString("hex")}`,
    ...given,
    namespaces,
    secret_hint: hintOf(secret),
    consecutive_failures: 0,
    disabled_reason: null,
    disabled_at: null,
    created_at: now,
    updated_at: now,
  };
  const id = doc.webhook_id;
  const secrets = { current: await sealSecret(env, id, secret), previous: null, previousUntil: 0 };
  const stored = { ...doc, channels: await sealChannels(env, id, doc.channels) };
  await db.insert(webhooks).values({ id, namespaces, secrets, createdAt: now, ...columnsOf(stored) });
  return { doc, secret };
}

export const countWebhooks = (db: Db): Promise<number> => db.$count(webhooks);

const rowOf = ({ id, isActive, doc, secrets }: typeof webhooks.$inferSelect): WebhookRow => ({
  id,
  isActive,
  doc: doc as unknown as StoredWebhook,
  secrets,
});

export async function findWebhook(db: Db, id: string): Promise<WebhookRow | null> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
  return row ? rowOf(row) : null;
}

/** Replaces what its owner decides; it starts afresh, whatever it was stopped for. */
export async function replaceWebhook(
  db: Db,
  env: SecretsEnv,
  before: StoredWebhook,
  given: Definition,
): Promise<WebhookDoc> {
  const afresh = { consecutive_failures: 0, disabled_reason: null, disabled_at: null, updated_at: timestamp() };
  const channels = await sealChannels(env, before.webhook_id, given.channels);
  const stored: StoredWebhook = { ...before, ...given, ...afresh, channels };
  // A secret that was rotated meanwhile keeps its hint.
  const { secret_hint: _, ...fields } = stored;
  const { doc: __, ...columns } = columnsOf(stored);
  const [row] = await db
    .update(webhooks)
    .set({ ...columns, doc: setFields(webhooks.doc, fields), failures: 0, failingSince: null })
    .where(eq(webhooks.id, before.webhook_id))
    .returning({ doc: webhooks.doc });
  return { ...((row?.doc as unknown as StoredWebhook) ?? stored), channels: given.channels };
}

/** Gives a new secret; the one before signs too for a day. A secret that was still valid from before that is forgotten. */
export async function rotateSecret(db: Db, env: SecretsEnv, id: string, now: number) {
  const secret = newSecret();
  const sealed = await sealSecret(env, id, secret);
  const updatedAt = timestamp(now);
  const [row] = await db
    .update(webhooks)
    .set({
      secrets: sql`json_object('current', ${sealed}, 'previous', json_extract(${webhooks.secrets}, '$.current'), 'previousUntil', ${now + OVERLAP_MS})`,
      updatedAt,
      doc: setFields(webhooks.doc, { secret_hint: hintOf(secret), updated_at: updatedAt }),
    })
    .where(eq(webhooks.id, id))
    .returning({ doc: webhooks.doc });
  return row
    ? { secret, doc: row.doc as unknown as StoredWebhook, previousValidUntil: timestamp(now + OVERLAP_MS) }
    : null;
}

export async function deleteWebhook(db: Db, id: string): Promise<void> {
  await db.batch([
    db.delete(webhookDeliveries).where(eq(webhookDeliveries.webhookId, id)),
    db.delete(webhooks).where(eq(webhooks.id, id)),
  ]);
}

/** The webhooks that want to hear of an event. */
export async function hearing(db: Db, { type, namespaceId }: Pick<ShoalEvent, "type" | "namespaceId">) {
  const rows = await db
    .select({ id: webhooks.id, doc: webhooks.doc })
    .from(webhooks)
    .where(
      and(
        eq(webhooks.isActive, true),
        sql`exists (select 1 from json_each(${webhooks.doc}, '$.event_types') where value = ${type})`,
        sql`(${webhooks.namespaces} is null or exists (select 1 from json_each(${webhooks.namespaces}) where value = ${namespaceId}))`,
      ),
    );
  return rows.map(({ id, doc }) => ({ id, channels: (doc as unknown as StoredWebhook).channels }));
}

/** Counts an attempt that worked: the webhook is well again. */
export async function noteSuccess(db: Db, id: string): Promise<void> {
  await db
    .update(webhooks)
    .set({ failures: 0, failingSince: null, doc: setFields(webhooks.doc, { consecutive_failures: 0 }) })
    .where(and(eq(webhooks.id, id), sql`${webhooks.failures} > 0`));
}

/** Counts an attempt that failed; null when the webhook is gone. */
export async function noteFailure(db: Db, id: string, now: number) {
  const [row] = await db
    .update(webhooks)
    .set({
      failures: sql`${webhooks.failures} + 1`,
      failingSince: sql`coalesce(${webhooks.failingSince}, ${now})`,
      doc: sql`json_set(${webhooks.doc}, '$.consecutive_failures', ${webhooks.failures} + 1)`,
    })
    .where(eq(webhooks.id, id))
    .returning({ failures: webhooks.failures, failingSince: webhooks.failingSince });
  return row ? { failures: row.failures, failingSince: row.failingSince ?? now } : null;
}

/** Stops a webhook, with a note of the reason. */
export async function stopWebhook(db: Db, id: string, reason: string, now: number): Promise<void> {
  const at = timestamp(now);
  const note = { is_active: false, disabled_reason: reason, disabled_at: at, updated_at: at };
  await db
    .update(webhooks)
    .set({ isActive: false, updatedAt: at, doc: setFields(webhooks.doc, note) })
    .where(and(eq(webhooks.id, id), eq(webhooks.isActive, true)));
}

/** The statement that takes a deleted namespace off every webhook's list. */
export function forgetNamespace(db: Db, namespaceId: string) {
  const without = sql`(select json_group_array(value) from json_each(${webhooks.namespaces}) where value <> ${namespaceId})`;
  return db
    .update(webhooks)
    .set({ namespaces: without, doc: sql`json_set(${webhooks.doc}, '$.namespaces', ${without})` })
    .where(sql`exists (select 1 from json_each(${webhooks.namespaces}) where value = ${namespaceId})`);
}
