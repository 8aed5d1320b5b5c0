/** `llm_labeling` as it is stored → settings of a run's labelling. */
import { type Labeling, modelOf } from "../../domain/definition/labeling";
import { sentModel } from "../../domain/definition/llm-models";
import { readLlmParameters } from "../../domain/definition/llm-parameters";
import type { NamingSettings } from "./contract";
import { readShape } from "./shape";

export function namingSettings(labeling: Labeling): NamingSettings {
  const { provider, model } = modelOf(labeling);
  return {
    provider,
    model: sentModel(model),
    mappings: labeling.labeling_inputs?.input_mappings ?? null,
    summary: labeling.include_summary,
    keywords: labeling.include_keywords,
    textLength: labeling.sample_text_max_length,
    similarity: labeling.use_embedding_dedup ? labeling.embedding_similarity_threshold : null,
    cacheTtl: labeling.cache_ttl_seconds,
    customPrompt: labeling.custom_prompt ?? null,
    shape: readShape(labeling.response_shape),
    call: readLlmParameters(labeling.parameters ?? {}, ["llm_labeling", "parameters"]).settings,
  };
}
