/**
 * What the published Python client 0.81.1 accepts in answers, as strict schemas: integers without a fraction, numbers that
 * are numbers, the id patterns that it checks, its closed enums. Fields that it does not know are dropped by it, so they pass.
 */
import { z } from "zod";

export const CLUSTER_ID = /^clust_[a-zA-Z0-9]+$/;
export const RUN_ID = /^run_[a-zA-Z0-9]+$/;

const Text = z.string();
const Texts = z.array(Text);
const Free = z.record(z.string(), z.unknown());
const Time = z.iso.datetime();

const TaskStatus = z.enum([
  "PENDING",
  "IN_PROGRESS",
  "PROCESSING",
  "COMPLETED",
  "COMPLETED_WITH_ERRORS",
  "FAILED",
  "CANCELED",
  "UNKNOWN",
  "SKIPPED",
  "DRAFT",
  "ACTIVE",
  "ARCHIVED",
  "SUSPENDED",
]);

const Pagination = z.looseObject({
  total: z.int().nullish(),
  page: z.int().nullish(),
  page_size: z.int().nullish(),
  total_pages: z.int().nullish(),
  next_page: Text.nullish(),
  previous_page: Text.nullish(),
  next_cursor: Text.nullish(),
});

export const ClusterMetadata = z.looseObject({
  cluster_id: Text.regex(CLUSTER_ID),
  cluster_name: Text,
  namespace_id: Text,
  input_collections: Texts,
  source_bucket_ids: Texts.nullish(),
  filters: Free.nullish(),
  cluster_type: z.enum(["vector", "attribute"]),
  feature_uris: Texts.nullish(),
  multi_feature_strategy: Text.nullish(),
  learned_weights: z.record(z.string(), z.number()).nullish(),
  learning_quality_score: z.number().nullish(),
  effective_feature_method: Text.nullish(),
  clustered_attributes: Texts.nullish(),
  hierarchical_grouping: z.boolean().nullish(),
  aggregation_method: Text.nullish(),
  output_collection_ids: Texts.optional(),
  output_collection_names: Texts.optional(),
  algorithm: Text.nullish(),
  algorithm_params: Free.nullish(),
  enrich_source: z.boolean().optional(),
  num_clusters: z.int().nullish(),
  num_documents_clustered: z.int().nullish(),
  execution_time_seconds: z.number().nullish(),
  hierarchy_detected: z.boolean().optional(),
  parent_cluster_id: Text.nullish(),
  child_cluster_ids: Texts.nullish(),
  hierarchy_relationships: z.array(Free).nullish(),
  status: TaskStatus.optional(),
  last_execution_task_id: Text.nullish(),
  created_at: Time.optional(),
  updated_at: Time.optional(),
  last_executed_at: Time.nullish(),
  completed_at: Time.nullish(),
  llm_labeling_errors: Texts.nullish(),
  metadata: Free.optional(),
});

const VectorConfig = z.looseObject({
  feature_uri: Text.nullish(),
  feature_uris: Texts.min(1).nullish(),
  clustering_method: z.enum([
    "kmeans",
    "dbscan",
    "hdbscan",
    "agglomerative",
    "spectral",
    "gaussian_mixture",
    "mean_shift",
    "optics",
    "attribute_based",
  ]),
  sample_size: z.int().nullish(),
  multi_feature_strategy: z.enum(["concatenate", "independent", "weighted"]).optional(),
  normalize_features: z.boolean().optional(),
  feature_weights: z.record(z.string(), z.number()).nullish(),
  output_strategy: z.enum(["single", "per_feature"]).optional(),
  effective_feature_method: z.enum(["mean", "median", "medoid"]).optional(),
  enrich_source: z.boolean().optional(),
});

export const ClusterModel = z.looseObject({
  collection_ids: Texts.min(1).nullish(),
  cluster_name: Text.nullish(),
  cluster_type: z.enum(["vector", "attribute"]).optional(),
  vector_config: VectorConfig.nullish(),
  attribute_config: z
    .looseObject({ attributes: Texts.min(1), hierarchical_grouping: z.boolean(), aggregation_method: Text.nullish() })
    .nullish(),
  filters: Free.nullish(),
  enrich_source_collection: z.boolean().optional(),
  cluster_id: Text.optional(),
  parquet_path: Text.nullish(),
  members_key: Text.nullish(),
  num_clusters: z.int().nullish(),
  cluster_stats: z
    .looseObject({
      num_clusters: z.int(),
      noise_points: z.int().nullish(),
      silhouette_score: z.number().nullish(),
      extra: Free.optional(),
    })
    .nullish(),
  status: TaskStatus.optional(),
  task_id: Text.nullish(),
  last_run_id: Text.nullish(),
  created_at: Time.optional(),
  updated_at: Time.optional(),
  metadata: Free.optional(),
});

export const ClusterList = z.looseObject({
  results: z.array(ClusterMetadata),
  pagination: Pagination,
  total_count: z.int(),
  stats: z
    .looseObject({
      total_clusters: z.int(),
      total_documents: z.int(),
      avg_documents_per_cluster: z.number(),
      clusters_by_status: z.record(z.string(), z.int()),
    })
    .nullish(),
});

export const Execution = z.looseObject({
  run_id: Text.regex(RUN_ID),
  cluster_id: Text.regex(CLUSTER_ID),
  status: z.enum(["pending", "processing", "completed", "failed"]),
  num_clusters: z.int().min(0),
  num_points: z.int().min(0),
  metrics: z
    .looseObject({
      silhouette_score: z.number().min(-1).max(1).nullish(),
      davies_bouldin_index: z.number().min(0).nullish(),
      calinski_harabasz_score: z.number().min(0).nullish(),
    })
    .nullish(),
  centroids: z
    .array(
      z.looseObject({
        cluster_id: Text.regex(/^cl_[0-9]+$/),
        num_members: z.int().min(0),
        label: Text.nullish(),
        summary: Text.nullish(),
        keywords: Texts.nullish(),
      }),
    )
    .nullish(),
  created_at: Time,
  completed_at: Time.nullish(),
  error_message: Text.nullish(),
  llm_labeling_errors: Texts.nullish(),
});

export const ExecutionList = z.looseObject({
  results: z.array(Execution),
  pagination: Pagination,
  total_count: z.int().min(0),
  stats: z
    .looseObject({
      total_executions: z.int(),
      executions_by_status: z.record(z.string(), z.int()),
      avg_execution_time_ms: z.number(),
      total_documents_clustered: z.int(),
      avg_num_clusters: z.number(),
    })
    .nullish(),
});

const Items = z.array(z.union([Text, Free])).nullish();
export const Task = z.looseObject({
  task_id: Text,
  task_type: z.literal("engine_cluster_build"),
  status: TaskStatus,
  inputs: Items,
  outputs: Items,
  additional_data: Free.nullish(),
  error: Text.nullish(),
});

/** A 422 in both published forms at once. */
export const ValidationFailure = z.looseObject({
  success: z.literal(false),
  status: z.literal(422),
  error: z.looseObject({ message: Text, type: Text, code: Text, details: Free.nullable() }),
  detail: z.array(z.looseObject({ loc: z.array(z.union([Text, z.int()])), msg: Text, type: Text })).min(1),
});

export const Failure = z.looseObject({
  success: z.literal(false),
  status: z.int(),
  error: z.looseObject({ message: Text, type: Text, code: Text }),
});
