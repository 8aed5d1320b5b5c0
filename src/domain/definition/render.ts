/**
 * A definition as the API shows it: one object that holds the fields of both published cluster shapes, the metadata form
 * (`input_collections`, `algorithm`, …) and the model form (`collection_ids`, `vector_config`, …).
 */
import type { Filter } from "../filters/model";
import type { ClusterDefinition } from "./model";

export interface ClusterIdentity {
  clusterId: string;
  namespaceId: string;
  /** ISO-8601 with microseconds. */
  createdAt: string;
}

/** The fields that follow from the definition alone; a PATCH renders them anew. */
export function renderDefinition(definition: ClusterDefinition): Record<string, unknown> {
  const { vector_config: vector, attribute_config: attribute } = definition;
  return {
    cluster_name: definition.cluster_name,
    description: definition.description,
    cluster_type: definition.cluster_type,
    collection_ids: definition.collection_ids,
    input_collections: definition.collection_ids,
    filters: definition.filters && renderFilter(definition.filters),
    vector_config: vector,
    attribute_config: attribute,
    algorithm: vector?.clustering_method ?? "attribute_based",
    algorithm_params: vector?.algorithm_params ?? null,
    feature_uris: vector?.feature_uris ?? null,
    multi_feature_strategy: vector?.multi_feature_strategy ?? null,
    effective_feature_method: vector?.effective_feature_method ?? null,
    clustered_attributes: attribute?.attributes ?? null,
    hierarchical_grouping: attribute?.hierarchical_grouping ?? null,
    aggregation_method: attribute?.aggregation_method ?? null,
    llm_labeling: definition.llm_labeling,
    enrich_source: definition.enrich_source_collection,
    enrich_source_collection: definition.enrich_source_collection,
    source_enrichment_config: definition.source_enrichment_config,
    export: definition.export ?? null,
    auto_execute_on_batch: definition.auto_execute_on_batch,
    auto_execute_min_documents: definition.auto_execute_min_documents,
    auto_execute_cooldown_seconds: definition.auto_execute_cooldown_seconds,
    metadata: definition.metadata,
  };
}

/** A new cluster: its definition, and no run yet. */
export function renderCluster(
  { clusterId, namespaceId, createdAt }: ClusterIdentity,
  definition: ClusterDefinition,
): Record<string, unknown> {
  return {
    cluster_id: clusterId,
    namespace_id: namespaceId,
    ...renderDefinition(definition),
    source_bucket_ids: null,
    learned_weights: null,
    learning_quality_score: null,
    output_collection_ids: [],
    output_collection_names: [],
    enrichment: null,
    status: "PENDING",
    task_id: null,
    last_execution_task_id: null,
    last_run_id: null,
    num_clusters: null,
    num_documents_clustered: null,
    execution_time_seconds: null,
    cluster_stats: null,
    parquet_path: null,
    members_key: null,
    hierarchy_detected: false,
    parent_cluster_id: null,
    child_cluster_ids: null,
    hierarchy_relationships: null,
    llm_labeling_errors: null,
    created_at: createdAt,
    updated_at: createdAt,
    last_executed_at: null,
    completed_at: null,
  };
}

/** The wire form of a parsed filter. Parsing it again gives the same filter. */
export function renderFilter(filter: Filter): Record<string, unknown> {
  switch (filter.kind) {
    case "and":
      return { AND: filter.of.map(renderFilter) };
    case "or":
      return { OR: filter.of.map(renderFilter) };
    case "not":
      return { NOT: filter.of.map(renderFilter) };
    case "leaf": {
      const { field, operator, value, caseSensitive } = filter;
      return { field, operator, value, case_sensitive: caseSensitive };
    }
  }
}
