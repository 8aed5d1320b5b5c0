import { z } from "@hono/zod-openapi";
import { operation } from "../../operation";
import { AD_HOC_EXAMPLE, ExecuteAdHocBody } from "../../schemas/cluster-request";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { startAdHoc } from "./ad-hoc";

export const submitAdHocOperation = operation(
  {
    id: "submit_ad_hoc",
    method: "post",
    path: "/v1/clusters/jobs/submit",
    tag: "Clusters",
    summary: "Run a clustering that is not stored, as a job",
    description:
      "Takes the body of `POST /v1/clusters/execute` and answers the task at once. With `cluster_id` the run belongs to that cluster; " +
      "otherwise to a new one, which `additional_data.cluster_id` names.",
    access: { scope: "write", namespaced: true },
    query: z.object({ cluster_id: z.string().optional() }),
    body: { schema: ExecuteAdHocBody, required: true, example: AD_HOC_EXAMPLE },
    answer: { description: "The run's task.", schema: TaskResponse, example: TASK_EXAMPLE },
  },
  async (c, { query, body }) => {
    const { task, warnings } = await startAdHoc(c, body, query.cluster_id || null);
    return { ...task, additional_data: { ...task.additional_data, warnings } };
  },
);
