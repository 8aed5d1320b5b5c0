import type { ExecutionRow } from "../../../db/executions";
import { ShoalError } from "../../../domain/errors";
import { endAbandoned } from "../../../runs/unstarted";
import { type AppContext, services } from "../../context";
import { operation } from "../../operation";
import { CANCELED_EXAMPLE } from "../../schemas/cluster-examples";
import { CancelResponse, ExecutionPath } from "../../schemas/execution";
import { findRun } from "./find";

export const cancelExecutionOperation = operation(
  {
    id: "cancel_execution",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/cancel",
    tag: "Executions",
    summary: "Cancel a run",
    description:
      "Ends a pending or processing run; no artifact of it remains. 400 `run_not_cancelable` when it has ended already.",
    access: { scope: "write", namespaced: true },
    params: ExecutionPath,
    answer: { description: "The run is cancelled.", schema: CancelResponse, example: CANCELED_EXAMPLE },
  },
  async (c, { params }) => {
    const { execution } = await findRun(c, params);
    const { id, status } = execution;
    if (status === "completed" || status === "failed" || !(await cancel(c, execution))) {
      throw new ShoalError("run_not_cancelable", `Run ${id} has ended and cannot be cancelled.`, {
        run_id: id,
        status,
      });
    }
    return { success: true as const, message: "Run canceled", run_id: id, status: "CANCELED" as const };
  },
);

const cancel = async (c: AppContext, execution: ExecutionRow): Promise<boolean> =>
  (await services(c).run(execution.id).cancel()) === "canceled" || (await endAbandoned(c.env, execution));
