/** A new definition: settled against the namespace, named, stored. */
import { createCluster } from "../../../db/clusters";
import { timestamp } from "../../../db/time";
import { type DefinitionDraft, settle } from "../../../domain/definition/adapters";
import type { Warning } from "../../../domain/definition/model";
import { renderCluster } from "../../../domain/definition/render";
import { newId } from "../../../domain/ids";
import { type AppContext, services } from "../../context";
import type { ClusterResponse } from "../../schemas/cluster";
import { inputCollections } from "./collections";
import type { Runnable } from "./run";

export interface StoredCluster extends Runnable {
  doc: ClusterResponse;
  warnings: Warning[];
}

/** Settles a draft and gives it an id, without storing it yet. Without a name, the id is the name. */
export async function newCluster(c: AppContext, draft: DefinitionDraft): Promise<StoredCluster> {
  const namespaceId = c.var.namespace.id;
  const collections = await inputCollections(c, draft.definition.collection_ids);
  const { definition: settled, warnings } = settle(draft, collections);
  const id = newId("clust");
  const definition = { ...settled, cluster_name: settled.cluster_name || id };
  const identity = { clusterId: id, namespaceId, createdAt: timestamp() };
  return { id, namespaceId, definition, doc: renderCluster(identity, definition) as ClusterResponse, warnings };
}

export async function storeCluster(c: AppContext, draft: DefinitionDraft): Promise<StoredCluster> {
  const cluster = await newCluster(c, draft);
  await createCluster(services(c).db, cluster);
  return cluster;
}
