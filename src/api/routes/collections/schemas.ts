import { z } from "@hono/zod-openapi";
import { ClusterApplication } from "../../../domain/schedules/application";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { listResponse } from "../../schemas/list";

const CollectionName = z.string().trim().min(3).max(100).openapi({ example: "digits" });

const Schema = z.looseObject({ properties: JsonObject }).openapi("BucketSchema");

const Source = z.looseObject({ type: z.enum(["bucket", "collection", "taxonomy", "cluster"]) }).openapi("SourceConfig");

const FeatureExtractorRequest = z
  .looseObject({
    feature_extractor_name: z.string().min(1).openapi({ example: "passthrough" }),
    version: z.string().min(1).default("v1"),
    parameters: JsonObject.nullish().openapi({
      description:
        "For `passthrough`: `features`, at most 16 of `{name, dimensions, type?, pooling?}`. `type`: `dense` (the default) or " +
        "`multi_vector` (several vectors a document, of which `pooling`, `mean` or `max`, makes one), 1 to 4,096 dimensions; `sparse`, up to " +
        "1,048,576. For `text_extractor`: `embedding`, `{provider: openai_compatible or workers_ai, model, dimensions, base_url?, " +
        "output_name?}`.",
      example: { features: [{ name: "pixels", dimensions: 64 }] },
    }),
    params: JsonObject.nullish().openapi({ description: "Another name of `parameters`." }),
    input_mappings: JsonObject.nullish().openapi({
      description: "For `text_extractor`: `text`, a dot path or several, whose texts are taken together.",
      example: { text: ["title", "tags"] },
    }),
  })
  .openapi("FeatureExtractorRequest");

const Applications = z.array(JsonObject).nullish();

const mutable = {
  description: z.string().max(1000).nullish(),
  metadata: JsonObject.nullish(),
  taxonomy_applications: Applications,
  cluster_applications: z
    .array(ClusterApplication)
    .nullish()
    .openapi({ description: "Clusters to run after this collection's batches." }),
  alert_applications: Applications,
  retriever_enrichments: Applications,
};

export const CreateCollectionRequest = z
  .object({
    collection_name: CollectionName,
    source: Source.nullish().openapi({ description: "May be left out: documents are sent to the collection." }),
    input_schema: Schema.nullish(),
    feature_extractor: FeatureExtractorRequest,
    enabled: z.boolean().default(true),
    schedule: JsonObject.nullish(),
    ...mutable,
  })
  .openapi("CreateCollectionRequest");
export type CreateCollectionRequest = z.infer<typeof CreateCollectionRequest>;

export const PatchCollectionRequest = z
  .looseObject({ collection_name: CollectionName.nullish(), enabled: z.boolean().nullish(), ...mutable })
  .openapi("PatchCollectionRequest");
export const PATCHABLE = ["collection_name", "enabled", ...Object.keys(mutable)];

export const FeatureKind = z.enum(["dense", "sparse", "multi_vector"]);
const Feature = z.object({ uri: z.string(), name: z.string(), dimensions: z.int(), kind: FeatureKind });

export const CollectionResponse = z
  .object({
    collection_id: z.string(),
    collection_name: z.string(),
    namespace_id: z.string(),
    description: z.string().nullable(),
    input_schema: Schema,
    output_schema: Schema,
    feature_extractor: z.looseObject({
      feature_extractor_id: z.string(),
      feature_extractor_name: z.string(),
      version: z.string(),
    }),
    features: z.array(Feature).openapi({ description: "The features of the documents." }),
    source: Source,
    source_bucket_schemas: JsonObject.nullable(),
    source_lineage: z.array(JsonObject),
    vector_indexes: z.array(JsonObject),
    payload_indexes: z.array(JsonObject),
    enabled: z.boolean(),
    metadata: JsonObject.nullable(),
    schedule: JsonObject.nullable(),
    trigger_id: z.string().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
    document_count: z.int().nullable().openapi({ description: "Counted live." }),
    schema_version: z.int(),
    last_schema_sync: Timestamp.nullable(),
    schema_sync_enabled: z.boolean(),
    taxonomy_applications: z.array(JsonObject).nullable(),
    cluster_applications: z.array(JsonObject).nullable(),
    alert_applications: z.array(JsonObject).nullable(),
    retriever_enrichments: z.array(JsonObject).nullable(),
    taxonomy_count: z.int(),
    retriever_count: z.int(),
    lifecycle_state: z.string(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("CollectionResponse");

export const ListCollectionsResponse = listResponse(
  CollectionResponse,
  z.object({
    total_documents: z.int(),
    avg_documents_per_collection: z.number(),
    collections_with_taxonomies: z.int(),
    total_feature_extractors: z.int(),
    total_taxonomies: z.int(),
    total_retrievers: z.int(),
  }),
).openapi("ListCollectionsResponse");

export const CollectionParams = z.object({
  collection_identifier: z.string().openapi({ description: "Collection id or name.", example: "digits" }),
});

export const COLLECTION_EXAMPLE = {
  collection_id: "col_mi8l2k4q0d7v1c9x5z3b",
  collection_name: "digits",
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  description: null,
  input_schema: { properties: {} },
  output_schema: { properties: { pixels: { type: "vector", dimensions: 64 } } },
  feature_extractor: {
    feature_extractor_id: "passthrough_v1",
    feature_extractor_name: "passthrough",
    version: "v1",
    parameters: { features: [{ name: "pixels", dimensions: 64 }] },
  },
  features: [{ uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 64, kind: "dense" as const }],
  source: { type: "bucket" as const },
  source_bucket_schemas: null,
  source_lineage: [],
  vector_indexes: [{ name: "passthrough_v1_pixels", size: 64 }],
  payload_indexes: [],
  enabled: true,
  metadata: null,
  schedule: null,
  trigger_id: null,
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
  document_count: 1797,
  schema_version: 1,
  last_schema_sync: null,
  schema_sync_enabled: true,
  taxonomy_applications: null,
  cluster_applications: null,
  alert_applications: null,
  retriever_enrichments: null,
  taxonomy_count: 0,
  retriever_count: 0,
  lifecycle_state: "active",
};

export const CloneCollectionRequest = z
  .object({
    collection_name: CollectionName,
    description: z.string().nullish(),
    metadata: JsonObject.nullish(),
    enabled: z.boolean().nullish(),
  })
  .openapi("CloneCollectionRequest");

export const CloneCollectionResponse = z
  .object({
    collection: CollectionResponse,
    source_collection_id: z.string(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("CloneCollectionResponse");
