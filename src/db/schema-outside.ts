/** The tables of what leads out of a namespace: who hears of its events, and definitions to start from elsewhere. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { type Doc, resource } from "./resource-columns";

/** Who hears of events, over all namespaces that the key which made it may see. */
export const webhooks = sqliteTable("webhooks", {
  /** `wh_` and 16 hexadecimal digits */
  id: text().primaryKey(),
  isActive: integer({ mode: "boolean" }).notNull(),
  /** Ids of the namespaces whose events it hears; null for all. */
  namespaces: text({ mode: "json" }).$type<string[]>(),
  /** What signs its deliveries: the secret, and the one before it while that is still valid. */
  secrets: text({ mode: "json" })
    .$type<{ current: string; previous: string | null; previousUntil: number }>()
    .notNull(),
  /** Failed attempts since the last that worked, and when the first of them was (milliseconds). */
  failures: integer().notNull().default(0),
  failingSince: integer(),
  ...resource,
});

/** What became of an event at one channel of a webhook: the log, and what a replay sends again. */
export const webhookDeliveries = sqliteTable(
  "webhook_deliveries",
  {
    /** `del_…`, the same as its job's: it follows from event, webhook and channel. */
    id: text().primaryKey(),
    webhookId: text().notNull(),
    namespaceId: text().notNull(),
    event: text({ mode: "json" }).$type<Doc>().notNull(),
    ...resource,
  },
  (t) => [
    index("webhook_deliveries_of_webhook").on(t.webhookId, t.createdAt),
    index("webhook_deliveries_of_namespace").on(t.namespaceId),
    index("webhook_deliveries_age").on(t.createdAt),
  ],
);

/** Cluster definitions to start from, without their collections. */
export const templates = sqliteTable(
  "templates",
  {
    /** `tmpl_…` */
    id: text().primaryKey(),
    /** Where it was made; others see it when it is public. */
    namespaceId: text().notNull(),
    isPublic: integer({ mode: "boolean" }).notNull(),
    ...resource,
  },
  (t) => [index("templates_of_namespace").on(t.namespaceId)],
);
