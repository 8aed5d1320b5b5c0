/** Answers as the API reference shows them, made by the code that makes the real ones. */
import { newExecutionDoc } from "../../db/executions";
import { readDefinition, settle } from "../../domain/definition/adapters";
import { renderCluster } from "../../domain/definition/render";
import type { ClusterResponse } from "./cluster";
import { CREATE_EXAMPLE } from "./cluster-request";
import { PAGINATION_EXAMPLE } from "./list";
import { renderPlan } from "./plan";
import { renderEvent } from "./run-event";

const CREATED = "2026-11-21T13:20:40.122000Z";
const ENDED = "2026-11-21T13:20:40.690000Z";
export const IDS = {
  clusterId: "clust_mi8l2k4q0d7v1c9x5z3b",
  runId: "run_mi8l2k9w7h2m4n6p8q1r",
  taskId: "task_mi8l2k9w3s5t7u9v1w2x",
  namespaceId: "ns_mi8l2k1a5b6c7d8e9f0g",
};
const FEATURE = { uri: CREATE_EXAMPLE.vector_config.feature_uris[0] as string, name: "pixels", dimensions: 64 };

const { definition } = settle(readDefinition(CREATE_EXAMPLE), [{ collectionId: "col_digits", features: [FEATURE] }]);

export const CLUSTER_EXAMPLE = renderCluster({ ...IDS, createdAt: CREATED }, definition) as ClusterResponse;

export const EXECUTION_EXAMPLE = {
  ...newExecutionDoc(IDS, CREATED),
  status: "completed" as const,
  num_clusters: 2,
  num_points: 1797,
  metrics: { silhouette_score: 0.182, davies_bouldin_index: 1.93, calinski_harabasz_score: 169.4, stability: 0.81 },
  centroids: [
    { cluster_id: "cl_0", num_members: 920, label: null, summary: null, keywords: null },
    { cluster_id: "cl_1", num_members: 877, label: null, summary: null, keywords: null },
  ],
  started_at: CREATED,
  completed_at: ENDED,
  execution_time_ms: 568,
};

export const CLUSTER_LIST_EXAMPLE = {
  results: [CLUSTER_EXAMPLE],
  pagination: PAGINATION_EXAMPLE,
  total_count: 1,
  stats: { total_clusters: 1, total_documents: 0, avg_documents_per_cluster: 0, clusters_by_status: { PENDING: 1 } },
};

export const EXECUTION_LIST_EXAMPLE = {
  results: [EXECUTION_EXAMPLE],
  pagination: PAGINATION_EXAMPLE,
  total_count: 1,
  stats: {
    total_executions: 1,
    executions_by_status: { completed: 1 },
    avg_execution_time_ms: 568,
    total_documents_clustered: 1797,
    avg_num_clusters: 2,
  },
};

const CENTROID = {
  cluster_id: "cl_0",
  centroid_vector: [0.1, 0.4],
  num_members: 920,
  label: null,
  summary: null,
  keywords: null,
  parent_cluster_id: null,
  child_cluster_ids: [],
  hierarchy_level: 0,
};
const MEMBER = {
  point_id: "doc_0",
  document_id: "doc_0",
  collection_id: "col_digits",
  cluster_id: "cl_0",
  cluster_label: null,
  distance_to_centroid: 0.31,
  x: 1.2,
  y: -0.7,
};

export const ARTIFACTS_EXAMPLE = {
  cluster_id: IDS.clusterId,
  run_id: IDS.runId,
  centroids: [CENTROID],
  members: [MEMBER],
  next_cursor: null,
};

export const DATA_ANSWER_EXAMPLE = {
  cluster_id: IDS.clusterId,
  run_id: IDS.runId,
  centroids: [
    {
      cluster_id: "cl_0",
      cluster_label: "cl_0",
      centroid_vector: [0.1, 0.4],
      num_members: 920,
      metadata: { variance: 0.018, feature_name: "mixpeek://passthrough@v1/pixels" },
    },
  ],
  members: [
    { document_id: "doc_0", cluster_label: "cl_0", distance_to_centroid: 0.31, coordinates: [1.2, -0.7], metadata: {} },
  ],
  total_clusters: 2,
  total_members: 1797,
  next_cursor: null,
};

export const PLAN_EXAMPLE = {
  cluster_id: IDS.clusterId,
  plan: renderPlan({
    version: 1,
    shape: { rows: 1797, noiseRows: 0, missingRows: 0, dimensions: 64, perCollection: [1797] },
    fittedRows: 1797,
    views: [{ dimensions: 64, shardRows: 4096, shards: 1, stored: false }],
    map: { method: "pca", components: 2 },
    shardRows: 4096,
    shards: 1,
    stages: [
      {
        kind: "gather",
        tasks: 1,
        reduce: true,
        maxRounds: 1,
        taskBytes: 1_048_576,
        cpuMs: 4,
        exact: true,
        method: "vectors as they are",
        span: { units: 1797, perTask: 4096, block: 1024 },
        params: {},
      },
    ],
    estimate: {
      cpuMs: 120,
      wallMs: 400,
      r2ClassA: 26,
      r2ClassB: 52,
      queueOperations: 39,
      durableObjectRequests: 39,
      costUsd: 0.00016,
    },
    exact: true,
    notes: ["gather: vectors as they are"],
  }),
  warnings: [],
};

export const AD_HOC_ANSWER_EXAMPLE = {
  success: true,
  run_id: IDS.runId,
  cluster_id: IDS.clusterId,
  algorithm: "kmeans" as const,
  num_clusters: 2,
  num_documents: 1797,
  centroids: [
    {
      ...CENTROID,
      feature_name: "pixels",
      feature_dimensions: 64,
      variance: 0.12,
      effective_features: {},
      feature_statistics: {},
      parent_cluster_id: null,
      child_cluster_ids: [],
      hierarchy_level: 0,
      metadata: {},
    },
  ],
  metrics: { silhouette_score: 0.182 },
  parquet_path: `artifacts/${IDS.namespaceId}/${IDS.clusterId}/${IDS.runId}/centroids.parquet`,
  members_key: `artifacts/${IDS.namespaceId}/${IDS.clusterId}/${IDS.runId}/members.parquet`,
  execution_time_ms: 568,
  created_at: CREATED,
  warnings: [],
};

export const CLUSTER_DELETED_EXAMPLE = {
  success: true as const,
  message: "Successfully deleted",
  cluster_id: IDS.clusterId,
  artifacts_deleted: false,
};
export const EXECUTION_DELETED_EXAMPLE = { success: true as const, message: "Successfully deleted", run_id: IDS.runId };
export const CANCELED_EXAMPLE = {
  success: true as const,
  message: "Run canceled",
  run_id: IDS.runId,
  status: "CANCELED" as const,
};

export const EVENT_EXAMPLE = renderEvent({
  seq: 4,
  at: CREATED,
  type: "progress",
  status: "processing",
  stage: "kmeans",
  round: 0,
  done: 6,
  total: 10,
  fraction: 0.58,
  objective: 1_165_123.4,
  etaMs: 900,
  message: null,
});
