/** The clusters that are applied to a collection, kept in step with the definitions that run after every batch. */
import { findCollection, updateCollection } from "../db/collections";
import type { Db } from "../db/connect";
import type { ClusterDefinition } from "../domain/definition/model";
import { applicationOf } from "./auto";

type Applications = Record<string, unknown>[];

/** Adds the cluster to each of its input collections; a repeated call changes nothing. */
export async function applyToCollections(
  db: Db,
  cluster: { id: string; namespaceId: string; definition: ClusterDefinition },
): Promise<void> {
  const { id, namespaceId, definition } = cluster;
  if (!definition.auto_execute_on_batch) return;
  const added = { ...applicationOf(id, definition) };
  for (const collectionId of definition.collection_ids) {
    await change(db, namespaceId, collectionId, (before) =>
      before.some(({ cluster_id }) => cluster_id === id) ? before : [...before, added],
    );
  }
}

/** Takes a cluster that is being deleted out of its collections. */
export async function withdrawFromCollections(
  db: Db,
  cluster: { id: string; namespaceId: string; definition: ClusterDefinition },
): Promise<void> {
  const { id, namespaceId, definition } = cluster;
  for (const collectionId of definition.collection_ids) {
    await change(db, namespaceId, collectionId, (before) => before.filter(({ cluster_id }) => cluster_id !== id));
  }
}

/** Writers of one collection's definition in a row, at most. */
const ATTEMPTS = 10;

async function change(
  db: Db,
  namespaceId: string,
  collectionId: string,
  wanted: (before: Applications) => Applications,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const collection = await findCollection(db, namespaceId, collectionId);
    const before = collection?.doc.cluster_applications ?? [];
    const after = wanted(before);
    if (!collection || after.length === before.length) return;
    if (await updateCollection(db, collection.doc, { cluster_applications: after })) return;
  }
  throw new Error(`collection ${collectionId} was changed ${ATTEMPTS} times at once`);
}
