import { type ClusterRow, findCluster } from "../../../db/clusters";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The cluster of this namespace by id or name, or a 404. */
export async function requireCluster(c: AppContext, identifier: string): Promise<ClusterRow> {
  const cluster = await findCluster(services(c).db, c.var.namespace.id, identifier);
  if (cluster) return cluster;
  throw new ShoalError("cluster_not_found", `There is no cluster "${identifier}" in this namespace.`, {
    resource: "cluster",
    id: identifier,
  });
}
