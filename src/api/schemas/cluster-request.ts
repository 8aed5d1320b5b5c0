/**
 * What clients send to describe a clustering. Validation is by `domain/definition`, which knows the dialects and leads its
 * findings back to the caller's fields; the schemas here document the same bounds.
 */
import { z } from "@hono/zod-openapi";
import { LabelingRequest } from "../../domain/definition/labeling";
import { ALGORITHMS } from "../../domain/definition/model";
import { PARAMETER_MODELS } from "../../domain/definition/params/index";
import { PatchClusterRequest as PatchFields } from "../../domain/definition/patch";
import {
  CreateClusterRequest as CreateFields,
  FeatureAddress,
  MAX_COLLECTIONS,
  VectorConfigRequest,
} from "../../domain/definition/requests";
import type { JsonObject } from "./common";
import { Filters } from "./list";

type JsonSchema = Record<string, unknown>;

/** A plain zod schema as the JSON Schema of its input, which OpenAPI 3.1 takes as it is. */
function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return rest;
}

const parameters = {
  description: `Parameters of the method. ${ALGORITHMS.filter((name) => PARAMETER_MODELS[name]).join(", ")} have their own.`,
  anyOf: ALGORITHMS.flatMap((name) => {
    const model = PARAMETER_MODELS[name];
    return model ? [{ title: name, ...jsonSchema(model.schema) }] : [];
  }),
};

/** `fields` with what only the domain can check described in full. */
function described(fields: z.ZodObject): JsonSchema {
  const schema = jsonSchema(fields) as { properties: Record<string, JsonSchema> };
  const { properties } = schema;
  if (properties.llm_labeling) properties.llm_labeling = jsonSchema(LabelingRequest.nullish());
  if (properties.algorithm_params) properties.algorithm_params = parameters;
  if (properties.vector_config) {
    const vector = jsonSchema(VectorConfigRequest) as { properties: Record<string, JsonSchema> };
    vector.properties.algorithm_params = parameters;
    properties.vector_config = vector as JsonSchema;
  }
  return schema as JsonSchema;
}

const FlatFields = z.object({
  cluster_name: z.string().nullish(),
  source_collection_ids: z.array(z.string()).min(1).max(MAX_COLLECTIONS),
  feature_addresses: z.array(FeatureAddress).min(1).nullish(),
  algorithm: z.enum(ALGORITHMS),
  algorithm_config: z.record(z.string(), z.unknown()).nullish(),
  dimension_reduction: z
    .object({ method: z.enum(["umap", "pca", "tsne"]), components: z.literal([2, 3]).default(2) })
    .nullish(),
  llm_labeling: z.record(z.string(), z.unknown()).nullish(),
  hierarchical: z.boolean().default(false),
  sample_size: z.int().min(2).max(1_000_000).nullish(),
});

const AdHocConfig = z.object({
  algorithm: z.enum(ALGORITHMS),
  algorithm_params: z.record(z.string(), z.unknown()).nullish(),
  feature_vector: z.object({ feature_address: FeatureAddress }).nullish(),
  attribute_config: CreateFields.shape.attribute_config,
  additional_features: z.array(FeatureAddress).nullish(),
  normalize_features: z.boolean().default(true),
  dimensionality_reduction: z.record(z.string(), z.unknown()).nullish(),
  hierarchical: z.boolean().default(false),
  max_hierarchy_depth: z.int().min(1).max(5).default(3),
  llm_labeling: z.record(z.string(), z.unknown()).nullish(),
  sample_size: z.int().min(2).max(1_000_000).nullish(),
});

const AdHocFields = z.object({
  collection_ids: z.array(z.string()).min(1).max(MAX_COLLECTIONS),
  config: AdHocConfig,
  sample_size: z.int().min(2).max(1_000_000).nullish(),
  store_results: z.boolean().default(true),
  include_members: z.boolean().default(false),
  compute_metrics: z.boolean().default(true),
  save_artifacts: z.boolean().default(false),
});

/** Any JSON object, documented as `schemas`. */
const documented = (name: string, ...schemas: JsonSchema[]) =>
  z
    .record(z.string(), z.unknown())
    .openapi(name, schemas.length === 1 ? (schemas[0] as object) : ({ type: "object", anyOf: schemas } as object));

export const CreateClusterBody = documented(
  "CreateClusterRequest",
  { title: "Structured", ...described(CreateFields) },
  { title: "Flat", ...jsonSchema(FlatFields) },
);

export const PatchClusterBody = documented("PatchClusterRequest", described(PatchFields));

export const ExecuteAdHocBody = documented(
  "ExecuteClusterRequest",
  { title: "Ad hoc", ...jsonSchema(AdHocFields) },
  { title: "Structured", ...described(CreateFields) },
);

export const AdHocOptions = AdHocFields.pick({
  store_results: true,
  include_members: true,
  compute_metrics: true,
  save_artifacts: true,
});

/** Fields of a run that may differ from the definition's, for this run only. */
export const ExecuteBody = z
  .object({
    sample_size: z.int().min(2).max(1_000_000).nullish().openapi({ description: "Cap on documents, for this run." }),
    filters: Filters,
    random_state: z.int().nullish().openapi({ description: "Seed, for this run." }),
    recluster: z
      .boolean()
      .nullish()
      .openapi({
        description:
          "Where only `llm_labeling` has changed since the last completed run, its clusters are kept and named anew. True clusters " +
          "the documents in any case; false keeps the clusters even where the labelling is what it was.",
      }),
  })
  .openapi("ExecuteRequest");

export const WaitQuery = z.object({
  wait: z.coerce.number().min(0).max(25).default(0).openapi({
    type: "number",
    minimum: 0,
    maximum: 25,
    description: "Seconds to wait for the run to end, 25 at most.",
  }),
});

export const ClusterPath = z.object({ cluster_identifier: z.string().openapi({ description: "Id or name." }) });

export const CREATE_EXAMPLE = {
  cluster_name: "digits",
  collection_ids: ["col_digits"],
  vector_config: {
    feature_uris: ["mixpeek://passthrough@v1/pixels"],
    clustering_method: "kmeans",
    algorithm_params: { n_clusters: 10 },
  },
} satisfies z.input<typeof JsonObject>;

export const AD_HOC_EXAMPLE = {
  collection_ids: ["col_digits"],
  config: {
    algorithm: "kmeans",
    algorithm_params: { n_clusters: 10 },
    feature_vector: { feature_address: { extractor: "passthrough", version: "v1" } },
  },
  compute_metrics: true,
} satisfies z.input<typeof JsonObject>;
