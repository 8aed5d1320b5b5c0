import { clusterStats } from "../../../db/clusters";
import { services } from "../../context";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { type ClusterResponse, ListClustersResponse } from "../../schemas/cluster";
import { CLUSTER_LIST_EXAMPLE } from "../../schemas/cluster-examples";
import { ListBody, ListQuery } from "../../schemas/list";

export const listClustersOperation = operation(
  {
    id: "list_clusters",
    method: "post",
    path: "/v1/clusters/list",
    tag: "Clusters",
    summary: "List clusters",
    description: "Newest first unless sorted otherwise. `stats` are over all clusters of the namespace.",
    access: { scope: "read", namespaced: true },
    query: ListQuery,
    body: {
      schema: ListBody,
      example: { filters: { algorithm: "kmeans" }, sort: { field: "num_clusters", direction: "desc" } },
    },
    answer: { description: "A page of clusters.", schema: ListClustersResponse, example: CLUSTER_LIST_EXAMPLE },
  },
  async (c, { query, body }) => {
    const namespaceId = c.var.namespace.id;
    const scope = { sql: "namespace_id = ?", params: [namespaceId] };
    const [page, stats] = await Promise.all([
      listResources<ClusterResponse>(c, "clusters", scope, query, body),
      clusterStats(services(c).db, namespaceId),
    ]);
    return { results: page.docs, pagination: page.pagination, total_count: page.total, stats };
  },
);
