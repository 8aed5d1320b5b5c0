/** The ad-hoc request: `config` holds what the definition calls `vector_config`, with older names. */
import { isObject } from "../../issues";
import type { Move } from "../translate";

const FIELDS = [
  "algorithm_params",
  "additional_features",
  "normalize_features",
  "hierarchical",
  "max_hierarchy_depth",
  "sample_size",
];
/** Sizes of the work's pieces, which the planner decides: lifted out, so that each is warned of by its name. */
const UNUSED = ["batch_size", "parallelism"];

export const concept: Move[] = [
  { from: ["config", "algorithm"], to: ["vector_config", "clustering_method"] },
  { from: ["config", "attribute_config"], to: ["attribute_config"] },
  { from: ["config", "llm_labeling"], to: ["llm_labeling"] },
  {
    from: ["config", "feature_vector", "feature_address"],
    to: ["vector_config", "feature_uris"],
    value: (address) => [address],
  },
  {
    from: ["config", "feature_vector", "vector_name"],
    to: ["vector_config", "feature_uris"],
    value: (name) => [name],
  },
  {
    from: ["config", "dimensionality_reduction"],
    to: ["vector_config", "preprocessing_steps"],
    value: (step) => (isObject(step) ? [step] : step),
  },
  { from: ["sample_size"], to: ["vector_config", "sample_size"] },
  ...FIELDS.map((field) => ({ from: ["config", field], to: ["vector_config", field] })),
  ...UNUSED.map((field) => ({ from: ["config", field], to: [field] })),
];
