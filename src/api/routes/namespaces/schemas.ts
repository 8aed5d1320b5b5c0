import { z } from "@hono/zod-openapi";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { listResponse } from "../../schemas/list";

export const NamespaceName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .openapi({ description: "Unique in the deployment.", example: "research" });

const FeatureExtractor = z
  .looseObject({
    feature_extractor_name: z.string().min(1),
    version: z.string().optional(),
    params: JsonObject.nullish(),
  })
  .openapi("NamespaceFeatureExtractor");

const PayloadIndex = z
  .looseObject({
    field_name: z.string().min(1).max(255),
    type: z.enum(["keyword", "integer", "float", "bool", "geo", "datetime", "text", "uuid"]),
  })
  .openapi("PayloadIndex");

export const CreateNamespaceRequest = z
  .object({
    namespace_name: NamespaceName,
    namespace_type: z.enum(["standard", "marketplace"]).default("standard"),
    description: z.string().max(1000).nullish(),
    feature_extractors: z.array(FeatureExtractor).nullish(),
    payload_indexes: z.array(PayloadIndex).nullish(),
    auto_create_indexes: z.boolean().default(false),
    infrastructure: JsonObject.nullish(),
    metadata: JsonObject.nullish(),
  })
  .openapi("CreateNamespaceRequest");

export const NamespaceModel = z
  .object({
    namespace_id: z.string(),
    namespace_name: z.string(),
    namespace_type: z.string(),
    description: z.string().nullable(),
    infrastructure: JsonObject.nullable(),
    cluster_id: z.string().nullable().openapi({ description: "An infrastructure cluster; this deployment has none." }),
    feature_extractors: z.array(JsonObject),
    payload_indexes: z.array(JsonObject),
    auto_create_indexes: z.boolean(),
    vector_inference_map: JsonObject.nullable(),
    document_count: z.int().nullable(),
    bucket_count: z.int().nullable(),
    collection_count: z.int().nullable(),
    object_count: z.int().nullable(),
    metadata: JsonObject.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
    warnings: z.array(Warning).optional(),
  })
  .openapi("NamespaceModel");

/** Both PUT and PATCH change what the body names and leave the rest. */
export const ChangeNamespaceRequest = z
  .object({
    namespace_name: NamespaceName.nullish(),
    description: z.string().max(1000).nullish(),
    feature_extractors: z.array(FeatureExtractor).nullish(),
    payload_indexes: z.array(PayloadIndex).nullish(),
    auto_create_indexes: z.boolean().nullish(),
    infrastructure: JsonObject.nullish(),
    metadata: JsonObject.nullish(),
  })
  .openapi("ChangeNamespaceRequest");

export const ListNamespacesResponse = listResponse(
  NamespaceModel,
  z.object({ total_namespaces: z.int(), total_collections: z.int() }),
).openapi("ListNamespacesResponse");

export const NamespaceParams = z.object({
  namespace_identifier: z.string().openapi({ description: "Namespace id or name.", example: "research" }),
});

export const NAMESPACE_EXAMPLE = {
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  namespace_name: "research",
  namespace_type: "standard",
  description: null,
  infrastructure: null,
  cluster_id: null,
  feature_extractors: [{ feature_extractor_name: "passthrough", version: "v1" }],
  payload_indexes: [],
  auto_create_indexes: false,
  vector_inference_map: null,
  document_count: 0,
  bucket_count: 0,
  collection_count: 0,
  object_count: 0,
  metadata: null,
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
};
