import { patchTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { findUnifiedTrigger, render } from "./find";
import { PatchTriggerBody, TriggerPath, UNIFIED_TRIGGER_EXAMPLE, UnifiedTrigger } from "./schemas";

export const patchTriggerOperation = operation(
  {
    id: "update_trigger",
    method: "patch",
    path: "/v1/triggers/{trigger_id}",
    tag: "Triggers",
    summary: "Change a trigger",
    description:
      "Schedule, description and status. A new schedule is read as a whole and begins now. What it runs cannot be changed.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    body: { schema: PatchTriggerBody, example: { schedule_config: { cron_expression: "30 4 * * 1-5" } } },
    answer: { description: "The changed trigger.", schema: UnifiedTrigger, example: UNIFIED_TRIGGER_EXAMPLE },
    errors: [409],
  },
  async (c, { params, body }) => {
    const { trigger, warnings } = await patchTrigger(c.env, await findUnifiedTrigger(c, params.trigger_id), body);
    return render(trigger, warnings);
  },
);
