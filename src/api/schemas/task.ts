import { z } from "@hono/zod-openapi";
import { JsonObject, TaskStatus, Timestamp } from "./common";

const Items = z.array(z.union([z.string(), JsonObject])).nullable();

export const TaskResponse = z
  .object({
    task_id: z.string(),
    task_type: z.string().openapi({ example: "engine_cluster_build" }),
    status: TaskStatus,
    inputs: Items,
    outputs: Items,
    additional_data: JsonObject.nullable().openapi({ description: "Holds `run_id`, `cluster_id` and `warnings`." }),
    error: z.string().nullable().openapi({ description: "Why the task failed; copied from `additional_data.error`." }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi("TaskResponse");
export type TaskResponse = z.infer<typeof TaskResponse>;

export const TASK_EXAMPLE = {
  task_id: "task_mi8l2k4q0d7v1c9x5z3b",
  task_type: "engine_cluster_build",
  status: "COMPLETED" as const,
  inputs: [{ cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b" }],
  outputs: [{ cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b", num_clusters: 10, silhouette_score: 0.19 }],
  additional_data: { run_id: "run_mi8l2k4q0d7v1c9x5z3b", cluster_id: "clust_mi8l2k4q0d7v1c9x5z3b", warnings: [] },
  error: null,
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.601000Z",
};
