/** A definition and its collections → what one run does, with nothing left to look up; refusals name the field. */

import type { CollectionFeature } from "../documents/contract";
import type { Labeling } from "../domain/definition/labeling";
import type { ClusterDefinition, VectorConfig, Warning } from "../domain/definition/model";
import { FaceClusterMerge, WeightLearning as WeightLearningConfig } from "../domain/definition/requests";
import { ShoalError } from "../domain/errors";
import type { Filter } from "../domain/filters/model";
import type { VectorMethodSpec } from "../domain/run/methods";
import type { FeatureSpec, RunSpec } from "../domain/run/types";
import { IMPLEMENTED, methodOf } from "./methods/registry";
import { mapOf, preparationOf } from "./resolve-preparation";
import { COMPONENTS } from "./sparse/subspace";

export interface ResolveContext {
  ids: Pick<RunSpec, "runId" | "clusterId" | "namespaceId" | "taskId" | "createdAt">;
  collections: { collectionId: string; features: CollectionFeature[] }[];
  /** What the execute call changes for this run; a key that is absent leaves the definition's value. */
  overrides: { sample_size?: number | null; filters?: Filter | null; random_state?: number | null };
}

/** Throws `algorithm_not_available`, `feature_not_found`, `validation_failed`. */
export function resolveRunSpec(definition: ClusterDefinition, context: ResolveContext): RunSpec {
  const { ids, collections, overrides } = context;
  const { vector_config: vector, attribute_config: attributes } = definition;
  const warnings: Warning[] = [];
  const base = {
    ...ids,
    collections: collections.map(({ collectionId }) => ({ collectionId })),
    filters: overrides.filters === undefined ? definition.filters : overrides.filters,
    labeling: definition.llm_labeling as Labeling | null,
    warnings,
    definition: { ...definition },
  };
  const sampleSize = (own: number | null) => (overrides.sample_size === undefined ? own : overrides.sample_size);

  if (definition.cluster_type === "attribute") {
    if (!attributes)
      throw new ShoalError("validation_failed", "attribute_config is required when cluster_type is attribute", {
        field: "attribute_config",
      });
    return {
      ...base,
      sampleSize: sampleSize(null),
      seed: overrides.random_state ?? seedOf(ids.runId),
      method: { kind: "attribute", config: attributes },
      features: [],
      normalize: false,
      preparation: [],
      centroid: "mean",
      map: null,
      computeMetrics: false,
      reproducible: true,
    };
  }
  if (!vector)
    throw new ShoalError("validation_failed", "vector_config is required when cluster_type is vector", {
      field: "vector_config",
    });
  const method = vectorMethod(vector);
  warnings.push(...vectorWarnings(vector), ...(methodOf(method).review?.(method.params) ?? []));
  const seed = overrides.random_state ?? randomState(method) ?? seedOf(ids.runId);
  return {
    ...base,
    sampleSize: sampleSize(vector.sample_size),
    seed,
    method,
    features: vector.feature_uris.map((uri) => featureSpec(uri, vector, collections)),
    ...(isIndependent(vector) && { independent: true }),
    ...weightLearningOf(vector),
    normalize: vector.normalize_features,
    preparation: preparationOf(vector),
    ...faceMergeOf(vector),
    ...(vector.hierarchical && {
      subclusters: { depth: vector.max_hierarchy_depth, minSize: vector.min_subcluster_size },
    }),
    centroid: vector.effective_feature_method,
    map: mapOf(vector, seed),
    computeMetrics: true,
    reproducible: vector.reproducible,
  };
}

/** The parameters were checked and filled in when the definition was made; what only the kernels refuse, their method does. */
function vectorMethod({ clustering_method, algorithm_params }: VectorConfig): VectorMethodSpec {
  const kind = IMPLEMENTED.find((name) => name === clustering_method);
  if (!kind) throw unavailable("clustering_method", clustering_method, IMPLEMENTED);
  return { kind, params: algorithm_params } as unknown as VectorMethodSpec;
}

const randomState = ({ params }: VectorMethodSpec): number | null =>
  "random_state" in params ? params.random_state : null;

/** One feature by itself is an ordinary clustering. */
const isIndependent = ({ multi_feature_strategy, feature_uris }: VectorConfig): boolean =>
  multi_feature_strategy === "independent" && feature_uris.length > 1;

function faceMergeOf({ face_cluster_merge }: VectorConfig): Pick<RunSpec, "faceMerge"> {
  if (face_cluster_merge === null) return {};
  const config = FaceClusterMerge.parse(face_cluster_merge);
  if (!config.enabled) return {};
  return {
    faceMerge: {
      centroidCosine: config.centroid_cosine_threshold,
      boxIou: config.bbox_iou_threshold,
      sceneJaccard: config.scene_jaccard_threshold,
      boxField: config.bbox_field,
      frameField: config.frame_field,
      sceneField: config.scene_field,
    },
  };
}

/** Weights that are not given are learned; one feature alone has nothing to be weighed against. */
function weightLearningOf(vector: VectorConfig): Pick<RunSpec, "weightLearning"> {
  const { multi_feature_strategy, feature_weights, weight_learning_config, feature_uris } = vector;
  if (multi_feature_strategy !== "weighted" || feature_weights !== null || feature_uris.length < 2) return {};
  const config = WeightLearningConfig.parse(weight_learning_config ?? {});
  const { method, max_iterations: iterations, metric, sample_size: sampleSize, random_state: seed } = config;
  return { weightLearning: { method, iterations, metric, sampleSize, seed } };
}

const unavailable = (field: string, value: string, available: string[]): ShoalError =>
  new ShoalError(
    "algorithm_not_available",
    `${field} = ${value} is not available in this deployment; available: ${available.join(", ")}`,
    { field, value, available },
  );

function vectorWarnings(vector: VectorConfig): Warning[] {
  const { multi_feature_strategy, feature_weights, feature_uris } = vector;
  const warnings: Warning[] = [];
  if (multi_feature_strategy === "weighted" && feature_weights === null && feature_uris.length < 2)
    warnings.push({
      loc: ["vector_config", "multi_feature_strategy"],
      msg: "there is one feature: no weights are learned",
    });
  if (multi_feature_strategy !== "weighted" && feature_weights !== null)
    warnings.push({
      loc: ["vector_config", "feature_weights"],
      msg: `weights have no effect with multi_feature_strategy = ${multi_feature_strategy}`,
    });
  return warnings;
}

/** The feature as every collection has it: the same dimensions everywhere. */
function featureSpec(uri: string, vector: VectorConfig, collections: ResolveContext["collections"]): FeatureSpec {
  let found: CollectionFeature | null = null;
  for (const { collectionId, features } of collections) {
    const own = features.find((feature) => feature.uri === uri || feature.name === uri);
    const details = { field: "feature_uris", value: uri, collection_id: collectionId };
    if (!own) {
      const available = features.map((feature) => feature.uri);
      const choices = available.length > 0 ? available.join(", ") : "none";
      throw new ShoalError("feature_not_found", `collection ${collectionId} has no feature ${uri}; it has ${choices}`, {
        ...details,
        available,
      });
    }
    if (found && found.dimensions !== own.dimensions)
      throw new ShoalError(
        "feature_not_found",
        `feature ${uri} has ${own.dimensions} dimensions in collection ${collectionId} and ${found.dimensions} in another`,
        { ...details, dimensions: own.dimensions, expected: found.dimensions },
      );
    found = own;
  }
  if (!found)
    throw new ShoalError("feature_not_found", `no collection has the feature ${uri}`, {
      field: "feature_uris",
      value: uri,
    });
  const weights = vector.multi_feature_strategy === "weighted" ? vector.feature_weights : null;
  const { name, dimensions, kind } = found;
  const weight = weights?.[found.uri] ?? weights?.[name] ?? 1;
  if (kind !== "sparse") return { uri: found.uri, name, dimensions, weight };
  const weighting = found.uri.startsWith(COUNTED_WORDS) ? "tfidf" : "none";
  return { uri: found.uri, name, dimensions: COMPONENTS, weight, sparse: { indices: dimensions, weighting } };
}

/** The extractor whose sparse values are counts of words. */
const COUNTED_WORDS = "mixpeek://text_extractor@";

/** A seed of 32 bits for a run whose definition leaves it open (FNV-1a of the run's id): the manifest tells it. */
function seedOf(runId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < runId.length; i++) hash = Math.imul(hash ^ runId.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
