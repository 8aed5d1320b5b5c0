import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import { type Db, isUniqueViolation } from "./connect";
import { type RowScope, searchText } from "./list";
import { apiKeys, clusters, idempotency, idempotencyBodies, namespaces, tasks } from "./schema";
import { timestamp } from "./time";

/** What a namespace stores of itself; its counts are read when it is rendered. */
export interface NamespaceDoc {
  namespace_id: string;
  namespace_name: string;
  namespace_type: string;
  description: string | null;
  feature_extractors: Record<string, unknown>[];
  payload_indexes: Record<string, unknown>[];
  auto_create_indexes: boolean;
  infrastructure: Record<string, unknown> | null;
  metadata: Record<string, unknown> | null;
  created_at: string;
  updated_at: string;
}

const columnsOf = (doc: NamespaceDoc) => ({
  name: doc.namespace_name,
  doc: { ...doc },
  search: searchText(doc.namespace_id, doc.namespace_name, doc.description, doc.metadata),
  updatedAt: doc.updated_at,
});

export async function createNamespace(
  db: Db,
  given: Omit<NamespaceDoc, "namespace_id" | "created_at" | "updated_at">,
): Promise<NamespaceDoc> {
  const now = timestamp();
  const doc: NamespaceDoc = { namespace_id: newId("ns"), ...given, created_at: now, updated_at: now };
  await unique(doc.namespace_name, () =>
    db.insert(namespaces).values({ id: doc.namespace_id, createdAt: now, ...columnsOf(doc) }),
  );
  return doc;
}

/** By id or name; an id wins over another namespace's name. `visible` limits to a key's namespaces. */
export async function findNamespace(db: Db, identifier: string, visible: string[] | null) {
  const rows = await db
    .select({ id: namespaces.id, name: namespaces.name, doc: namespaces.doc })
    .from(namespaces)
    .where(and(or(eq(namespaces.id, identifier), eq(namespaces.name, identifier)), isNull(namespaces.deletingAt)));
  const row = rows.find(({ id }) => id === identifier) ?? rows[0];
  if (!row || (visible && !visible.includes(row.id))) return null;
  return { ...row, doc: row.doc as unknown as NamespaceDoc };
}

export async function updateNamespace(db: Db, doc: NamespaceDoc): Promise<NamespaceDoc> {
  const updated = { ...doc, updated_at: timestamp() };
  await unique(updated.namespace_name, () =>
    db.update(namespaces).set(columnsOf(updated)).where(eq(namespaces.id, doc.namespace_id)),
  );
  return updated;
}

/** The namespaces that a key may see. */
export const visibleNamespaces = (ids: string[] | null): RowScope =>
  ids === null
    ? { sql: "deleting_at IS NULL", params: [] }
    : {
        sql: "deleting_at IS NULL AND id IN (SELECT value FROM json_each(?))",
        params: [JSON.stringify(ids)],
      };

async function unique(name: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isUniqueViolation(error, "namespaces.name")) throw error;
    throw new ShoalError("namespace_name_taken", `There is already a namespace named "${name}".`, {
      resource: "namespace",
      namespace_name: name,
    });
  }
}

/** From here on nobody finds the namespace, and its name is free again. */
export async function markDeleting(db: Db, id: string): Promise<void> {
  await db
    .update(namespaces)
    .set({ name: `deleting:${id}`, deletingAt: timestamp() })
    .where(eq(namespaces.id, id));
}

/** Namespaces whose removal has not come to its end. */
export async function deletingNamespaces(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: namespaces.id })
    .from(namespaces)
    .where(isNotNull(namespaces.deletingAt))
    .orderBy(namespaces.deletingAt);
  return rows.map(({ id }) => id);
}

/** Removes a namespace's definitions, its keys' grants, and at last itself. Its collections and runs are gone already. */
export async function deleteDefinitions(db: Db, id: string): Promise<void> {
  const without = sql`(select json_group_array(value) from json_each(${apiKeys.namespaces}) where value <> ${id})`;
  const held = sql`exists (select 1 from json_each(${apiKeys.namespaces}) where value = ${id})`;
  await db.batch([
    db.delete(clusters).where(eq(clusters.namespaceId, id)),
    db.delete(tasks).where(eq(tasks.namespaceId, id)),
    db
      .delete(idempotencyBodies)
      .where(sql`${idempotencyBodies.id} in (select id from ${idempotency} where namespace_id = ${id})`),
    db.delete(idempotency).where(eq(idempotency.namespaceId, id)),
    db
      .update(apiKeys)
      .set({ namespaces: without, doc: sql`json_set(${apiKeys.doc}, '$.namespaces', ${without})` })
      .where(held),
    db.delete(namespaces).where(eq(namespaces.id, id)),
  ]);
}
