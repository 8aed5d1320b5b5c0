import { type ClusterRow, findCluster } from "../../../db/clusters";
import { ShoalError } from "../../../domain/errors";
import { type AppContext, services } from "../../context";

/** The cluster of this namespace by id or name, or a 404. `isKnown`: as it was at the request's beginning. */
export async function requireCluster(c: AppContext, identifier: string, isKnown = true): Promise<ClusterRow> {
  const named = c.var.target.cluster;
  const cluster =
    isKnown && named?.identifier === identifier
      ? named.row
      : await findCluster(services(c).db, c.var.namespace.id, identifier);
  if (cluster) return cluster;
  throw new ShoalError("cluster_not_found", `There is no cluster "${identifier}" in this namespace.`, {
    resource: "cluster",
    id: identifier,
  });
}
