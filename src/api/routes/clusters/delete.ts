import { z } from "@hono/zod-openapi";
import { deleteCluster } from "../../../db/clusters";
import { executionIds, runningExecution } from "../../../db/executions";
import { keys } from "../../../objects/keys";
import { deletePrefix } from "../../../objects/object-store";
import { withdrawFromCollections } from "../../../triggers/applications";
import { services } from "../../context";
import { operation } from "../../operation";
import { ClusterDeleted } from "../../schemas/cluster";
import { CLUSTER_DELETED_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { queryBoolean } from "../../schemas/list";
import { tellCluster } from "../../told";
import { requireCluster } from "./find";

/** Coordinators that are told at once. */
const AT_ONCE = 50;

export const deleteClusterOperation = operation(
  {
    id: "delete_cluster",
    method: "delete",
    path: "/v1/clusters/{cluster_identifier}",
    tag: "Clusters",
    summary: "Delete a cluster",
    description:
      "Cancels a running run and removes the definition, its triggers, executions and tasks. The files of finished runs stay at their keys " +
      "unless `delete_artifacts=true`.",
    access: { scope: "write", namespaced: true },
    params: ClusterPath,
    query: z.object({ delete_artifacts: queryBoolean(false) }),
    answer: { description: "What was removed.", schema: ClusterDeleted, example: CLUSTER_DELETED_EXAMPLE },
  },
  async (c, { params, query }) => {
    const { db, objects, run } = services(c);
    const namespaceId = c.var.namespace.id;
    const cluster = await requireCluster(c, params.cluster_identifier);
    const { id, name } = cluster;
    await withdrawFromCollections(db, { ...cluster, namespaceId });
    const running = await runningExecution(db, namespaceId, id);
    if (running) await run(running.id).cancel();
    // A coordinator keeps a finished run's state for its event stream; with the cluster gone nobody can ask for it.
    const runIds = await executionIds(db, namespaceId, id);
    for (let from = 0; from < runIds.length; from += AT_ONCE) {
      await Promise.all(runIds.slice(from, from + AT_ONCE).map((runId) => run(runId).destroy()));
    }
    if (query.delete_artifacts) await deletePrefix(objects, keys.cluster(namespaceId, id));
    await deleteCluster(db, namespaceId, id);
    await tellCluster(c, "deleted", id, { cluster_name: name, artifacts_deleted: query.delete_artifacts });
    return {
      success: true as const,
      message: "Successfully deleted",
      cluster_id: id,
      artifacts_deleted: query.delete_artifacts,
    };
  },
);
