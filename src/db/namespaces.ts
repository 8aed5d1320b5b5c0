import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import { type Db, isUniqueViolation, thatOf } from "./connect";
import { boundedDefinition } from "./json";
import { type RowScope, searchText } from "./list";
import {
  apiKeys,
  clusters,
  groupLabels,
  idempotency,
  idempotencyBodies,
  jobs,
  labelCache,
  namespaces,
  tasks,
  taxonomies,
  taxonomyVersions,
  templates,
  triggerEvents,
  triggerFirings,
  triggers,
  webhookDeliveries,
} from "./schema";
import { timestamp } from "./time";
import { forgetNamespace } from "./webhooks";

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
  doc: { ...boundedDefinition("namespace", doc) },
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

const named = (identifier: string) =>
  and(or(eq(namespaces.id, identifier), eq(namespaces.name, identifier)), isNull(namespaces.deletingAt));

/** The namespace of that id and the one of that name: two rows at most, of which `thatOf` takes one. */
export const namespacesNamed = (db: Db, identifier: string) =>
  db
    .select({ id: namespaces.id, name: namespaces.name, doc: namespaces.doc })
    .from(namespaces)
    .where(named(identifier));

/** The ids of the same rows, as a subquery of a statement that is sent along. */
export const namespaceIdsNamed = (db: Db, identifier: string) =>
  db.select({ id: namespaces.id }).from(namespaces).where(named(identifier));

/** By id or name; an id wins over another namespace's name. `visible` limits to a key's namespaces. */
export async function findNamespace(db: Db, identifier: string, visible: string[] | null) {
  const row = thatOf(await namespacesNamed(db, identifier), identifier);
  if (!row || (visible && !visible.includes(row.id))) return null;
  return { ...row, doc: row.doc as unknown as NamespaceDoc };
}

/** Changes fields of a namespace; null when it is not (any more) as it was read. */
export async function updateNamespace(
  db: Db,
  before: NamespaceDoc,
  changes: Partial<NamespaceDoc>,
): Promise<NamespaceDoc | null> {
  const updated = { ...before, ...changes, updated_at: timestamp() };
  const rows = await unique(updated.namespace_name, () =>
    db
      .update(namespaces)
      .set(columnsOf(updated))
      .where(
        and(
          eq(namespaces.id, before.namespace_id),
          eq(namespaces.doc, { ...before }),
          // One that is being deleted has lost its name for good.
          isNull(namespaces.deletingAt),
        ),
      )
      .returning({ id: namespaces.id }),
  );
  return rows.length > 0 ? updated : null;
}

/** The namespaces that a key may see. */
export const visibleNamespaces = (ids: string[] | null): RowScope =>
  ids === null
    ? { sql: "deleting_at IS NULL", params: [] }
    : {
        sql: "deleting_at IS NULL AND id IN (SELECT value FROM json_each(?))",
        params: [JSON.stringify(ids)],
      };

async function unique<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
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
    db.delete(triggers).where(eq(triggers.namespaceId, id)),
    db.delete(triggerFirings).where(eq(triggerFirings.namespaceId, id)),
    db.delete(triggerEvents).where(eq(triggerEvents.namespaceId, id)),
    db.delete(tasks).where(eq(tasks.namespaceId, id)),
    db.delete(groupLabels).where(eq(groupLabels.namespaceId, id)),
    db.delete(jobs).where(eq(jobs.namespaceId, id)),
    db.delete(webhookDeliveries).where(eq(webhookDeliveries.namespaceId, id)),
    db.delete(templates).where(eq(templates.namespaceId, id)),
    forgetNamespace(db, id),
    db.delete(taxonomies).where(eq(taxonomies.namespaceId, id)),
    db.delete(taxonomyVersions).where(eq(taxonomyVersions.namespaceId, id)),
    db
      .delete(idempotencyBodies)
      .where(sql`${idempotencyBodies.id} in (select id from ${idempotency} where namespace_id = ${id})`),
    db.delete(idempotency).where(eq(idempotency.namespaceId, id)),
    db.delete(labelCache).where(eq(labelCache.namespaceId, id)),
    db
      .update(apiKeys)
      .set({ namespaces: without, doc: sql`json_set(${apiKeys.doc}, '$.namespaces', ${without})` })
      .where(held),
    db.delete(namespaces).where(eq(namespaces.id, id)),
  ]);
}
