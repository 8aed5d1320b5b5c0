import { patchTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ClusterTrigger, PatchClusterTriggerBody, TriggerPath } from "../triggers/schemas";
import { findClusterTrigger, render } from "./find";

export const patchClusterTriggerOperation = operation(
  {
    id: "update_cluster_trigger",
    method: "patch",
    path: "/v1/clusters/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Change a cluster trigger",
    description:
      "Schedule, description and status. A new schedule is read as a whole and begins now. What it runs cannot be changed.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    body: { schema: PatchClusterTriggerBody, example: { schedule_config: { cron_expression: "30 4 * * 1-5" } } },
    answer: { description: "The changed trigger.", schema: ClusterTrigger, example: CLUSTER_TRIGGER_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body }) => {
    const { trigger, warnings } = await patchTrigger(c.env, await findClusterTrigger(c, params.trigger_id), body);
    return render(c, trigger, warnings);
  },
);
