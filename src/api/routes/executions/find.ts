import type { ClusterRow } from "../../../db/clusters";
import { type ExecutionRow, requireExecution } from "../../../db/executions";
import { type AppContext, services } from "../../context";
import { requireCluster } from "../clusters/find";

/** A run and its cluster, both of this namespace, or a 404. */
export async function findRun(
  c: AppContext,
  { cluster_identifier, run_id }: { cluster_identifier: string; run_id: string },
): Promise<{ cluster: ClusterRow; execution: ExecutionRow }> {
  const { db } = services(c);
  const namespaceId = c.var.namespace.id;
  const cluster = await requireCluster(c, cluster_identifier);
  return { cluster, execution: await requireExecution(db, namespaceId, cluster.id, run_id) };
}
