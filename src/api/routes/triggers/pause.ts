import { pauseTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { findUnifiedTrigger, render } from "./find";
import { TriggerPath, UNIFIED_TRIGGER_EXAMPLE, UnifiedTrigger } from "./schemas";

export const pauseTriggerOperation = operation(
  {
    id: "pause_trigger",
    method: "post",
    path: "/v1/triggers/{trigger_id}/pause",
    tag: "Triggers",
    summary: "Pause a trigger",
    description: "It fires no more, and counts no events, until it is resumed.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: UnifiedTrigger, example: UNIFIED_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(await pauseTrigger(c.env, await findUnifiedTrigger(c, params.trigger_id))),
);
