import { fireNow } from "../../../triggers/change";
import { operation } from "../../operation";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { findUnifiedTrigger } from "./find";
import { TriggerPath } from "./schemas";

export const executeTriggerOperation = operation(
  {
    id: "execute_trigger",
    method: "post",
    path: "/v1/triggers/{trigger_id}/execute",
    tag: "Triggers",
    summary: "Fire a trigger now",
    description:
      "Also a paused one; its schedule stays as it is. Answers the run's task; while the cluster runs, 409 `run_in_progress`. The history " +
      "has it either way.",
    access: { scope: "write", namespaced: true },
    params: TriggerPath,
    answer: { description: "The run's task.", schema: TaskResponse, example: TASK_EXAMPLE },
  },
  async (c, { params }) => {
    const task = await fireNow(c.env, await findUnifiedTrigger(c, params.trigger_id));
    return task as TaskResponse;
  },
);
