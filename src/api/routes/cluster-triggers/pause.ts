import { pauseTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ClusterTrigger, TriggerPath } from "../triggers/schemas";
import { findClusterTrigger, render } from "./find";

export const pauseClusterTriggerOperation = operation(
  {
    id: "pause_cluster_trigger",
    method: "post",
    path: "/v1/clusters/triggers/{trigger_id}/pause",
    tag: "Triggers",
    summary: "Pause a cluster trigger",
    description: "It fires no more, and counts no events, until it is resumed.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: ClusterTrigger, example: CLUSTER_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(c, await pauseTrigger(c.env, await findClusterTrigger(c, params.trigger_id))),
);
