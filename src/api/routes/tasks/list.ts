import { z } from "@hono/zod-openapi";
import { visibleTasks } from "../../../db/tasks";
import { listResources } from "../../listing";
import { operation } from "../../operation";
import { TaskStatus } from "../../schemas/common";
import { ListBody, ListQuery, PAGINATION_EXAMPLE, Pagination } from "../../schemas/list";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";

const ListTasksRequest = ListBody.extend({
  status: TaskStatus.nullish(),
  task_type: z.string().max(100).nullish(),
}).openapi("ListTasksRequest");

const ListTasksResponse = z
  .object({ results: z.array(TaskResponse), pagination: Pagination, total_count: z.int() })
  .openapi("ListTasksResponse");

export const listTasksOperation = operation(
  {
    id: "list_tasks",
    method: "post",
    path: "/v1/tasks/list",
    tag: "Tasks",
    summary: "List tasks",
    description: "Newest first unless sorted otherwise, over all namespaces that the key may see.",
    access: { scope: "read", namespaced: false },
    query: ListQuery,
    body: { schema: ListTasksRequest, example: { status: "PROCESSING" } },
    answer: {
      description: "A page of tasks.",
      schema: ListTasksResponse,
      example: { results: [TASK_EXAMPLE], pagination: PAGINATION_EXAMPLE, total_count: 1 },
    },
  },
  async (c, { query, body }) => {
    const visible = visibleTasks(c.var.auth.namespaces);
    const wanted = (["status", "task_type"] as const).filter((field) => body[field]);
    const scope = {
      sql: [visible.sql, ...wanted.map((field) => `json_extract(doc, '$.${field}') = ?`)].join(" AND "),
      params: [...visible.params, ...wanted.map((field) => body[field]!)],
    };
    const page = await listResources<TaskResponse>(c, "tasks", scope, query, body);
    return { results: page.docs, pagination: page.pagination, total_count: page.total };
  },
);
