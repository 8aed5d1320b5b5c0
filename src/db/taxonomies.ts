/** Taxonomies in D1: the newest version in its resource table, every version beside it. */
import { and, desc, eq, or, sql } from "drizzle-orm";
import { ShoalError } from "../domain/errors";
import { type Db, isUniqueViolation, thatOf } from "./connect";
import { boundedDefinition, setFields } from "./json";
import { searchText } from "./list";
import { taxonomies, taxonomyVersions } from "./schema";
import { timestamp } from "./time";

/** A taxonomy in one version, as the API answers it. */
export interface TaxonomyDoc {
  taxonomy_id: string;
  namespace_id: string;
  version: number;
  taxonomy_name: string;
  description: string | null;
  retriever_id: string | null;
  input_mappings: Record<string, unknown>[] | null;
  /** The configuration as it was given; inferred nodes are added to it. */
  config: Record<string, unknown>;
  /** Whether its nodes are known and documents can be classified. */
  ready: boolean;
  metadata: Record<string, unknown>;
  /** What inference came to: counts, or the error that ended it. */
  inference: Record<string, unknown> | null;
  created_at: string;
  updated_at: string;
}

const searchOf = (doc: TaxonomyDoc): string =>
  searchText(doc.taxonomy_id, doc.taxonomy_name, doc.description, doc.metadata);

export async function createTaxonomy(db: Db, doc: TaxonomyDoc): Promise<void> {
  const { taxonomy_id: id, namespace_id: namespaceId, version, created_at: createdAt, updated_at: updatedAt } = doc;
  const stored = { ...boundedDefinition("taxonomy", doc) };
  await unique(doc.taxonomy_name, () =>
    db.batch([
      db.insert(taxonomies).values({
        ...{ id, namespaceId, name: doc.taxonomy_name, version, doc: stored },
        ...{ search: searchOf(doc), createdAt, updatedAt },
      }),
      db.insert(taxonomyVersions).values({ taxonomyId: id, version, namespaceId, doc: stored }),
    ]),
  );
}

/** By id or name; a version of it, or the newest. Null where there is none. */
export async function findTaxonomy(
  db: Db,
  namespaceId: string,
  identifier: string,
  version: number | null = null,
): Promise<TaxonomyDoc | null> {
  const rows = await db
    .select()
    .from(taxonomies)
    .where(
      and(eq(taxonomies.namespaceId, namespaceId), or(eq(taxonomies.id, identifier), eq(taxonomies.name, identifier))),
    );
  const row = thatOf(rows, identifier);
  if (!row) return null;
  if (version === null || version === row.version) return row.doc as unknown as TaxonomyDoc;
  const [older] = await db
    .select()
    .from(taxonomyVersions)
    .where(and(eq(taxonomyVersions.taxonomyId, row.id), eq(taxonomyVersions.version, version)));
  return (older?.doc as unknown as TaxonomyDoc | undefined) ?? null;
}

export async function requireTaxonomy(
  db: Db,
  namespaceId: string,
  identifier: string,
  version: number | null = null,
): Promise<TaxonomyDoc> {
  const found = await findTaxonomy(db, namespaceId, identifier, version);
  if (found) return found;
  const which = version === null ? "" : ` in version ${version}`;
  throw new ShoalError("taxonomy_not_found", `There is no taxonomy "${identifier}"${which} in this namespace.`, {
    resource: "taxonomy",
    id: identifier,
    ...(version !== null && { version }),
  });
}

/** Newest first. */
export async function taxonomyHistory(db: Db, taxonomyId: string): Promise<TaxonomyDoc[]> {
  const rows = await db
    .select()
    .from(taxonomyVersions)
    .where(eq(taxonomyVersions.taxonomyId, taxonomyId))
    .orderBy(desc(taxonomyVersions.version));
  return rows.map(({ doc }) => doc as unknown as TaxonomyDoc);
}

/** Adds the version after the newest; null when another was added meanwhile. */
export async function addTaxonomyVersion(db: Db, doc: TaxonomyDoc): Promise<TaxonomyDoc | null> {
  const { taxonomy_id: id, namespace_id: namespaceId, version, updated_at: updatedAt } = doc;
  const stored = { ...boundedDefinition("taxonomy", doc) };
  try {
    await db.batch([
      db.insert(taxonomyVersions).values({ taxonomyId: id, version, namespaceId, doc: stored }),
      db
        .update(taxonomies)
        .set({ version, doc: stored, search: searchOf(doc), updatedAt })
        .where(eq(taxonomies.id, id)),
    ]);
  } catch (error) {
    if (isUniqueViolation(error, "taxonomy_versions.")) return null;
    throw error;
  }
  return doc;
}

type Doc = Record<string, unknown>;

/** Sets fields of one version: `config.x` addresses a part. */
export async function setVersionFields(db: Db, id: string, version: number, fields: Doc): Promise<void> {
  const updatedAt = timestamp();
  const changes = { ...fields, updated_at: updatedAt };
  await db.batch([
    db
      .update(taxonomyVersions)
      .set({ doc: setFields(taxonomyVersions.doc, changes) })
      .where(and(eq(taxonomyVersions.taxonomyId, id), eq(taxonomyVersions.version, version))),
    db
      .update(taxonomies)
      .set({ updatedAt, doc: setFields(taxonomies.doc, changes) })
      .where(and(eq(taxonomies.id, id), eq(taxonomies.version, version))),
  ]);
}

/** Changes what all versions share. Answers the newest version. */
export async function describeTaxonomy(
  db: Db,
  before: TaxonomyDoc,
  changes: Partial<Pick<TaxonomyDoc, "taxonomy_name" | "description" | "metadata">>,
): Promise<TaxonomyDoc> {
  const { taxonomy_id: id } = before;
  const updatedAt = timestamp();
  const after = { ...before, ...changes, updated_at: updatedAt };
  boundedDefinition("taxonomy", after);
  const fields = { ...changes, updated_at: updatedAt };
  await unique(after.taxonomy_name, () =>
    db.batch([
      db
        .update(taxonomies)
        .set({
          ...{ name: after.taxonomy_name, search: searchOf(after), updatedAt },
          doc: setFields(taxonomies.doc, fields),
        })
        .where(eq(taxonomies.id, id)),
      db
        .update(taxonomyVersions)
        .set({ doc: setFields(taxonomyVersions.doc, fields) })
        .where(eq(taxonomyVersions.taxonomyId, id)),
    ]),
  );
  return after;
}

export async function deleteTaxonomy(db: Db, namespaceId: string, id: string): Promise<void> {
  await db.batch([
    db
      .delete(taxonomyVersions)
      .where(and(eq(taxonomyVersions.namespaceId, namespaceId), eq(taxonomyVersions.taxonomyId, id))),
    db.delete(taxonomies).where(and(eq(taxonomies.namespaceId, namespaceId), eq(taxonomies.id, id))),
  ]);
}

export async function taxonomyStats(db: Db, namespaceId: string) {
  const [row] = await db.all<{ total: number; flat: number; retrievers: number }>(sql`
    select count(*) as total,
           coalesce(sum(json_extract(doc, '$.config.taxonomy_type') = 'flat'), 0) as flat,
           coalesce(sum(json_extract(doc, '$.retriever_id') is not null), 0) as retrievers
    from ${taxonomies} where namespace_id = ${namespaceId}`);
  const { total = 0, flat = 0, retrievers = 0 } = row ?? {};
  return {
    total_taxonomies: total,
    flat_taxonomies: flat,
    hierarchical_taxonomies: total - flat,
    taxonomies_with_retrievers: retrievers,
  };
}

async function unique<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, "taxonomies.")) throw error;
    throw new ShoalError("taxonomy_name_taken", `There is already a taxonomy named "${name}" in this namespace.`, {
      resource: "taxonomy",
      taxonomy_name: name,
    });
  }
}
