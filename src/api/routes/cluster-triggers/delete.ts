import { z } from "@hono/zod-openapi";
import { deleteTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { TriggerPath } from "../triggers/schemas";
import { findClusterTrigger } from "./find";

export const deleteClusterTriggerOperation = operation(
  {
    id: "delete_cluster_trigger",
    method: "delete",
    path: "/v1/clusters/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Delete a cluster trigger",
    description:
      "It becomes `disabled` and never fires again; its history stays until its cluster or collection is deleted.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { status: 204, description: "It is disabled.", schema: z.null() },
  },
  async (c, { params }) => {
    await deleteTrigger(c.env, await findClusterTrigger(c, params.trigger_id));
    return null;
  },
);
