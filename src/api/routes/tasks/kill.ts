import { cancelJobOf } from "../../../db/jobs";
import { findTask, taskEnded } from "../../../db/tasks";
import { endCanceled } from "../../../triggers/outcome";
import { services } from "../../context";
import { operation } from "../../operation";
import { DELETED, GenericDeleteResponse } from "../../schemas/common";
import { TaskParams } from "./get";

export const killTaskOperation = operation(
  {
    id: "kill_task",
    method: "delete",
    path: "/v1/tasks/{task_id}",
    tag: "Tasks",
    summary: "Stop a task",
    description: "Cancels the run or the job behind it. A task that has ended, or that does not exist, is no error.",
    access: { scope: "write", namespaced: false },
    params: TaskParams,
    answer: { description: "Stopped, or not running.", schema: GenericDeleteResponse, example: DELETED },
  },
  async (c, { params }) => {
    const { db, run } = services(c);
    const task = await findTask(db, params.task_id, c.var.auth.namespaces);
    if (task?.runId) await run(task.runId).cancel();
    else if (task && (await cancelJobOf(db, params.task_id)).length > 0) {
      await taskEnded(db, params.task_id, "CANCELED", []);
      await endCanceled({ env: c.env, db }, task.namespaceId, params.task_id);
    }
    return DELETED;
  },
);
