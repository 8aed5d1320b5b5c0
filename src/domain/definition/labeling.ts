/** `llm_labeling` as it is asked for: checked, with defaults filled in and the provider known. */
import { z } from "zod";
import { type Loc, parseAt, unknownFields, validationError } from "../issues";
import {
  DEFAULT_MODEL,
  DEFAULT_MODELS,
  LLM_PROVIDERS,
  type LlmProvider,
  offeredBy,
  providerNamed,
  providerOfModel,
} from "./llm-models";
import { readLlmParameters } from "./llm-parameters";
import type { Warning } from "./model";

const InputMapping = z.object({
  input_key: z.string().min(1),
  source_type: z.enum(["payload", "literal", "vector", "blob"]).nullish(),
  path: z.string().nullish(),
  override: z.unknown().optional(),
});

export const LabelingRequest = z.object({
  enabled: z.boolean().default(false),
  labeling_inputs: z.object({ input_mappings: z.array(InputMapping).min(1) }).nullish(),
  provider: z.enum(LLM_PROVIDERS).nullish(),
  model_name: z.string().min(1).nullish(),
  include_summary: z.boolean().default(true),
  include_keywords: z.boolean().default(true),
  /** Null: 3 to 20, by the cluster's size and spread. */
  max_samples_per_cluster: z.int().min(1).max(20).nullable().default(null),
  sample_text_max_length: z.int().min(50).max(500).default(200),
  use_embedding_dedup: z.boolean().default(true),
  embedding_similarity_threshold: z.number().min(0.5).max(1).default(0.8),
  cache_ttl_seconds: z.int().min(0).max(2_592_000).default(604_800),
  custom_prompt: z.string().min(1).max(20_000).nullish(),
  response_shape: z.union([z.string().min(1), z.record(z.string(), z.unknown())]).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

export type Labeling = z.output<typeof LabelingRequest>;

/** Canonical labelling settings with defaults filled in; a name outside the offered models is a warning. */
export function readLabeling(
  input: Record<string, unknown>,
  loc: Loc,
): { labeling: Record<string, unknown>; warnings: Warning[] } {
  const { model, ...rest } = input;
  const renamed: Record<string, unknown> =
    model === undefined ? rest : { ...rest, model_name: rest.model_name ?? model };
  if (model !== undefined && typeof rest.model_name === "string" && rest.model_name !== model) {
    const msg = `${JSON.stringify(model)} contradicts model_name, which is "${rest.model_name}"`;
    throw validationError([{ loc: [...loc, "model"], msg, type: "contradiction" }]);
  }
  if (typeof renamed.provider === "string") renamed.provider = providerNamed(renamed.provider);

  const warnings = unknownFields(LabelingRequest, renamed, loc);
  const labeling = parseAt(LabelingRequest, renamed, loc);
  checkMappings(labeling, loc);
  warnings.push(...readLlmParameters(labeling.parameters ?? {}, [...loc, "parameters"]).warnings);
  if (labeling.model_name) {
    labeling.provider = providerOf(labeling.model_name, labeling.provider ?? null, loc);
    warnings.push(...modelWarnings(labeling.model_name, labeling.provider, loc));
  } else if (labeling.provider && DEFAULT_MODELS[labeling.provider] === null)
    throw validationError([
      { loc: [...loc, "model_name"], msg: `is required with provider "${labeling.provider}"`, type: "missing" },
    ]);
  if (!labeling.enabled) warnings.push({ loc: [...loc, "enabled"], msg: "labelling is off: enabled is false" });
  else if (!labeling.labeling_inputs)
    warnings.push({
      loc: [...loc, "labeling_inputs"],
      msg: "without input_mappings the model is sent the readable values of every payload field; name the fields that matter",
    });
  return { labeling, warnings };
}

/** The model that settings name, or the default one, and whose it is. */
export function modelOf(labeling: Pick<Labeling, "model_name" | "provider">): { provider: LlmProvider; model: string } {
  const model = labeling.model_name ?? (labeling.provider ? DEFAULT_MODELS[labeling.provider] : null) ?? DEFAULT_MODEL;
  return { provider: labeling.provider ?? providerOfModel(model) ?? "google", model };
}

function modelWarnings(model: string, provider: LlmProvider, loc: Loc): Warning[] {
  const at = [...loc, "model_name"];
  if (offeredBy(model)) return [];
  return [{ loc: at, msg: `"${model}" is not one of the offered models; it is passed to ${provider} as it is` }];
}

/** A mapping names where its value is: a literal by `override`, all others by `path`. */
function checkMappings({ labeling_inputs }: Labeling, loc: Loc): void {
  const issues = (labeling_inputs?.input_mappings ?? []).flatMap((mapping, index) => {
    const at = [...loc, "labeling_inputs", "input_mappings", index];
    if (mapping.source_type === "literal")
      return mapping.override === undefined || mapping.override === null
        ? [{ loc: [...at, "override"], msg: 'is required with source_type "literal"', type: "missing" }]
        : [];
    // A vector without a path is the document's first.
    return mapping.path || mapping.source_type === "vector"
      ? []
      : [
          {
            loc: [...at, "path"],
            msg: `is required with source_type "${mapping.source_type ?? "payload"}"`,
            type: "missing",
          },
        ];
  });
  if (issues.length > 0) throw validationError(issues);
}

function providerOf(model: string, given: LlmProvider | null, loc: Loc): LlmProvider {
  const owner = offeredBy(model);
  if (given && owner && given !== owner) {
    const msg = `"${given}" contradicts model_name "${model}", which is of ${owner}`;
    throw validationError([{ loc: [...loc, "provider"], msg, type: "contradiction" }]);
  }
  const provider = given ?? providerOfModel(model);
  if (provider) return provider;
  throw validationError([
    { loc: [...loc, "provider"], msg: `is required: none can be inferred from model_name "${model}"`, type: "missing" },
  ]);
}
