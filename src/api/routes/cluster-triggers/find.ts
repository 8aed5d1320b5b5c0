/** Cluster triggers of the namespace, and what their answer needs of their clusters. */
import type { z } from "@hono/zod-openapi";
import { clusterDefinitions } from "../../../db/clusters";
import type { TriggerRow } from "../../../db/triggers";
import type { ClusterDefinition, Warning } from "../../../domain/definition/model";
import { requireTrigger } from "../../../triggers/change";
import { renderClusterTrigger } from "../../../triggers/render";
import { type AppContext, services } from "../../context";
import type { ClusterTrigger } from "../triggers/schemas";

/** A trigger that runs a cluster, or a 404; it is the unified triggers' too. */
export const findClusterTrigger = (c: AppContext, id: string): Promise<TriggerRow> =>
  requireTrigger(c.env, c.var.namespace.id, id, ({ actionType }) => actionType === "cluster");

export async function renderAll(c: AppContext, rows: TriggerRow[]): Promise<z.input<typeof ClusterTrigger>[]> {
  const ids = rows.map(({ resourceId }) => resourceId);
  const found = await clusterDefinitions(services(c).db, c.var.namespace.id, ids);
  return rows.map((row) => renderClusterTrigger(row, executionOf(found.get(row.resourceId))));
}

export async function render(c: AppContext, row: TriggerRow, warnings: Warning[] = []) {
  const [rendered] = await renderAll(c, [row]);
  return warnings.length > 0 ? { ...rendered!, warnings } : rendered!;
}

/** The run that the trigger starts, in the words of `execution_config`. */
const executionOf = (definition: ClusterDefinition | undefined) => ({
  collection_ids: definition?.collection_ids ?? [],
  config: {
    algorithm: definition?.vector_config?.clustering_method ?? "attribute_based",
    ...(definition?.vector_config && {
      algorithm_params: definition.vector_config.algorithm_params,
      feature_uris: definition.vector_config.feature_uris,
    }),
    ...(definition?.attribute_config && { attribute_config: definition.attribute_config }),
  },
});
