/**
 * The definitions plane. Every resource table has the same shape: an id, what its uniqueness and its joins need as
 * columns, `doc` (the resource as the API renders it, which filters and sorts address by dot path) and `search` (its
 * searchable text in lower case). See docs/design/definitions-in-d1.md.
 */
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

type Doc = Record<string, unknown>;

const resource = {
  doc: text({ mode: "json" }).$type<Doc>().notNull(),
  search: text().notNull().default(""),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
};

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
