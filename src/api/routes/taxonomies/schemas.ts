import { z } from "@hono/zod-openapi";
import type { Loc } from "../../../domain/issues";
import { JsonObject, Timestamp, Warning } from "../../schemas/common";
import { ListBody, Pagination } from "../../schemas/list";

const Name = z.string().trim().min(1).max(256).openapi({ example: "products" });
const Description = z.string().max(5000).nullish();

export const TaxonomyConfigBody = JsonObject.openapi("TaxonomyConfig", {
  description:
    "Flat: `retriever_id`, `input_mappings`, `source_collection {collection_id, enrichment_fields}`; each document of the collection " +
    "is a node. Hierarchical: `inference_strategy` `cluster` (`cluster_ids`, `cluster_overlap_threshold`), `schema` or `llm` " +
    "(`inference_collections`), and/or `hierarchical_nodes`.",
  example: { taxonomy_type: "hierarchical", inference_strategy: "cluster", cluster_ids: ["digits-by-shape"] },
});

export const CreateTaxonomyRequest = z
  .object({
    taxonomy_name: Name,
    description: Description,
    config: TaxonomyConfigBody,
    metadata: JsonObject.nullish(),
  })
  .openapi("CreateTaxonomyRequest");

export const PatchTaxonomyRequest = z
  .object({ taxonomy_name: Name.nullish(), description: Description, metadata: JsonObject.nullish() })
  .openapi("PatchTaxonomyRequest");

export const CloneTaxonomyRequest = z
  .object({ taxonomy_name: Name, description: Description, config: TaxonomyConfigBody.nullish() })
  .openapi("CloneTaxonomyRequest");

export const TaxonomyResponse = z
  .object({
    taxonomy_id: z.string(),
    namespace_id: z.string(),
    version: z.int().min(1),
    taxonomy_name: z.string(),
    description: z.string().nullable(),
    retriever_id: z.string().nullable().openapi({ description: "Stored; documents are classified by centroids." }),
    input_mappings: z.array(JsonObject).nullable(),
    config: JsonObject.openapi({ description: "As given; `hierarchical_nodes` holds the nodes once it is ready." }),
    ready: z.boolean().openapi({ description: "Whether the nodes are known and documents can be classified." }),
    metadata: JsonObject,
    inference: JsonObject.nullable().openapi({
      description: "`status`, counts and notes, or the `error` that ended it.",
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
    warnings: z.array(Warning).optional(),
  })
  .openapi("TaxonomyResponse");

export const CloneTaxonomyResponse = z
  .object({
    taxonomy: TaxonomyResponse,
    source_taxonomy_id: z.string(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("CloneTaxonomyResponse");

export const ListTaxonomiesRequest = ListBody.openapi("ListTaxonomiesRequest");
export const ListTaxonomiesResponse = z
  .object({
    results: z.array(TaxonomyResponse),
    pagination: Pagination,
    total_count: z.int().min(0),
    stats: z
      .object({
        total_taxonomies: z.int(),
        flat_taxonomies: z.int(),
        hierarchical_taxonomies: z.int(),
        taxonomies_with_retrievers: z.int(),
      })
      .nullable(),
  })
  .openapi("ListTaxonomiesResponse");

export const TaxonomyPath = z.object({
  taxonomy_identifier: z.string().openapi({ description: "Taxonomy id or name.", example: "products" }),
});

const Version = z
  .preprocess((text) => (text === "" ? undefined : text), z.coerce.number().int().min(1).optional())
  .openapi({ type: "integer", minimum: 1, description: "The newest unless given." });
export const VersionQuery = z.object({ version: Version });

const batch = {
  batch_size: z.int().min(100).max(5000).default(1000),
  parallelism: z
    .int()
    .min(1)
    .max(20)
    .nullish()
    .openapi({ default: 4, description: "Has no effect: pages are written one by one." }),
};
const Filters = JsonObject.nullish().openapi({ description: "Only documents that match; a filter as in lists." });

/** What of a request to classify a collection is taken and not followed. */
export const batchWarnings = ({
  parallelism,
}: {
  parallelism?: number | null | undefined;
}): { loc: Loc; msg: string }[] =>
  (parallelism ?? 1) > 1
    ? [{ loc: ["body", "parallelism"], msg: `${parallelism} has no effect: pages are written one by one` }]
    : [];

export const ExecuteTaxonomyRequest = z
  .object({
    source_documents: z
      .array(JsonObject)
      .max(100)
      .nullish()
      .openapi({
        description:
          "Classified at once and not stored: payload keys with `vectors` by feature name or URI, or the `document_id` of one " +
          "in `source_collection_id`.",
      }),
    source_collection_id: z.string().min(1).nullish(),
    target_collection_id: z.string().min(1).nullish(),
    join_mode: z.enum(["on_demand", "batch"]).nullish(),
    scroll_filters: Filters,
    ...batch,
    taxonomy: JsonObject.nullish().openapi({ description: "The path names the taxonomy; it has no effect." }),
    retriever: JsonObject.nullish().openapi({ description: "Classification is by centroids; it has no effect." }),
  })
  .openapi("ExecuteTaxonomyRequest");

export const JoinResponse = z
  .object({
    taxonomy_id: z.string(),
    version: z.int(),
    join_mode: z.enum(["on_demand", "batch"]),
    results: z.array(JsonObject).openapi({ description: "The documents with the taxonomy's keys; empty for a task." }),
    unclassified: z.int().openapi({ description: "Of the results: without a vector in the taxonomy's features." }),
    task_id: z.string().nullable(),
    status: z.string(),
    collection_id: z.string().nullable(),
    estimated_documents: z.int().nullable(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("JoinResponse");

export const ApplyTaxonomyRequest = z
  .object({ taxonomy_id: z.string().min(1), scroll_filters: Filters, ...batch })
  .openapi("ApplyTaxonomyRequest");

export const ApplyTaxonomyResponse = z
  .object({
    task_id: z.string(),
    status: z.string(),
    collection_id: z.string(),
    taxonomy_id: z.string(),
    estimated_documents: z.int(),
    warnings: z.array(Warning).optional(),
  })
  .openapi("ApplyTaxonomyResponse");

export const PromoteClusterRequest = z
  .object({
    taxonomy_name: Name.nullish().openapi({ description: "The cluster's name with `_taxonomy` unless given." }),
    description: Description,
    metadata: JsonObject.nullish(),
    cluster_ids: z.array(z.string().min(1)).max(9).nullish().openapi({
      description: "Further clusters: finer ones hang below coarser ones where their members lie in them.",
    }),
    cluster_overlap_threshold: z.number().min(0).max(1).default(0.7),
    enrichment_fields: z.array(JsonObject).nullish(),
  })
  .openapi("PromoteClusterRequest");

export const TAXONOMY_EXAMPLE = {
  taxonomy_id: "tax_mi8l2k4q0d7v1c9x5z3b",
  namespace_id: "ns_mi8l2k4q0d7v1c9x5z3b",
  version: 1,
  taxonomy_name: "products",
  description: null,
  retriever_id: null,
  input_mappings: null,
  config: {
    taxonomy_type: "hierarchical",
    inference_strategy: "cluster",
    cluster_ids: ["digits-by-shape"],
    cluster_overlap_threshold: 0.7,
  },
  ready: false,
  metadata: {},
  inference: { status: "PENDING" },
  created_at: "2026-11-21T13:20:40.122000Z",
  updated_at: "2026-11-21T13:20:40.122000Z",
};
