import { z } from "@hono/zod-openapi";
import { deleteTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { findUnifiedTrigger } from "./find";
import { TriggerPath } from "./schemas";

export const deleteTriggerOperation = operation(
  {
    id: "delete_trigger",
    method: "delete",
    path: "/v1/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Delete a trigger",
    description:
      "It becomes `disabled` and never fires again; its history stays until its cluster or collection is deleted.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { status: 204, description: "It is disabled.", schema: z.null() },
  },
  async (c, { params }) => {
    await deleteTrigger(c.env, await findUnifiedTrigger(c, params.trigger_id));
    return null;
  },
);
