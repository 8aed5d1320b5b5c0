import { resumeTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { CLUSTER_TRIGGER_EXAMPLE, ClusterTrigger, TriggerPath } from "../triggers/schemas";
import { findClusterTrigger, render } from "./find";

export const resumeClusterTriggerOperation = operation(
  {
    id: "resume_cluster_trigger",
    method: "post",
    path: "/v1/clusters/triggers/{trigger_id}/resume",
    tag: "Triggers",
    summary: "Resume a cluster trigger",
    description: "Also one that had failed. The next time is reckoned from now; what was missed is not made up for.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: ClusterTrigger, example: CLUSTER_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(c, await resumeTrigger(c.env, await findClusterTrigger(c, params.trigger_id))),
);
