import { z } from "@hono/zod-openapi";
import { ALGORITHMS } from "../../domain/definition/model";
import { JsonObject, Timestamp, Warning } from "./common";

const Keywords = z.array(z.string()).nullable();

const AdHocCentroid = z
  .object({
    cluster_id: z.string(),
    centroid_vector: z.array(z.number()),
    feature_name: z.string(),
    feature_dimensions: z.int(),
    num_members: z.int(),
    variance: z.number().nullable(),
    label: z.string().nullable(),
    summary: z.string().nullable(),
    keywords: Keywords,
    effective_features: JsonObject,
    feature_statistics: JsonObject,
    parent_cluster_id: z.string().nullable(),
    child_cluster_ids: z.array(z.string()),
    hierarchy_level: z.int(),
    metadata: JsonObject,
  })
  .openapi("ClusterCentroid");

export const ExecuteAdHocResponse = z
  .object({
    success: z.boolean(),
    run_id: z.string(),
    cluster_id: z.string().openapi({ description: "The cluster under which the run is stored." }),
    algorithm: z.enum(ALGORITHMS),
    num_clusters: z.int(),
    num_documents: z.int(),
    centroids: z.array(AdHocCentroid),
    members: z.array(JsonObject).optional().openapi({ description: "With `include_members`, 10,000 at most." }),
    metrics: z.record(z.string(), z.number()),
    parquet_path: z.string().nullable(),
    members_key: z.string().nullable(),
    execution_time_ms: z.int(),
    created_at: Timestamp,
    warnings: z.array(Warning),
  })
  .openapi("ExecuteClusterResponse");
