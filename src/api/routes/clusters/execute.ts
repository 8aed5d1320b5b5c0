import type { z } from "@hono/zod-openapi";
import { prepareRun, startRun } from "../../../runs/start";
import type { AppContext } from "../../context";
import { operation } from "../../operation";
import { ClusterPath, ExecuteBody, WaitQuery } from "../../schemas/cluster-request";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { requireCluster } from "./find";
import { overridesOf, waitForTask } from "./run";

interface Request {
  params: z.output<typeof ClusterPath>;
  query: z.output<typeof WaitQuery>;
  body: z.output<typeof ExecuteBody>;
}

const config = (id: string, path: string, summary: string) => ({
  id,
  method: "post" as const,
  path,
  tag: "Clusters" as const,
  summary,
  description:
    "Starts a run and answers its task at once, with `run_id` and `cluster_id` in `additional_data`. The body may override the " +
    "sample size, the filter and the seed for this run. One run of a cluster at a time: a second answers 409 `run_in_progress`.",
  access: { scope: "write" as const, namespaced: true },
  params: ClusterPath,
  query: WaitQuery,
  body: { schema: ExecuteBody, example: { sample_size: 10_000, random_state: 7 } },
  answer: { description: "The run's task.", schema: TaskResponse, example: TASK_EXAMPLE },
});

async function execute(c: AppContext, { params, query, body }: Request): Promise<TaskResponse> {
  const cluster = await requireCluster(c, params.cluster_identifier);
  const { spec } = await prepareRun(c.env, cluster, overridesOf(body), body.recluster ?? null);
  const task = (await startRun(c.env, spec)) as TaskResponse;
  return waitForTask(c, task, spec, query.wait);
}

export const executeClusterOperation = operation(
  config("execute_cluster", "/v1/clusters/{cluster_identifier}/execute", "Run a clustering"),
  execute,
);

export const submitClusterOperation = operation(
  config("submit_cluster", "/v1/clusters/{cluster_identifier}/execute/submit", "Run a clustering as a job"),
  execute,
);
