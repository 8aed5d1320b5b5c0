/** A taxonomy's configuration: one of reference documents (flat), or a tree of nodes, given or inferred (hierarchical). */
import { z } from "zod";

const Free = z.record(z.string(), z.unknown());
const CollectionId = z.string().regex(/^col_[a-zA-Z0-9_]+$/);
const RetrieverId = z.string().regex(/^ret_[a-zA-Z0-9_]+$/);

const EnrichmentFields = z
  .array(
    z.object({
      field_path: z.string().min(1).max(200),
      target_field: z
        .string()
        .min(1)
        .max(200)
        .refine((name) => !name.includes(".") && !name.startsWith("_") && name !== "document_id", {
          error: "must be a top-level key of the payload that is not the document's own",
        })
        .nullish(),
      merge_mode: z.enum(["replace", "append"]).default("replace"),
    }),
  )
  .max(50);

const Node = z.object({
  collection_id: CollectionId,
  node_id: z.string().max(300).nullish(),
  parent_node_id: z.string().max(300).nullish(),
  parent_collection_id: CollectionId.nullish(),
  label: z.string().max(500).nullish(),
  summary: z.string().max(5000).nullish(),
  keywords: z.array(z.string().max(200)).max(50).nullish(),
  retriever_id: RetrieverId.nullish(),
  enrichment_fields: EnrichmentFields.nullish(),
  input_mappings: z.array(Free).max(50).nullish(),
});

export const FlatConfig = z.object({
  taxonomy_type: z.literal("flat").default("flat"),
  retriever_id: z.string().min(1),
  input_mappings: z.array(Free).max(50),
  source_collection: z.object({ collection_id: CollectionId, enrichment_fields: EnrichmentFields.min(1) }),
  step_analytics: Free.nullish(),
});

export const HierarchicalConfig = z
  .object({
    taxonomy_type: z.literal("hierarchical").default("hierarchical"),
    retriever_id: z.string().min(1).nullish(),
    input_mappings: z.array(Free).max(50).nullish(),
    inference_strategy: z.enum(["schema", "cluster", "llm"]).nullish(),
    inference_collections: z.array(z.string().min(1)).max(20).nullish(),
    llm_provider: z.string().nullish(),
    llm_model: z.string().nullish(),
    llm_prompt_template: z.string().max(20_000).nullish(),
    llm_sample_size: z.int().min(0).max(500).default(0),
    cluster_ids: z.array(z.string().min(1)).max(10).nullish(),
    cluster_overlap_threshold: z.number().min(0).max(1).default(0.7),
    hierarchical_nodes: z.array(Node).max(1000).nullish(),
    enrichment_fields: EnrichmentFields.nullish(),
    step_analytics: Free.nullish(),
  })
  .superRefine((config, context) => {
    const need = (path: string, why: string) => context.addIssue({ code: "custom", path: [path], message: why });
    const { inference_strategy: strategy } = config;
    if (strategy === "cluster" && !config.cluster_ids?.length) need("cluster_ids", 'is required with "cluster"');
    if ((strategy === "schema" || strategy === "llm") && !config.inference_collections?.length)
      need("inference_collections", `is required with "${strategy}"`);
    if (!strategy && !config.hierarchical_nodes?.length)
      need("inference_strategy", "is required where hierarchical_nodes is empty");
  });

export type Flat = z.output<typeof FlatConfig>;
export type Hierarchical = z.output<typeof HierarchicalConfig>;
export type TaxonomyConfig = Flat | Hierarchical;

export const hasSource = (config: TaxonomyConfig): config is Flat => config.taxonomy_type === "flat";

/** What of the request a config says: by `taxonomy_type`, or by the fields that only one of them has. */
export const schemaFor = (given: Record<string, unknown>): typeof FlatConfig | typeof HierarchicalConfig =>
  given.taxonomy_type === "flat" || (given.taxonomy_type === undefined && given.source_collection !== undefined)
    ? FlatConfig
    : HierarchicalConfig;
