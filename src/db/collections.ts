import { and, eq, inArray, or, type SQLWrapper, sql } from "drizzle-orm";
import type { CollectionFeature } from "../documents/contract";
import { ShoalError } from "../domain/errors";
import { newId } from "../domain/ids";
import { type Db, isUniqueViolation, thatOf } from "./connect";
import { boundedDefinition } from "./json";
import { searchText } from "./list";
import { collections } from "./schema";
import { timestamp } from "./time";
import { deleteTriggersOf } from "./triggers";

/** What a collection stores of itself; `document_count` is read live from its store when it is rendered. */
export interface CollectionDoc {
  collection_id: string;
  namespace_id: string;
  collection_name: string;
  description: string | null;
  source: Record<string, unknown>;
  input_schema: { properties: Record<string, unknown> };
  output_schema: { properties: Record<string, unknown> };
  feature_extractor: Record<string, unknown>;
  /** The dense features, as the store and the planner know them. */
  features: CollectionFeature[];
  enabled: boolean;
  metadata: Record<string, unknown> | null;
  schedule: Record<string, unknown> | null;
  taxonomy_applications: Record<string, unknown>[] | null;
  cluster_applications: Record<string, unknown>[] | null;
  alert_applications: Record<string, unknown>[] | null;
  retriever_enrichments: Record<string, unknown>[] | null;
  created_at: string;
  updated_at: string;
}

export interface CollectionRow {
  id: string;
  name: string;
  features: CollectionFeature[];
  doc: CollectionDoc;
}

const columnsOf = (doc: CollectionDoc) => ({
  name: doc.collection_name,
  doc: { ...boundedDefinition("collection", doc) },
  search: searchText(doc.collection_id, doc.collection_name, doc.description, doc.metadata),
  updatedAt: doc.updated_at,
});

/** The row of a new collection. Its store is to be configured before the row is inserted. */
export function newCollection(
  given: Omit<CollectionDoc, "collection_id" | "created_at" | "updated_at">,
): CollectionDoc {
  const now = timestamp();
  return { collection_id: newId("col"), ...given, created_at: now, updated_at: now };
}

export async function insertCollection(db: Db, doc: CollectionDoc): Promise<void> {
  const { collection_id: id, namespace_id: namespaceId, created_at: createdAt } = doc;
  await unique(doc.collection_name, () =>
    db.insert(collections).values({ id, namespaceId, createdAt, ...columnsOf(doc) }),
  );
}

/** The collection of that id and the one of that name, of each of the namespaces. */
export const collectionsNamed = (db: Db, namespaceIds: SQLWrapper | string[], identifier: string) =>
  db
    .select()
    .from(collections)
    .where(
      and(
        inArray(collections.namespaceId, namespaceIds),
        or(eq(collections.id, identifier), eq(collections.name, identifier)),
      ),
    );

export function collectionOf(
  rows: (typeof collections.$inferSelect)[],
  namespaceId: string,
  identifier: string,
): CollectionRow | null {
  const row = thatOf(
    rows.filter((row) => row.namespaceId === namespaceId),
    identifier,
  );
  if (!row) return null;
  const doc = row.doc as unknown as CollectionDoc;
  return { id: row.id, name: row.name, features: doc.features, doc };
}

/** By id or name inside the namespace; an id wins over another collection's name. */
export async function findCollection(db: Db, namespaceId: string, identifier: string): Promise<CollectionRow | null> {
  return collectionOf(await collectionsNamed(db, [namespaceId], identifier), namespaceId, identifier);
}

/** The collection that each identifier names, in one round trip. */
export async function findCollections(
  db: Db,
  namespaceId: string,
  identifiers: string[],
): Promise<(CollectionRow | null)[]> {
  const given = sql`(select value from json_each(${JSON.stringify(identifiers)}))`;
  const rows = await db
    .select()
    .from(collections)
    .where(
      and(
        eq(collections.namespaceId, namespaceId),
        sql`(${collections.id} in ${given} or ${collections.name} in ${given})`,
      ),
    );
  return identifiers.map((identifier) =>
    collectionOf(
      rows.filter(({ id, name }) => id === identifier || name === identifier),
      namespaceId,
      identifier,
    ),
  );
}

/** Changes fields of a collection; null when it is not (any more) as it was read. */
export async function updateCollection(
  db: Db,
  before: CollectionDoc,
  changes: Partial<CollectionDoc>,
): Promise<CollectionDoc | null> {
  const updated = { ...before, ...changes, updated_at: timestamp() };
  const rows = await unique(updated.collection_name, () =>
    db
      .update(collections)
      .set(columnsOf(updated))
      .where(and(eq(collections.id, before.collection_id), eq(collections.doc, { ...before })))
      .returning({ id: collections.id }),
  );
  return rows.length > 0 ? updated : null;
}

export async function deleteCollection(db: Db, namespaceId: string, id: string): Promise<void> {
  await db.batch([
    db.delete(collections).where(and(eq(collections.namespaceId, namespaceId), eq(collections.id, id))),
    ...deleteTriggersOf(db, namespaceId, [id]),
  ]);
}

/** Ids of a namespace's collections, at most `limit`. */
export async function collectionIds(db: Db, namespaceId: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: collections.id })
    .from(collections)
    .where(eq(collections.namespaceId, namespaceId))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** How many collections each of the namespaces has. */
export async function collectionCounts(db: Db, namespaceIds: string[]): Promise<Map<string, number>> {
  const rows = await db.all<{ id: string; n: number }>(
    sql`select namespace_id as id, count(*) as n from ${collections}
        where namespace_id in (select value from json_each(${JSON.stringify(namespaceIds)})) group by 1`,
  );
  return new Map(rows.map(({ id, n }) => [id, n]));
}

async function unique<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, "collections.")) throw error;
    throw new ShoalError("collection_name_taken", `There is already a collection named "${name}" in this namespace.`, {
      resource: "collection",
      collection_name: name,
    });
  }
}
