import { resumeTrigger } from "../../../triggers/change";
import { operation } from "../../operation";
import { findUnifiedTrigger, render } from "./find";
import { TriggerPath, UNIFIED_TRIGGER_EXAMPLE, UnifiedTrigger } from "./schemas";

export const resumeTriggerOperation = operation(
  {
    id: "resume_trigger",
    method: "post",
    path: "/v1/triggers/{trigger_id}/resume",
    tag: "Triggers",
    summary: "Resume a trigger",
    description: "Also one that had failed. The next time is reckoned from now; what was missed is not made up for.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { description: "The trigger.", schema: UnifiedTrigger, example: UNIFIED_TRIGGER_EXAMPLE },
  },
  async (c, { params }) => render(await resumeTrigger(c.env, await findUnifiedTrigger(c, params.trigger_id))),
);
