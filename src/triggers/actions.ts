/** What a trigger does when it is due: `action_config` by `action_type`, held against the namespace. */
import { z } from "zod";
import { findCluster } from "../db/clusters";
import { findCollection } from "../db/collections";
import type { Db } from "../db/connect";
import { requireTaxonomy } from "../db/taxonomies";
import type { ActionType } from "../db/triggers";
import type { Warning } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import { type Loc, parseAt, unknownFields } from "../domain/issues";

/** `batch_rerun` is the wire's too; what is not carried out here is refused with a reason. */
export const ACTION_TYPES = ["cluster", "taxonomy_enrichment", "batch_rerun", "collection_trigger"] as const;

const ClusterAction = z.object({ cluster_id: z.string().min(1) });
const CollectionAction = z.object({ collection_id: z.string().min(1) });
const TaxonomyAction = z.object({
  taxonomy_id: z.string().min(1),
  collection_id: z.string().min(1),
  batch_size: z.int().min(100).max(5000).default(1000),
});

export interface Action {
  actionType: ActionType;
  actionConfig: Record<string, unknown>;
  resourceId: string;
  warnings: Warning[];
}

/**
 * @throws ShoalError `action_not_available`, `cluster_not_found`, `collection_not_found`, `taxonomy_not_found`, `validation_failed`
 */
export async function readAction(
  db: Db,
  namespaceId: string,
  type: (typeof ACTION_TYPES)[number],
  config: unknown,
  loc: Loc,
): Promise<Action> {
  switch (type) {
    case "cluster": {
      const { cluster_id } = parseAt(ClusterAction, config, loc);
      const id = await clusterId(db, namespaceId, cluster_id);
      const warnings = unknownFields(ClusterAction, config, loc);
      return { actionType: type, actionConfig: { cluster_id: id }, resourceId: id, warnings };
    }
    case "collection_trigger": {
      const { collection_id } = parseAt(CollectionAction, config, loc);
      const id = await collectionId(db, namespaceId, collection_id);
      const warnings = unknownFields(CollectionAction, config, loc);
      return { actionType: type, actionConfig: { collection_id: id }, resourceId: id, warnings };
    }
    case "batch_rerun":
      throw unavailable(
        type,
        "a batch is stored as it came and has nothing to be processed again; collection_trigger runs the clusters of a collection",
      );
    case "taxonomy_enrichment": {
      const { taxonomy_id, collection_id, batch_size } = parseAt(TaxonomyAction, config, loc);
      const taxonomy = await requireTaxonomy(db, namespaceId, taxonomy_id);
      const id = await collectionId(db, namespaceId, collection_id);
      const warnings = unknownFields(TaxonomyAction, config, loc);
      const actionConfig = { taxonomy_id: taxonomy.taxonomy_id, collection_id: id, batch_size };
      // The collection: its documents are what event triggers wait for.
      return { actionType: type, actionConfig, resourceId: id, warnings };
    }
  }
}

const unavailable = (type: string, reason: string): ShoalError =>
  new ShoalError("action_not_available", `action_type ${type} is not available: ${reason}.`, {
    field: "action_type",
    value: type,
    available: ["cluster", "collection_trigger", "taxonomy_enrichment"],
  });

export async function clusterId(db: Db, namespaceId: string, identifier: string): Promise<string> {
  const cluster = await findCluster(db, namespaceId, identifier);
  if (cluster) return cluster.id;
  const details = { resource: "cluster", id: identifier };
  throw new ShoalError("cluster_not_found", `There is no cluster "${identifier}" in this namespace.`, details);
}

export async function collectionId(db: Db, namespaceId: string, identifier: string): Promise<string> {
  const collection = await findCollection(db, namespaceId, identifier);
  if (collection) return collection.id;
  const details = { resource: "collection", id: identifier };
  throw new ShoalError("collection_not_found", `There is no collection "${identifier}" in this namespace.`, details);
}
