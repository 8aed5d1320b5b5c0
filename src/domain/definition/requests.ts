/** The structured request, which every dialect is translated to. Bounds and defaults are the published API's. */

import { z } from "zod";
import { mappingIssues } from "./cluster-facts";
import { ExportDestination } from "./export";
import { ALGORITHMS } from "./model";
import { Metric } from "./params/options";

export const MAX_SAMPLE = 1_000_000;
/** Planning asks each collection's store, and a request may make 1,000 such calls. */
export const MAX_COLLECTIONS = 500;
const FreeObject = z.record(z.string(), z.unknown());
const Unit = z.number().min(0).max(1);

/** A feature by URI, by name, or by the extractor that made it. */
export const FeatureAddress = z.union(
  [
    z.string().min(1),
    z.object({
      scheme: z.string().nullish(),
      extractor: z.string().min(1),
      version: z.string().nullish(),
      output: z.string().nullish(),
    }),
  ],
  { error: "must be a feature URI, a feature's name or {extractor, version, output}" },
);

const Components = z.int().min(2).max(256);

export const UmapStep = z.object({
  method: z.literal("umap"),
  n_components: Components.default(50),
  random_state: z.int().default(42),
  n_neighbors: z.int().min(2).default(30),
  min_dist: Unit.default(0),
  metric: Metric.default("cosine"),
});
export const TsneStep = z.object({
  method: z.literal("tsne"),
  n_components: Components.default(2),
  random_state: z.int().default(42),
  perplexity: z.number().positive().default(30),
  learning_rate: z.number().positive().default(200),
});
export const WhiteningStep = z.object({
  method: z.literal("whitening"),
  regularization: z.number().nonnegative().default(1e-5),
});
export const PcaStep = z.object({ method: z.literal("pca"), n_components: z.int().min(1).max(4096).default(50) });
export const NoStep = z.object({ method: z.literal("none") });

export const Preprocessing = z.discriminatedUnion("method", [UmapStep, TsneStep, WhiteningStep, PcaStep, NoStep], {
  error: 'must have a "method" of tsne, umap, whitening, pca or none',
});

export const WeightLearning = z.object({
  method: z.enum(["grid_search", "bayesian"]).default("bayesian"),
  max_iterations: z.int().min(5).max(100).default(20),
  metric: z.enum(["silhouette", "davies_bouldin", "calinski_harabasz"]).default("silhouette"),
  sample_size: z.int().min(100).nullable().default(null),
  random_state: z.int().default(42),
});

export const FaceClusterMerge = z.object({
  enabled: z.boolean().default(true),
  centroid_cosine_threshold: Unit.default(0.55),
  bbox_iou_threshold: Unit.default(0.4),
  scene_jaccard_threshold: Unit.default(0.3),
  bbox_field: z.string().default("bbox"),
  frame_field: z.string().default("frame_number"),
  scene_field: z.string().default("scene_id"),
});

export const SampleSize = z.int().min(2).max(MAX_SAMPLE);

export const VectorConfigRequest = z.object({
  feature_uris: z.array(FeatureAddress).min(1).nullish(),
  additional_features: z.array(FeatureAddress).nullish(),
  feature_extractor_name: z.string().min(1).nullish(),
  version: z.string().nullish(),
  output_name: z.string().nullish(),
  clustering_method: z.enum(ALGORITHMS),
  sample_size: SampleSize.nullish(),
  algorithm_params: FreeObject.nullish(),
  kmeans_parameters: FreeObject.nullish(),
  dbscan_parameters: FreeObject.nullish(),
  hdbscan_parameters: FreeObject.nullish(),
  multi_feature_strategy: z.enum(["concatenate", "independent", "weighted"]).default("concatenate"),
  normalize_features: z.boolean().default(true),
  feature_weights: z.record(z.string(), Unit).nullish(),
  weight_learning_config: WeightLearning.nullish(),
  output_strategy: z.enum(["single", "per_feature"]).default("single"),
  effective_feature_method: z.enum(["mean", "median", "medoid"]).default("mean"),
  enrich_source: z.boolean().default(false),
  face_cluster_merge: FaceClusterMerge.nullish(),
  preprocessing_steps: z.array(Preprocessing).nullish(),
  hierarchical: z.boolean().default(false),
  max_hierarchy_depth: z.int().min(1).max(5).default(3),
  min_subcluster_size: z.int().min(2).default(50),
  vis_method: z.enum(["pca", "umap", "tsne"]).nullish(),
  vis_n_components: z.literal([2, 3]).default(2),
  reproducible: z.boolean().default(true),
});

export const AttributeConfigRequest = z.object({
  attributes: z.array(z.string().min(1)).min(1),
  hierarchical_grouping: z.boolean().default(false),
  aggregation_method: z.enum(["most_frequent", "first", "last"]).nullish(),
});

export const SourceEnrichment = z.object({
  field_mappings: z
    .array(z.object({ source_field: z.string().min(1), target_field: z.string().min(1) }))
    .superRefine((mappings, context) => {
      for (const { path, msg } of mappingIssues(mappings)) context.addIssue({ code: "custom", path, message: msg });
    }),
});

export const ClusterName = z.string().min(1).max(256);

/** `filters` is read by the filter parser and `llm_labeling` by its own schema: both have shapes that zod cannot check alone. */
export const CreateClusterRequest = z.object({
  collection_ids: z.array(z.string().min(1)).min(1).max(MAX_COLLECTIONS),
  cluster_name: ClusterName.nullish(),
  description: z.string().nullish(),
  cluster_type: z.enum(["vector", "attribute"]).nullish(),
  vector_config: VectorConfigRequest.nullish(),
  attribute_config: AttributeConfigRequest.nullish(),
  filters: FreeObject.nullish(),
  llm_labeling: FreeObject.nullish(),
  enrich_source_collection: z.boolean().default(false),
  source_enrichment_config: SourceEnrichment.nullish(),
  export: ExportDestination.nullish(),
  auto_execute_on_batch: z.boolean().default(false),
  auto_execute_min_documents: z.int().min(1).nullish(),
  auto_execute_cooldown_seconds: z.int().min(0).default(3600),
  metadata: FreeObject.nullish(),
});

export type CreateCluster = z.output<typeof CreateClusterRequest>;
export type VectorConfigInput = z.output<typeof VectorConfigRequest>;
