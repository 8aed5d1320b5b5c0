import { z } from "@hono/zod-openapi";
import { type ClusterRow, setClusterFields } from "../../../db/clusters";
import type { Db } from "../../../db/connect";
import {
  deleteExecution,
  type ExecutionDoc,
  type ExecutionRow,
  latestCompleted,
  newestExecutions,
} from "../../../db/executions";
import { keys } from "../../../objects/keys";
import { deletePrefix } from "../../../objects/object-store";
import { services } from "../../context";
import { operation } from "../../operation";
import { EXECUTION_DELETED_EXAMPLE } from "../../schemas/cluster-examples";
import type { TaskStatus } from "../../schemas/common";
import { ExecutionPath } from "../../schemas/execution";
import { findRun } from "./find";

export const deleteExecutionOperation = operation(
  {
    id: "delete_execution",
    method: "delete",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}",
    tag: "Executions",
    summary: "Delete a run and its artifacts",
    description:
      "A run that has not ended is cancelled first. The cluster then shows the last completed run that is left.",
    access: { scope: "write", namespaced: true },
    params: ExecutionPath,
    answer: {
      description: "The run is removed.",
      example: EXECUTION_DELETED_EXAMPLE,
      schema: z
        .object({ success: z.literal(true), message: z.string(), run_id: z.string() })
        .openapi("ExecutionDeleted"),
    },
  },
  async (c, { params }) => {
    const { cluster, execution } = await findRun(c, params);
    const { db, objects, run } = services(c);
    const namespaceId = c.var.namespace.id;
    const coordinator = run(execution.id);
    await coordinator.cancel();
    await coordinator.destroy();
    await deletePrefix(objects, keys.run(namespaceId, cluster.id, execution.id));
    await deleteExecution(db, namespaceId, execution.id);
    await setClusterFields(db, cluster.id, await remaining(db, cluster));
    return { success: true as const, message: "Successfully deleted", run_id: execution.id };
  },
);

/** What the cluster shows of the runs that are left: the newest one's status, the last completed one's result. */
async function remaining(db: Db, { namespaceId, id }: ClusterRow): Promise<Record<string, unknown>> {
  const [[newest], completed] = await Promise.all([
    newestExecutions(db, namespaceId, id, 1),
    latestCompleted(db, namespaceId, id),
  ]);
  return { status: newest ? clusterStatus(newest.doc) : "PENDING", ...resultOf(completed) };
}

const clusterStatus = ({ status, canceled_at }: ExecutionDoc): TaskStatus =>
  canceled_at
    ? "CANCELED"
    : ({ pending: "PENDING", processing: "PROCESSING", completed: "COMPLETED", failed: "FAILED" } as const)[status];

function resultOf(execution: ExecutionRow | null) {
  const doc = execution?.doc;
  const { silhouette_score = null, ...extra } = doc?.metrics ?? {};
  return {
    last_run_id: doc?.run_id ?? null,
    num_clusters: doc?.num_clusters ?? null,
    num_documents_clustered: doc?.num_points ?? null,
    execution_time_seconds: typeof doc?.execution_time_ms === "number" ? doc.execution_time_ms / 1000 : null,
    completed_at: doc?.completed_at ?? null,
    parquet_path: execution?.artifacts?.centroids ?? null,
    members_key: execution?.artifacts?.members ?? null,
    hierarchy_detected: Boolean(execution?.artifacts?.hierarchy),
    cluster_stats: doc
      ? { num_clusters: doc.num_clusters, noise_points: doc.noise_points, silhouette_score, extra }
      : null,
  };
}
