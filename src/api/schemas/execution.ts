import { z } from "@hono/zod-openapi";
import { Timestamp, Warning } from "./common";
import { listResponse } from "./list";
import { PlanBody } from "./plan";

export const RUN_STATUSES = ["pending", "processing", "completed", "failed"] as const;

const Centroid = z
  .object({
    cluster_id: z.string().openapi({ example: "cl_0" }),
    num_members: z.int().min(0),
    label: z.string().nullable(),
    summary: z.string().nullable(),
    keywords: z.array(z.string()).nullable(),
  })
  .openapi("ClusterExecutionCentroid");

const Metrics = z
  .looseObject({
    silhouette_score: z.number().min(-1).max(1).nullable(),
    davies_bouldin_index: z.number().min(0).nullable(),
    calinski_harabasz_score: z.number().min(0).nullable(),
    stability: z.number().max(1).nullable().optional().openapi({
      description: "Mean adjusted Rand index of the same method on seeded subsamples with the run's labels.",
    }),
    dbcv: z.number().min(-1).max(1).nullable().optional().openapi({ description: "Of density methods." }),
  })
  .openapi("ClusterExecutionMetrics");

const Labeling = z.object({
  provider: z.string(),
  model: z.string(),
  requests: z.int(),
  cached: z.int().openapi({ description: "Answers known from earlier runs." }),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.number().nullable().openapi({ description: "At list prices; null where the price is not known." }),
});

export const ExecutionResponse = z
  .object({
    run_id: z.string().openapi({ example: "run_mi8l2k4q0d7v1c9x5z3b" }),
    cluster_id: z.string().openapi({ example: "clust_mi8l2k4q0d7v1c9x5z3b" }),
    task_id: z.string(),
    namespace_id: z.string(),
    algorithm: z
      .string()
      .nullish()
      .openapi({ description: "As the definition named it when the run was started.", example: "kmeans" }),
    status: z.enum(RUN_STATUSES).openapi({ description: "A cancelled run is `failed` with `canceled_at` set." }),
    num_clusters: z.int().min(0).openapi({ description: "Noise excluded; 0 until completed." }),
    num_points: z.int().min(0).openapi({ description: "Documents clustered." }),
    noise_points: z.int().min(0),
    metrics: Metrics.nullable(),
    centroids: z.array(Centroid).nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    completed_at: Timestamp.nullable(),
    canceled_at: Timestamp.nullable(),
    execution_time_ms: z.number().nullable(),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    llm_labeling_errors: z.array(z.string()).nullable().openapi({
      description:
        'What a language model could not name, as JSON texts: `{"error": …, "clusters": ["cl_3"]}`. It fails no run.',
    }),
    labeling: Labeling.nullish().openapi({
      description: "What a language model took; null where none was asked, absent in runs older than the field.",
    }),
    warnings: z.array(Warning),
  })
  .openapi("ClusterExecutionResult");

export const PlannedExecutionResponse = ExecutionResponse.extend({
  plan: PlanBody.nullable().openapi({ description: "What the run was to do; null until it is planned." }),
}).openapi("PlannedClusterExecution");

export const LatestExecutionResponse = ExecutionResponse.extend({
  history: z.array(ExecutionResponse).openapi({ description: "The newest runs, newest first, 20 at most." }),
}).openapi("LatestClusterExecution");

export const ExecutionListStats = z
  .object({
    total_executions: z.int(),
    executions_by_status: z.record(z.string(), z.int()),
    avg_execution_time_ms: z.number(),
    total_documents_clustered: z.int(),
    avg_num_clusters: z.number(),
  })
  .openapi("ClusterExecutionListStats", { description: "Over the runs of this page." });

export const ListExecutionsResponse = listResponse(ExecutionResponse, ExecutionListStats).openapi(
  "ListClusterExecutionsResponse",
);

export const CancelResponse = z
  .object({ success: z.literal(true), message: z.string(), run_id: z.string(), status: z.literal("CANCELED") })
  .openapi("CancelExecutionResponse");

export const ExecutionPath = z.object({ cluster_identifier: z.string(), run_id: z.string() });
