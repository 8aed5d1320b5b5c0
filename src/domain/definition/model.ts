/**
 * The canonical cluster definition: what the three request dialects become, what D1 stores, what the planner reads.
 * Field names are the wire's. Nothing past the dialect adapters knows another shape.
 */
import type { Filter } from "../filters/model";

export const ALGORITHMS = [
  "kmeans",
  "dbscan",
  "hdbscan",
  "agglomerative",
  "spectral",
  "gaussian_mixture",
  "mean_shift",
  "optics",
  "leiden",
  "attribute_based",
  "auto",
] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** One entry of an answer's `warnings`: what was accepted but has no effect, or what a run had to do differently. */
export interface Warning {
  loc: (string | number)[];
  msg: string;
}

export interface KMeansParams {
  n_clusters: number;
  max_iter: number;
  random_state: number | null;
  n_init: number;
  tol: number;
  init: "k-means++" | "random";
  algorithm: "lloyd" | "elkan" | "auto";
}

export interface PreprocessingStep {
  method: "tsne" | "umap" | "whitening" | "pca" | "none";
  [parameter: string]: unknown;
}

export interface VectorConfig {
  feature_uris: string[];
  clustering_method: Algorithm;
  sample_size: number | null;
  /** Canonical, with the algorithm's defaults filled in; unknown keys have become warnings. */
  algorithm_params: Record<string, unknown>;
  multi_feature_strategy: "concatenate" | "independent" | "weighted";
  normalize_features: boolean;
  feature_weights: Record<string, number> | null;
  weight_learning_config: Record<string, unknown> | null;
  output_strategy: "single" | "per_feature";
  effective_feature_method: "mean" | "median" | "medoid";
  enrich_source: boolean;
  face_cluster_merge: Record<string, unknown> | null;
  preprocessing_steps: PreprocessingStep[] | null;
  hierarchical: boolean;
  max_hierarchy_depth: number;
  min_subcluster_size: number;
  /** Reducer of the map's coordinates; null leaves the choice to the deployment. */
  vis_method: "pca" | "umap" | "tsne" | null;
  vis_n_components: 2 | 3;
  /** Plain SIMD, the same bytes on every machine (true), or relaxed SIMD, faster where it exists (false). */
  reproducible: boolean;
}

export interface AttributeConfig {
  attributes: string[];
  hierarchical_grouping: boolean;
  aggregation_method: "most_frequent" | "first" | "last";
}

export interface ClusterDefinition {
  collection_ids: string[];
  cluster_name: string;
  description: string | null;
  cluster_type: "vector" | "attribute";
  vector_config: VectorConfig | null;
  attribute_config: AttributeConfig | null;
  filters: Filter | null;
  llm_labeling: Record<string, unknown> | null;
  enrich_source_collection: boolean;
  source_enrichment_config: Record<string, unknown> | null;
  /** Where the artifacts of every completed run are copied to; absent in definitions made before there was such a thing. */
  export?: Record<string, unknown> | null;
  auto_execute_on_batch: boolean;
  auto_execute_min_documents: number | null;
  auto_execute_cooldown_seconds: number;
  metadata: Record<string, unknown>;
}
