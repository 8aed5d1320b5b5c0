/** The guide's request: everything at the top level, `algorithm` and `algorithm_config` beside it. */
import { isObject } from "../../issues";
import type { Move } from "../translate";

const list = (value: unknown): unknown => (Array.isArray(value) ? value : [value]);
const lowerCase = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);

/** Fields of the structured `vector_config` that this dialect has at its top level under the same name. */
const LIFTED = [
  "sample_size",
  "algorithm_params",
  "multi_feature_strategy",
  "normalize_features",
  "feature_weights",
  "effective_feature_method",
  "preprocessing_steps",
  "hierarchical",
  "max_hierarchy_depth",
  "vis_n_components",
  "reproducible",
];

export const flat: Move[] = [
  { from: ["source_collection_ids"], to: ["collection_ids"] },
  { from: ["collection_id"], to: ["collection_ids"], value: list },
  { from: ["feature_addresses"], to: ["vector_config", "feature_uris"] },
  { from: ["feature_uris"], to: ["vector_config", "feature_uris"] },
  { from: ["feature_uri"], to: ["vector_config", "feature_uris"], value: list },
  { from: ["algorithm", "params"], to: ["vector_config", "algorithm_params"] },
  { from: ["algorithm", "name"], to: ["vector_config", "clustering_method"] },
  { from: ["algorithm"], to: ["vector_config", "clustering_method"] },
  { from: ["algorithm_config"], to: ["vector_config", "algorithm_params"] },
  // The guide's reduction is the map's, not a step before clustering.
  { from: ["dimension_reduction", "method"], to: ["vector_config", "vis_method"], value: lowerCase },
  { from: ["dimension_reduction", "components"], to: ["vector_config", "vis_n_components"] },
  { from: ["dimension_reduction", "n_components"], to: ["vector_config", "vis_n_components"] },
  // Here a labelling section means labelling: the guide never sends `enabled`.
  {
    from: ["llm_labeling"],
    to: ["llm_labeling"],
    value: (labeling) => (isObject(labeling) ? { enabled: true, ...labeling } : labeling),
  },
  ...LIFTED.map((field) => ({ from: [field], to: ["vector_config", field] })),
];
