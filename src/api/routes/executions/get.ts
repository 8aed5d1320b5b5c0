import { operation } from "../../operation";
import { EXECUTION_EXAMPLE } from "../../schemas/cluster-examples";
import { ExecutionPath, ExecutionResponse } from "../../schemas/execution";
import { findRun } from "./find";

export const getExecutionOperation = operation(
  {
    id: "get_execution",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}",
    tag: "Executions",
    summary: "Get a run",
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    answer: { description: "The run.", schema: ExecutionResponse, example: EXECUTION_EXAMPLE },
  },
  async (c, { params }) => (await findRun(c, params)).execution.doc,
);
