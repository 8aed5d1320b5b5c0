import { and, eq, inArray, or, type SQLWrapper, sql } from "drizzle-orm";
import type { ClusterDefinition } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { type Db, isUniqueViolation, thatOf } from "./connect";
import { boundedDefinition, setFields } from "./json";
import { searchText } from "./list";
import { clusters, executions, groupLabels, tasks } from "./schema";
import { timestamp } from "./time";
import { deleteTriggersOf } from "./triggers";

type Doc = Record<string, unknown>;
type RenderedCluster = { cluster_id: string; namespace_id: string; created_at: string };

export interface ClusterRow {
  id: string;
  namespaceId: string;
  name: string;
  definition: ClusterDefinition;
  /** The cluster as the API renders it. */
  doc: Doc;
  /** Newest run of any status. */
  lastRunId: string | null;
}

const columnsOf = (id: string, definition: ClusterDefinition) => ({
  name: definition.cluster_name,
  definition: { ...boundedDefinition("cluster", definition) },
  search: searchText(
    id,
    definition.cluster_name,
    definition.description,
    definition.collection_ids,
    definition.metadata,
  ),
});

/** @param doc the rendered cluster: its ids and times are the row's */
export async function createCluster(
  db: Db,
  { definition, doc }: { definition: ClusterDefinition; doc: RenderedCluster },
) {
  const { cluster_id: id, namespace_id: namespaceId, created_at: createdAt } = doc;
  await unique(definition.cluster_name, () =>
    db
      .insert(clusters)
      .values({ id, namespaceId, doc: { ...doc }, createdAt, updatedAt: createdAt, ...columnsOf(id, definition) }),
  );
}

/** The cluster of that id and the one of that name, of each of the namespaces. */
export const clustersNamed = (db: Db, namespaceIds: SQLWrapper | string[], identifier: string) =>
  db
    .select()
    .from(clusters)
    .where(
      and(inArray(clusters.namespaceId, namespaceIds), or(eq(clusters.id, identifier), eq(clusters.name, identifier))),
    );

export const clusterOf = (
  rows: (typeof clusters.$inferSelect)[],
  namespaceId: string,
  identifier: string,
): ClusterRow | null => {
  const row = thatOf(
    rows.filter((row) => row.namespaceId === namespaceId),
    identifier,
  );
  return row && { ...row, definition: row.definition as unknown as ClusterDefinition };
};

/** By id or name inside the namespace; an id wins over another cluster's name. */
export async function findCluster(db: Db, namespaceId: string, identifier: string): Promise<ClusterRow | null> {
  return clusterOf(await clustersNamed(db, [namespaceId], identifier), namespaceId, identifier);
}

/** The definitions of clusters, by cluster. */
export async function clusterDefinitions(
  db: Db,
  namespaceId: string,
  ids: string[],
): Promise<Map<string, ClusterDefinition>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: clusters.id, definition: clusters.definition })
    .from(clusters)
    .where(
      and(
        eq(clusters.namespaceId, namespaceId),
        sql`${clusters.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    );
  return new Map(rows.map(({ id, definition }) => [id, definition as unknown as ClusterDefinition]));
}

/**
 * Replaces the definition and the rendered fields that follow from it; what runs wrote stays. Returns the document, or null
 * when the definition is not (any more) the one that was read: two changes at once must not undo each other.
 */
export async function updateCluster(
  db: Db,
  { id, definition: before }: Pick<ClusterRow, "id" | "definition">,
  { definition, changes }: { definition: ClusterDefinition; changes: Doc },
): Promise<Doc | null> {
  const updatedAt = timestamp();
  const doc = setFields(clusters.doc, { ...changes, updated_at: updatedAt });
  const [row] = await unique(definition.cluster_name, () =>
    db
      .update(clusters)
      .set({ ...columnsOf(id, definition), updatedAt, doc })
      .where(and(eq(clusters.id, id), eq(clusters.definition, { ...before })))
      .returning({ doc: clusters.doc }),
  );
  return row?.doc ?? null;
}

/** Sets fields that follow from the cluster's runs; the definition stays as it is by then. */
export async function setClusterFields(db: Db, id: string, changes: Doc): Promise<void> {
  const updatedAt = timestamp();
  const doc = setFields(clusters.doc, { ...changes, updated_at: updatedAt });
  await db.update(clusters).set({ updatedAt, doc }).where(eq(clusters.id, id));
}

/** Removes the definition, its execution history and its tasks. Running work is to be cancelled before. */
export async function deleteCluster(db: Db, namespaceId: string, id: string): Promise<void> {
  const own = and(eq(clusters.namespaceId, namespaceId), eq(clusters.id, id));
  await db.batch([
    db.delete(executions).where(and(eq(executions.namespaceId, namespaceId), eq(executions.clusterId, id))),
    db.delete(tasks).where(and(eq(tasks.namespaceId, namespaceId), eq(tasks.clusterId, id))),
    db.delete(groupLabels).where(and(eq(groupLabels.namespaceId, namespaceId), eq(groupLabels.clusterId, id))),
    db.delete(clusters).where(own),
    ...deleteTriggersOf(db, namespaceId, [id]),
  ]);
}

/** Sums over every cluster of a namespace, for the list's `stats`. */
export async function clusterStats(db: Db, namespaceId: string) {
  const rows = await db.all<{ status: string; clusters: number; documents: number }>(sql`
    select json_extract(doc, '$.status') as status, count(*) as clusters,
           coalesce(sum(json_extract(doc, '$.num_documents_clustered')), 0) as documents
    from ${clusters} where namespace_id = ${namespaceId} group by 1 order by 1`);
  const total = rows.reduce((sum, row) => sum + row.clusters, 0);
  const documents = rows.reduce((sum, row) => sum + row.documents, 0);
  return {
    total_clusters: total,
    total_documents: documents,
    avg_documents_per_cluster: total === 0 ? 0 : documents / total,
    clusters_by_status: Object.fromEntries(rows.map((row) => [row.status, row.clusters])),
  };
}

async function unique<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error, "clusters.")) throw error;
    throw new ShoalError("cluster_name_taken", `There is already a cluster named "${name}" in this namespace.`, {
      resource: "cluster",
      cluster_name: name,
    });
  }
}
