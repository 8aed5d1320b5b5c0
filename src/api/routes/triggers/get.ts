import { operation } from "../../operation";
import { findUnifiedTrigger, render } from "./find";
import { TriggerPath, UNIFIED_TRIGGER_EXAMPLE, UnifiedTrigger } from "./schemas";

export const getTriggerOperation = operation(
  {
    id: "get_trigger",
    method: "get",
    path: "/v1/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Get a trigger",
    description: "With the time that it is due next and how it went last. One that was deleted is `disabled`.",
    access: { scope: "read", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: UnifiedTrigger, example: UNIFIED_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(await findUnifiedTrigger(c, params.trigger_id)),
);
