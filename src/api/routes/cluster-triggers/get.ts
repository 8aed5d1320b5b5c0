import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ClusterTrigger, TriggerPath } from "../triggers/schemas";
import { findClusterTrigger, render } from "./find";

export const getClusterTriggerOperation = operation(
  {
    id: "get_cluster_trigger",
    method: "get",
    path: "/v1/clusters/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Get a cluster trigger",
    description: "With the time that it is due next and how it went last. One that was deleted is `disabled`.",
    access: { scope: "read", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: ClusterTrigger, example: CLUSTER_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(c, await findClusterTrigger(c, params.trigger_id)),
);
