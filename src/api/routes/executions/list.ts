import type { ExecutionDoc } from "../../../db/executions";
import { executionStats } from "../../../db/runs";
import { withGivenNames } from "../../group-labels";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { EXECUTION_LIST_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { ListExecutionsResponse } from "../../schemas/execution";
import { ListBody, ListQuery } from "../../schemas/list";
import { requireCluster } from "../clusters/find";

export const listExecutionsOperation = operation(
  {
    id: "list_executions",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/executions/list",
    tag: "Executions",
    summary: "List the runs of a cluster",
    description:
      "Newest first unless sorted otherwise. `search` looks at run ids, error messages, labels and summaries.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    query: ListQuery,
    body: {
      schema: ListBody,
      example: { filters: { status: "completed" }, sort: { field: "metrics.silhouette_score", direction: "desc" } },
    },
    answer: { description: "A page of runs.", schema: ListExecutionsResponse, example: EXECUTION_LIST_EXAMPLE },
  },
  async (c, { params, query, body }) => {
    const namespaceId = c.var.namespace.id;
    const { id } = await requireCluster(c, params.cluster_identifier);
    const scope = { sql: "namespace_id = ? AND cluster_id = ?", params: [namespaceId, id] };
    const page = await listResources<ExecutionDoc>(c, "executions", scope, query, body);
    return {
      results: await withGivenNames(c, page.docs),
      pagination: page.pagination,
      total_count: page.total,
      stats: executionStats(page.docs),
    };
  },
);
