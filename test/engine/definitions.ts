/** A stored definition of a vector clustering, as the API hands it to the engine. */
import type { ClusterDefinition, VectorConfig } from "../../src/domain/definition/model";
import { KMEANS } from "./fixtures";

export const URI = "mixpeek://passthrough@v1/pixels";
const VECTOR: VectorConfig = {
  feature_uris: [URI],
  clustering_method: "kmeans",
  sample_size: null,
  algorithm_params: { ...KMEANS },
  multi_feature_strategy: "concatenate",
  normalize_features: true,
  feature_weights: null,
  weight_learning_config: null,
  output_strategy: "single",
  effective_feature_method: "mean",
  enrich_source: false,
  face_cluster_merge: null,
  preprocessing_steps: null,
  hierarchical: false,
  max_hierarchy_depth: 3,
  min_subcluster_size: 50,
  vis_method: null,
  vis_n_components: 2,
  reproducible: true,
};

export const definition = (
  vector: Partial<VectorConfig>,
  more: Partial<ClusterDefinition> = {},
): ClusterDefinition => ({
  collection_ids: ["col_a"],
  cluster_name: "test",
  description: null,
  cluster_type: "vector",
  vector_config: { ...VECTOR, ...vector },
  attribute_config: null,
  filters: null,
  llm_labeling: null,
  enrich_source_collection: false,
  source_enrichment_config: null,
  auto_execute_on_batch: false,
  auto_execute_min_documents: null,
  auto_execute_cooldown_seconds: 3600,
  metadata: {},
  ...more,
});
