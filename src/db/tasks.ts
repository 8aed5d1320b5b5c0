import { and, eq, sql } from "drizzle-orm";
import type { Db } from "./connect";
import { setFields } from "./json";
import { type RowScope, searchText } from "./list";
import { tasks } from "./schema";
import { timestamp } from "./time";

/** A task as `/v1/tasks` answers it. */
export interface TaskDoc {
  task_id: string;
  task_type: string;
  status: string;
  inputs: (string | Record<string, unknown>)[] | null;
  outputs: (string | Record<string, unknown>)[] | null;
  additional_data: Record<string, unknown> | null;
  error: string | null;
  created_at: string;
  updated_at: string;
}

/** The tasks of the namespaces that a key may see. */
export const visibleTasks = (namespaces: string[] | null): RowScope =>
  namespaces === null
    ? { sql: "1", params: [] }
    : { sql: "namespace_id IN (SELECT value FROM json_each(?))", params: [JSON.stringify(namespaces)] };

/** @param namespaces those that the key may see; null for all */
export async function findTask(db: Db, taskId: string, namespaces: string[] | null) {
  const [row] = await db.select().from(tasks).where(eq(tasks.id, taskId));
  if (!row || (namespaces && !namespaces.includes(row.namespaceId))) return null;
  return { runId: row.runId, namespaceId: row.namespaceId, doc: row.doc as unknown as TaskDoc };
}

export interface NewTask {
  taskId: string;
  namespaceId: string;
  clusterId?: string | null;
  /** One of the contract's task types. */
  type: string;
  /** What the task shows of its request. */
  inputs: Record<string, unknown>[];
  additionalData?: Record<string, unknown>;
}

export function newTaskDoc({ taskId, namespaceId, type, inputs, additionalData = {} }: NewTask): TaskDoc {
  const at = timestamp();
  return {
    task_id: taskId,
    task_type: type,
    status: "PENDING",
    inputs,
    outputs: null,
    additional_data: { namespace_id: namespaceId, ...additionalData },
    error: null,
    created_at: at,
    updated_at: at,
  };
}

/** The statement that inserts a task that is not a run's, for a batch with its job (`insertJob`). */
export function insertTask(db: Db, task: NewTask, doc: TaskDoc) {
  const { taskId: id, namespaceId, clusterId = null, type } = task;
  return db.insert(tasks).values({
    id,
    namespaceId,
    clusterId,
    doc: { ...doc },
    search: searchText(id, type, clusterId),
    createdAt: doc.created_at,
    updatedAt: doc.updated_at,
  });
}

const OPEN = sql`json_extract(${tasks.doc}, '$.status') in ('PENDING', 'PROCESSING')`;

/** Changes a task that has not ended; a job without one has none to change. */
async function changeTask(db: Db, taskId: string | null, fields: Record<string, unknown>): Promise<void> {
  if (!taskId) return;
  const updatedAt = timestamp();
  await db
    .update(tasks)
    .set({ updatedAt, doc: setFields(tasks.doc, { ...fields, updated_at: updatedAt }) })
    .where(and(eq(tasks.id, taskId), OPEN));
}

/** `progress`: names of letters, digits and underscores. */
export const taskProgressed = (db: Db, taskId: string | null, progress: Record<string, unknown>): Promise<void> =>
  changeTask(db, taskId, {
    status: "PROCESSING",
    ...Object.fromEntries(Object.entries(progress).map(([name, value]) => [`additional_data.${name}`, value])),
  });

export const taskEnded = (
  db: Db,
  taskId: string | null,
  status: "COMPLETED" | "COMPLETED_WITH_ERRORS" | "CANCELED",
  outputs: Record<string, unknown>[],
): Promise<void> => changeTask(db, taskId, { status, outputs });

export const taskFailed = (db: Db, taskId: string | null, error: string, code: string): Promise<void> =>
  changeTask(db, taskId, {
    status: "FAILED",
    error,
    "additional_data.error": error,
    "additional_data.error_code": code,
  });
