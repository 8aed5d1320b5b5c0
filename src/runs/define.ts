/** A new definition: settled against the namespace, named, stored. */
import { createCluster } from "../db/clusters";
import type { Db } from "../db/connect";
import { timestamp } from "../db/time";
import { type DefinitionDraft, settle } from "../domain/definition/adapters";
import type { Warning } from "../domain/definition/model";
import { renderCluster } from "../domain/definition/render";
import { newId } from "../domain/ids";
import { applyToCollections } from "../triggers/applications";
import { inputCollections } from "./collections";
import type { Runnable } from "./start";

export interface NewCluster extends Runnable {
  /** As the API renders it. */
  doc: Record<string, unknown> & { cluster_id: string; namespace_id: string; created_at: string };
  warnings: Warning[];
}

/** Settles a draft and gives it an id, without storing it yet. Without a name, the id is the name. */
export async function newCluster(db: Db, namespaceId: string, draft: DefinitionDraft): Promise<NewCluster> {
  const collections = await inputCollections(db, namespaceId, draft.definition.collection_ids);
  const { definition: settled, warnings } = settle(draft, collections);
  const id = newId("clust");
  const definition = { ...settled, cluster_name: settled.cluster_name || id };
  const identity = { clusterId: id, namespaceId, createdAt: timestamp() };
  return { id, namespaceId, definition, doc: renderCluster(identity, definition) as NewCluster["doc"], warnings };
}

/** Stores a new definition, and applies it to its collections where it is to run after their batches. */
export async function storeCluster(db: Db, namespaceId: string, draft: DefinitionDraft): Promise<NewCluster> {
  const cluster = await newCluster(db, namespaceId, draft);
  await createCluster(db, cluster);
  await applyToCollections(db, cluster);
  return cluster;
}
