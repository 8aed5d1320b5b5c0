import { operation } from "../../operation";
import { ClusterResponse } from "../../schemas/cluster";
import { CLUSTER_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { requireCluster } from "./find";

export const getClusterOperation = operation(
  {
    id: "get_cluster",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}",
    tag: "Clusters",
    summary: "Get a cluster",
    description: "The definition, the state of its newest run and the result of its last completed one.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    answer: { description: "The cluster.", schema: ClusterResponse, example: CLUSTER_EXAMPLE },
  },
  async (c, { params }) => {
    const { doc } = await requireCluster(c, params.cluster_identifier);
    return doc as ClusterResponse;
  },
);
