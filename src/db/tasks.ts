import { eq } from "drizzle-orm";
import type { Db } from "./connect";
import type { RowScope } from "./list";
import { tasks } from "./schema";

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
  return { runId: row.runId, doc: row.doc as unknown as TaskDoc };
}
