import { withGivenNames } from "../../group-labels";
import { operation } from "../../operation";
import { EXECUTION_EXAMPLE, PLAN_EXAMPLE } from "../../schemas/cluster-examples";
import { ExecutionPath, PlannedExecutionResponse } from "../../schemas/execution";
import { renderPlan } from "../../schemas/plan";
import { findRun } from "./find";

export const getExecutionOperation = operation(
  {
    id: "get_execution",
    method: "get",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}",
    tag: "Executions",
    summary: "Get a run",
    description: "The run with the plan that it follows.",
    access: { scope: "read", namespaced: true },
    params: ExecutionPath,
    answer: {
      description: "The run.",
      schema: PlannedExecutionResponse,
      example: { ...EXECUTION_EXAMPLE, plan: PLAN_EXAMPLE.plan },
    },
  },
  async (c, { params }) => {
    const { doc, plan } = (await findRun(c, params)).execution;
    const [named] = await withGivenNames(c, [doc]);
    return { ...named!, plan: plan && renderPlan(plan) };
  },
);
