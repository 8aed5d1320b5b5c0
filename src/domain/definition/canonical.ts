/** From a checked structured request to the canonical definition; only the features are still to be looked up. */
import { parseFilter } from "../filters/parse";
import { isObject, type Loc, parseAt, unknownFields, validationError } from "../issues";
import { withoutEffect } from "./effects";
import type { FeatureRequest } from "./features";
import { readLabeling } from "./labeling";
import type { AttributeConfig, ClusterDefinition, VectorConfig, Warning } from "./model";
import { type ParameterSource, readParameters } from "./params/read";
import { type CreateCluster, CreateClusterRequest, type VectorConfigInput } from "./requests";

export interface DefinitionDraft {
  /** `cluster_name` is empty and `feature_uris` are empty until they are settled. */
  definition: ClusterDefinition;
  features: { request: FeatureRequest; loc: Loc }[];
  warnings: Warning[];
}

const BODY: Loc = ["body"];
const LEGACY = { kmeans: "kmeans_parameters", dbscan: "dbscan_parameters", hdbscan: "hdbscan_parameters" } as const;

export function canonical(body: Record<string, unknown>): DefinitionDraft {
  const warnings = unknownFields(CreateClusterRequest, body, BODY);
  const request = parseAt(CreateClusterRequest, body, BODY);
  const kind = clusterType(request, body, warnings);
  const vector = kind === "vector" && request.vector_config ? vectorConfig(request.vector_config, warnings) : null;
  const labeling = request.llm_labeling ? readLabeling(request.llm_labeling, [...BODY, "llm_labeling"]) : null;
  if (labeling) warnings.push(...labeling.warnings);

  const definition: ClusterDefinition = {
    collection_ids: request.collection_ids,
    cluster_name: request.cluster_name ?? "",
    description: request.description ?? null,
    cluster_type: kind,
    vector_config: vector?.config ?? null,
    attribute_config: kind === "attribute" ? attributeConfig(request) : null,
    filters: parseFilter(request.filters ?? null, [...BODY, "filters"]),
    llm_labeling: labeling?.labeling ?? null,
    enrich_source_collection: request.enrich_source_collection,
    source_enrichment_config: request.source_enrichment_config ?? null,
    export: request.export ?? null,
    auto_execute_on_batch: request.auto_execute_on_batch,
    auto_execute_min_documents: request.auto_execute_min_documents ?? null,
    auto_execute_cooldown_seconds: request.auto_execute_cooldown_seconds,
    metadata: request.metadata ?? {},
  };
  warnings.push(...withoutEffect(definition));
  return { definition, features: vector?.features ?? [], warnings };
}

/** Attribute clustering may also be asked for as a vector cluster whose method is `attribute_based`. */
function clusterType(
  request: CreateCluster,
  body: Record<string, unknown>,
  warnings: Warning[],
): "vector" | "attribute" {
  const byMethod = request.vector_config?.clustering_method === "attribute_based";
  const kind = request.cluster_type === "attribute" || byMethod ? "attribute" : "vector";
  const needed = kind === "vector" ? "vector_config" : "attribute_config";
  if (!request[needed]) {
    const msg = `is required: a cluster of type ${kind} is described by it`;
    throw validationError([{ loc: [...BODY, needed], msg, type: "missing" }]);
  }
  const other = kind === "vector" ? "attribute_config" : "vector_config";
  const isUsed = kind === "attribute" && byMethod;
  const given = Object.values(isObject(body[other]) ? body[other] : {}).filter((value) => value !== null);
  if (request[other] && given.length > (isUsed ? 1 : 0)) {
    const but = isUsed ? "nothing of it but clustering_method has an effect" : "it has no effect";
    warnings.push({ loc: [...BODY, other], msg: `the cluster is of type ${kind}; ${but}` });
  }
  return kind;
}

function attributeConfig({ attribute_config }: CreateCluster): AttributeConfig | null {
  if (!attribute_config) return null;
  return { ...attribute_config, aggregation_method: attribute_config.aggregation_method ?? "most_frequent" };
}

function vectorConfig(input: VectorConfigInput, warnings: Warning[]) {
  const loc: Loc = [...BODY, "vector_config"];
  const method = input.clustering_method;
  const sources: ParameterSource[] = [];
  for (const [of, field] of Object.entries(LEGACY)) {
    const values = input[field];
    if (!values) continue;
    const msg = of === method ? "deprecated: use algorithm_params" : `the method is ${method}; it has no effect`;
    warnings.push({ loc: [...loc, field], msg });
    if (of === method) sources.push({ loc: [...loc, field], values });
  }
  if (input.algorithm_params) sources.push({ loc: [...loc, "algorithm_params"], values: input.algorithm_params });
  const read = readParameters(method, sources, [...loc, "algorithm_params"]);
  warnings.push(...read.warnings);

  const config: VectorConfig = {
    feature_uris: [],
    clustering_method: method,
    sample_size: input.sample_size ?? null,
    algorithm_params: read.params,
    multi_feature_strategy: input.multi_feature_strategy,
    normalize_features: input.normalize_features,
    feature_weights: input.feature_weights ?? null,
    weight_learning_config: input.weight_learning_config ?? null,
    output_strategy: input.output_strategy,
    effective_feature_method: input.effective_feature_method,
    enrich_source: input.enrich_source,
    face_cluster_merge: input.face_cluster_merge ?? null,
    preprocessing_steps: input.preprocessing_steps ?? null,
    hierarchical: input.hierarchical,
    max_hierarchy_depth: input.max_hierarchy_depth,
    min_subcluster_size: input.min_subcluster_size,
    vis_method: input.vis_method ?? null,
    vis_n_components: input.vis_n_components,
    reproducible: input.reproducible,
  };
  return { config, features: requestedFeatures(input, loc) };
}

/** `feature_uris`, or else the extractor's fields, and what is added to them. */
function requestedFeatures(input: VectorConfigInput, loc: Loc): DefinitionDraft["features"] {
  const listed = (["feature_uris", "additional_features"] as const).flatMap((field) =>
    (input[field] ?? []).map((request, index) => ({ request, loc: [...loc, field, index] })),
  );
  if (input.feature_uris || !input.feature_extractor_name) return listed;
  const { feature_extractor_name: extractor, version, output_name: output } = input;
  return [{ request: { extractor, version, output }, loc: [...loc, "feature_extractor_name"] }, ...listed];
}
