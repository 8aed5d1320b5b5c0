/** Clusters as they are answered: one shape that holds the fields of both published ones. */
import { z } from "@hono/zod-openapi";
import { ALGORITHMS } from "../../domain/definition/model";
import { JsonObject, TaskStatus, Timestamp, Warning } from "./common";
import { listResponse } from "./list";

const Ids = z.array(z.string());

export const ClusterResponse = z
  .object({
    cluster_id: z.string().openapi({ example: "clust_mi8l2k4q0d7v1c9x5z3b" }),
    namespace_id: z.string(),
    cluster_name: z.string(),
    description: z.string().nullable(),
    cluster_type: z.enum(["vector", "attribute"]),
    collection_ids: Ids,
    input_collections: Ids.openapi({ description: "The same as `collection_ids`." }),
    source_bucket_ids: Ids.nullable(),
    filters: JsonObject.nullable(),
    vector_config: JsonObject.nullable(),
    attribute_config: JsonObject.nullable(),
    algorithm: z.enum(ALGORITHMS),
    algorithm_params: JsonObject.nullable(),
    feature_uris: Ids.nullable(),
    multi_feature_strategy: z.string().nullable(),
    effective_feature_method: z.string().nullable(),
    learned_weights: z.record(z.string(), z.number()).nullable(),
    learning_quality_score: z.number().nullable(),
    clustered_attributes: Ids.nullable(),
    hierarchical_grouping: z.boolean().nullable(),
    aggregation_method: z.string().nullable(),
    output_collection_ids: Ids,
    output_collection_names: Ids,
    llm_labeling: JsonObject.nullable(),
    llm_labeling_errors: Ids.nullable(),
    enrich_source: z.boolean(),
    enrich_source_collection: z.boolean(),
    source_enrichment_config: JsonObject.nullable(),
    export: JsonObject.nullable().openapi({ description: "Where the artifacts of every completed run are copied to." }),
    enrichment: JsonObject.nullish().openapi({
      description:
        "Where the last completed run's results went: `target` (`source` or `output_collection`), `status`, `run_id`, counts.",
    }),
    auto_execute_on_batch: z.boolean(),
    auto_execute_min_documents: z.int().nullable(),
    auto_execute_cooldown_seconds: z.int(),
    status: TaskStatus.openapi({ description: "Of the newest run; PENDING before the first." }),
    task_id: z.string().nullable(),
    last_execution_task_id: z.string().nullable().openapi({ description: "Task of the newest run." }),
    last_run_id: z.string().nullable().openapi({ description: "Newest run that completed." }),
    num_clusters: z.int().nullable().openapi({ description: "Of the last completed run, noise excluded." }),
    num_documents_clustered: z.int().nullable(),
    execution_time_seconds: z.number().nullable(),
    cluster_stats: z
      .object({
        num_clusters: z.int(),
        noise_points: z.int().nullable(),
        silhouette_score: z.number().nullable(),
        extra: JsonObject,
      })
      .nullable(),
    parquet_path: z.string().nullable().openapi({ description: "Key of centroids.parquet of the last completed run." }),
    members_key: z.string().nullable().openapi({ description: "Key of members.parquet of the last completed run." }),
    hierarchy_detected: z.boolean(),
    parent_cluster_id: z.string().nullable(),
    child_cluster_ids: Ids.nullable(),
    hierarchy_relationships: z.array(JsonObject).nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
    last_executed_at: Timestamp.nullable(),
    completed_at: Timestamp.nullable(),
    metadata: JsonObject,
    warnings: z
      .array(Warning)
      .optional()
      .openapi({ description: "On create and patch: what was accepted and has no effect." }),
  })
  .openapi("Cluster");
export type ClusterResponse = z.infer<typeof ClusterResponse>;

export const ClusterListStats = z
  .object({
    total_clusters: z.int(),
    total_documents: z.int(),
    avg_documents_per_cluster: z.number(),
    clusters_by_status: z.record(z.string(), z.int()),
  })
  .openapi("ClusterListStats");

export const ListClustersResponse = listResponse(ClusterResponse, ClusterListStats).openapi("ListClustersResponse");

export const ClusterDeleted = z
  .object({
    success: z.literal(true),
    message: z.string(),
    cluster_id: z.string(),
    artifacts_deleted: z.boolean().openapi({ description: "False: the finished runs' files stay at their keys." }),
  })
  .openapi("ClusterDeleted");
