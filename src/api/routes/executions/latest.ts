import { newestExecutions } from "../../../db/executions";
import { ShoalError } from "../../../domain/errors";
import { services } from "../../context";
import { withGivenNames } from "../../group-labels";
import { operation } from "../../operation";
import { EXECUTION_EXAMPLE } from "../../schemas/cluster-examples";
import { ClusterPath } from "../../schemas/cluster-request";
import { LatestExecutionResponse } from "../../schemas/execution";
import { requireCluster } from "../clusters/find";

const HISTORY = 20;

export const latestExecutionOperation = operation(
  {
    id: "get_latest_execution",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/executions",
    tag: "Executions",
    summary: "Get the newest run",
    description:
      "The newest run of any status as one object, and in `history` the newest 20. 404 `no_execution` before the first.",
    access: { scope: "read", namespaced: true },
    params: ClusterPath,
    answer: {
      description: "The newest run.",
      schema: LatestExecutionResponse,
      example: { ...EXECUTION_EXAMPLE, history: [EXECUTION_EXAMPLE] },
    },
  },
  async (c, { params }) => {
    const { db } = services(c);
    const namespaceId = c.var.namespace.id;
    const { id } = await requireCluster(c, params.cluster_identifier);
    const newest = await newestExecutions(db, namespaceId, id, HISTORY);
    const history = await withGivenNames(
      c,
      newest.map(({ doc }) => doc),
    );
    const [latest] = history;
    if (latest) return { ...latest, history };
    throw new ShoalError("no_execution", `Cluster ${id} has not been executed yet.`, {
      resource: "execution",
      cluster_id: id,
    });
  },
);
