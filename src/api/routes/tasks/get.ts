import { z } from "@hono/zod-openapi";
import { findTask } from "../../../db/tasks";
import { ShoalError } from "../../../domain/errors";
import { services } from "../../context";
import { operation } from "../../operation";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";

export const TaskParams = z.object({ task_id: z.string().openapi({ example: TASK_EXAMPLE.task_id }) });

export const getTaskOperation = operation(
  {
    id: "get_task",
    method: "get",
    path: "/v1/tasks/{task_id}",
    tag: "Tasks",
    summary: "Get a task",
    description: "Poll while the status is PENDING or PROCESSING.",
    access: { scope: "read", namespaced: false },
    params: TaskParams,
    answer: { description: "The task.", schema: TaskResponse, example: TASK_EXAMPLE },
  },
  async (c, { params }) => {
    const task = await findTask(services(c).db, params.task_id, c.var.auth.namespaces);
    if (task) return task.doc as TaskResponse;
    throw new ShoalError("task_not_found", `There is no task "${params.task_id}".`, {
      resource: "task",
      id: params.task_id,
    });
  },
);
