import { listFirings } from "../../../db/firings";
import { renderClusterFiring } from "../../../triggers/render";
import { services } from "../../context";
import { operation } from "../../operation";
import { CLUSTER_HISTORY_EXAMPLE, ClusterTriggerHistory, HistoryBody, TriggerPath } from "../triggers/schemas";
import { findClusterTrigger } from "./find";

export const clusterTriggerHistoryOperation = operation(
  {
    id: "get_cluster_trigger_history",
    method: "post",
    path: "/v1/clusters/triggers/{trigger_id}/history",
    tag: "Triggers",
    summary: "What a cluster trigger did",
    description: "Every time that it fired in the last 90 days, newest first, with the task and what came of it.",
    access: { scope: "read", namespaced: true },
    params: TriggerPath,
    body: { schema: HistoryBody, example: { status_filter: "failed" } },
    answer: { description: "A page of history.", schema: ClusterTriggerHistory, example: CLUSTER_HISTORY_EXAMPLE },
  },
  async (c, { params, body }) => {
    const { id } = await findClusterTrigger(c, params.trigger_id);
    const { offset, limit, status_filter } = body;
    const { rows, total } = await listFirings(services(c).db, id, { status: status_filter ?? null, offset, limit });
    return { trigger_id: id, executions: rows.map(renderClusterFiring), total, offset, limit };
  },
);
