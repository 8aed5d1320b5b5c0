import type { z } from "@hono/zod-openapi";
import { ExportDestination } from "../../../domain/definition/export";
import { ShoalError } from "../../../domain/errors";
import { newId } from "../../../domain/ids";
import { openDestination } from "../../../exports/destination";
import { newExport } from "../../../exports/job";
import { enqueueTask } from "../../../jobs/enqueue";
import { services } from "../../context";
import { operation } from "../../operation";
import { ExecutionPath } from "../../schemas/execution";
import { TASK_EXAMPLE, TaskResponse } from "../../schemas/task";
import { findRun } from "./find";

const Body = ExportDestination.partial({ bucket: true }).openapi("ExportRequest");

export const exportExecutionOperation = operation(
  {
    id: "export_execution",
    method: "post",
    path: "/v1/clusters/{cluster_identifier}/executions/{run_id}/export",
    tag: "Executions",
    summary: "Export a run's artifacts to an S3-compatible store",
    description:
      "Copies the run's files to `{prefix}/{cluster_id}/{run_id}/` of the bucket, the manifest last. Without a body the destination is the " +
      "cluster's `export`. The credentials are the deployment's: `credentials` names them (`S3`: the secrets `S3_ACCESS_KEY_ID` and " +
      "`S3_SECRET_ACCESS_KEY`). Exporting twice writes the same files again.",
    access: { scope: "write", namespaced: true },
    params: ExecutionPath,
    body: {
      schema: Body,
      example: { bucket: "analytics", prefix: "shoal", endpoint: "https://minio.example.com", region: "us-east-1" },
    },
    answer: {
      description: "The task of the export; its outputs are the files' addresses.",
      schema: TaskResponse,
      example: { ...TASK_EXAMPLE, task_type: "api_collections_export", status: "PENDING" as const, outputs: null },
    },
    errors: [422, 503],
  },
  async (c, { params, body }) => {
    const { db, env } = { ...services(c), env: c.env };
    const { cluster, execution } = await findRun(c, params);
    const destination = destinationOf(body, cluster.definition.export ?? null);
    if (execution.status !== "completed" || !execution.artifacts)
      throw new ShoalError(
        "artifacts_not_ready",
        `The run ${execution.id} has no artifacts: it is ${execution.status}.`,
        {
          run_id: execution.id,
          status: execution.status,
        },
      );
    // Refused now rather than by the task.
    openDestination(env, cluster.namespaceId, destination);
    const task = {
      taskId: newId("task"),
      namespaceId: cluster.namespaceId,
      clusterId: cluster.id,
      type: "api_collections_export",
      inputs: [{ cluster_id: cluster.id, run_id: execution.id, destination }],
      additionalData: { cluster_id: cluster.id, run_id: execution.id },
    };
    const job = { id: newId("job"), kind: "export", state: newExport(cluster.id, execution.id, destination) };
    return (await enqueueTask(env, db, task, job)) as TaskResponse;
  },
);

function destinationOf(body: z.output<typeof Body>, own: unknown): ExportDestination {
  if (body.bucket !== undefined) return { ...body, bucket: body.bucket };
  if (own) return ExportDestination.parse(own);
  throw new ShoalError(
    "validation_failed",
    "bucket is required: the cluster's definition has no export.",
    {
      field: "bucket",
    },
    [{ loc: ["body", "bucket"], msg: "is required: the cluster's definition has no export", type: "missing" }],
  );
}
