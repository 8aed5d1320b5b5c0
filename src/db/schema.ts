/**
 * The definitions plane. Every resource table has the same shape: an id, what its uniqueness and its joins need as
 * columns, `doc` (the resource as the API renders it, which filters and sorts address by dot path) and `search` (its
 * searchable text in lower case). See docs/design/definitions-in-d1.md.
 */
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { type Doc, resource } from "./resource-columns";

export { templates, webhookDeliveries, webhooks } from "./schema-outside";

export const namespaces = sqliteTable(
  "namespaces",
  { id: text().primaryKey(), name: text().notNull(), deletingAt: text(), ...resource },
  (t) => [uniqueIndex("namespaces_name").on(t.name)],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: text().primaryKey(),
    /** Lower-case hex SHA-256 of the secret, which itself is never stored. */
    hash: text().notNull(),
    scopes: text({ mode: "json" }).$type<string[]>().notNull(),
    /** Ids of the namespaces that the key may see; null for all. */
    namespaces: text({ mode: "json" }).$type<string[]>(),
    revokedAt: text(),
    ...resource,
  },
  (t) => [uniqueIndex("api_keys_hash").on(t.hash)],
);

export const collections = sqliteTable(
  "collections",
  { id: text().primaryKey(), namespaceId: text().notNull(), name: text().notNull(), ...resource },
  (t) => [uniqueIndex("collections_name").on(t.namespaceId, t.name)],
);

export const clusters = sqliteTable(
  "clusters",
  {
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    name: text().notNull(),
    /** The canonical definition that a run is resolved from. */
    definition: text({ mode: "json" }).$type<Doc>().notNull(),
    /** Newest run of any status: an older run's late record does not touch the cluster's fields. */
    lastRunId: text(),
    ...resource,
  },
  (t) => [uniqueIndex("clusters_name").on(t.namespaceId, t.name)],
);

export const executions = sqliteTable(
  "executions",
  {
    /** `run_…` */
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    clusterId: text().notNull(),
    taskId: text().notNull(),
    status: text({ enum: ["pending", "processing", "completed", "failed"] }).notNull(),
    /** The planner's plan and the artifacts' keys, which lists do not carry. */
    plan: text({ mode: "json" }).$type<Doc>(),
    artifacts: text({ mode: "json" }).$type<Doc>(),
    ...resource,
  },
  (t) => [
    index("executions_of_cluster").on(t.clusterId, t.createdAt),
    index("executions_of_namespace").on(t.namespaceId),
    // One run of a cluster at a time: the second insert fails, whoever sends it.
    uniqueIndex("executions_running").on(t.clusterId).where(sql`status in ('pending', 'processing')`),
  ],
);

export const tasks = sqliteTable(
  "tasks",
  {
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    clusterId: text(),
    runId: text(),
    ...resource,
  },
  (t) => [
    index("tasks_of_namespace").on(t.namespaceId, t.createdAt),
    index("tasks_of_cluster").on(t.clusterId),
    index("tasks_of_run").on(t.runId),
  ],
);

/** Work that goes on after an answer or a run: small steps, each saved before the next. See docs/design/jobs.md. */
export const jobs = sqliteTable(
  "jobs",
  {
    /** `job_…`, or an id that follows from what the job is about, so that asking twice makes one job. */
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    kind: text().notNull(),
    /** The task that shows its progress, where it has one. */
    taskId: text(),
    /** What it works on and how far it has come. */
    state: text({ mode: "json" }).$type<Doc>().notNull(),
    status: text({ enum: ["pending", "done", "failed"] }).notNull(),
    /** Failures since the last step that worked. */
    attempts: integer().notNull().default(0),
    error: text(),
    /** Milliseconds: not to be run before. */
    dueAt: integer().notNull(),
    /** Milliseconds: until then the worker named by `lease` has it. */
    lockedUntil: integer().notNull().default(0),
    lease: text(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
  },
  (t) => [
    index("jobs_due").on(t.status, t.dueAt),
    index("jobs_of_namespace").on(t.namespaceId),
    index("jobs_of_task").on(t.taskId),
  ],
);

/** What starts runs by itself. One table serves the cluster triggers and the unified ones. See docs/design/triggers.md. */
export const triggers = sqliteTable(
  "triggers",
  {
    /** `trig_…` */
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    /** `auto`: kept by a collection's cluster application; never listed. */
    origin: text({ enum: ["user", "auto"] }).notNull(),
    actionType: text({ enum: ["cluster", "taxonomy_enrichment", "collection_trigger"] }).notNull(),
    actionConfig: text({ mode: "json" }).$type<Doc>().notNull(),
    /** The cluster, taxonomy or collection that the action is about. */
    resourceId: text().notNull(),
    /** Of a cluster trigger made from a definition: as it was given. */
    executionConfig: text({ mode: "json" }).$type<Doc>(),
    triggerType: text({ enum: ["cron", "interval", "event", "conditional"] }).notNull(),
    /** A `Schedule`. */
    schedule: text({ mode: "json" }).$type<Doc>().notNull(),
    status: text({ enum: ["active", "paused", "disabled", "failed"] }).notNull(),
    description: text(),
    createdBy: text(),
    /** Milliseconds: when it is due; moving it is what claims it. */
    nextAt: integer(),
    eventCounter: integer().notNull().default(0),
    lastTriggeredAt: text(),
    /** When it last fired by events or a condition: its cooldown runs from here. */
    lastCooldownAt: text(),
    lastTaskId: text(),
    lastStatus: text(),
    lastError: text(),
    executionCount: integer().notNull().default(0),
    consecutiveFailures: integer().notNull().default(0),
    baseline: text({ mode: "json" }).$type<Doc>(),
    measurement: text({ mode: "json" }).$type<Doc>(),
    lastCheckAt: text(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
  },
  (t) => [
    index("triggers_due").on(t.status, t.nextAt),
    index("triggers_of_namespace").on(t.namespaceId, t.createdAt),
    index("triggers_of_resource").on(t.resourceId),
  ],
);

/** A trigger's history: one row for each time it was due, and each cluster that it then ran. */
export const triggerFirings = sqliteTable(
  "trigger_firings",
  {
    /** Follows from trigger, time and cluster: a time that is claimed twice has one row. */
    id: text().primaryKey(),
    triggerId: text().notNull(),
    namespaceId: text().notNull(),
    /** ISO-8601 of the time that it was due, or what else makes the firing one of its kind. */
    scheduledFor: text().notNull(),
    cause: text({ enum: ["schedule", "event", "condition", "manual"] }).notNull(),
    status: text({ enum: ["pending", "running", "completed", "failed", "skipped", "canceled"] }).notNull(),
    /** Events that it answers, to be counted again when it is skipped. */
    events: integer().notNull().default(0),
    clusterId: text(),
    runId: text(),
    taskId: text(),
    error: text(),
    executionMs: integer(),
    numClusters: integer(),
    numDocuments: integer(),
    triggeredAt: text().notNull(),
    endedAt: text(),
  },
  (t) => [
    index("firings_of_trigger").on(t.triggerId, t.triggeredAt),
    index("firings_of_run").on(t.runId),
    index("firings_of_namespace").on(t.namespaceId),
    index("firings_by_time").on(t.triggeredAt),
  ],
);

/** Events that a trigger has counted: told twice, they count once. */
export const triggerEvents = sqliteTable(
  "trigger_events",
  {
    triggerId: text().notNull(),
    eventId: text().notNull(),
    namespaceId: text().notNull(),
    /** Milliseconds. */
    countedAt: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.triggerId, t.eventId] }),
    index("trigger_events_by_time").on(t.countedAt),
    index("trigger_events_of_namespace").on(t.namespaceId),
  ],
);

/** Names that people have given to the clusters of a run (`cl_0`), carried on to later runs. See docs/design/labels.md. */
export const groupLabels = sqliteTable(
  "group_labels",
  {
    runId: text().notNull(),
    groupId: text().notNull(),
    namespaceId: text().notNull(),
    clusterId: text().notNull(),
    label: text().notNull(),
    /** Null: the run's own. */
    summary: text(),
    keywords: text({ mode: "json" }).$type<string[]>(),
    /** Ids of documents that stand for the cluster. */
    representatives: text({ mode: "json" }).$type<string[]>().notNull(),
    createdAt: text().notNull(),
    updatedAt: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.runId, t.groupId] }),
    index("group_labels_of_cluster").on(t.clusterId),
    index("group_labels_of_namespace").on(t.namespaceId),
  ],
);

/** What language models said of clusters, by a key of all that they were asked; apart for every namespace. */
export const labelCache = sqliteTable(
  "label_cache",
  {
    namespaceId: text().notNull(),
    /** Lower-case hex SHA-256; see src/labeling/llm/cache-key.ts. */
    key: text().notNull(),
    /** JSON. */
    answer: text().notNull(),
    expiresAt: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.namespaceId, t.key] }), index("label_cache_expiry").on(t.expiresAt)],
);

export const taxonomies = sqliteTable(
  "taxonomies",
  {
    id: text().primaryKey(),
    namespaceId: text().notNull(),
    name: text().notNull(),
    /** The newest version, which `doc` shows. */
    version: integer().notNull(),
    ...resource,
  },
  (t) => [uniqueIndex("taxonomies_name").on(t.namespaceId, t.name)],
);

/** Every version of a taxonomy as the API renders it. */
export const taxonomyVersions = sqliteTable(
  "taxonomy_versions",
  {
    taxonomyId: text().notNull(),
    version: integer().notNull(),
    namespaceId: text().notNull(),
    doc: text({ mode: "json" }).$type<Doc>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.taxonomyId, t.version] }),
    index("taxonomy_versions_of_namespace").on(t.namespaceId),
  ],
);

export const idempotency = sqliteTable(
  "idempotency",
  {
    /** SHA-256 of key id, namespace, path and Idempotency-Key. */
    id: text().primaryKey(),
    namespaceId: text(),
    /** Names the attempt that holds the key, so that one that was overtaken cannot write its answer. */
    attempt: text().notNull(),
    /** SHA-256 of the request; null while an upload is still being read. */
    requestHash: text(),
    /** The batch that an upload is about to commit: after a crash it tells whether it did. */
    batchId: text(),
    /** Null while the request is in progress. */
    status: integer(),
    contentType: text(),
    /** Milliseconds: until when a request in progress holds the key without a sign of life. */
    lockedUntil: integer().notNull(),
    expiresAt: integer().notNull(),
  },
  (t) => [index("idempotency_expiry").on(t.expiresAt)],
);

/** A kept answer in pieces: D1 limits a row to 2 MB. */
export const idempotencyBodies = sqliteTable(
  "idempotency_bodies",
  {
    id: text().notNull(),
    part: integer().notNull(),
    bytes: blob({ mode: "buffer" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.id, t.part] })],
);
