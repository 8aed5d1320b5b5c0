/** `llm_labeling`: checked and stored; labels themselves are made elsewhere. */
import { z } from "zod";
import { type Loc, parseAt, unknownFields, validationError } from "../issues";
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
  provider: z.enum(["openai", "google", "anthropic"]).nullish(),
  model_name: z.string().min(1).nullish(),
  include_summary: z.boolean().default(true),
  include_keywords: z.boolean().default(true),
  /** Null: 3 to 20, by the cluster's size and spread. */
  max_samples_per_cluster: z.int().min(1).max(20).nullable().default(null),
  sample_text_max_length: z.int().min(50).max(500).default(200),
  use_embedding_dedup: z.boolean().default(true),
  embedding_similarity_threshold: z.number().min(0.5).max(1).default(0.8),
  cache_ttl_seconds: z.int().min(0).max(2_592_000).default(604_800),
  custom_prompt: z.string().nullish(),
  response_shape: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
});

/** Settings with their defaults filled in. */
export type Labeling = z.output<typeof LabelingRequest>;

type Provider = NonNullable<z.output<typeof LabelingRequest>["provider"]>;

const MODELS: Record<Provider, { offered: string[]; prefix: RegExp }> = {
  openai: {
    offered: [
      "gpt-4o-2024-08-06",
      "gpt-4o-mini-2024-07-18",
      "gpt-4.1-2025-04-14",
      "gpt-4.1-mini-2025-04-14",
      "o3-mini-2025-01-31",
    ],
    prefix: /^(gpt-|chatgpt-|o\d)/,
  },
  google: {
    offered: ["gemini-2.5-flash-lite", "gemini-2.5-flash", "gemini-2.5-pro", "gemini-3.1-flash-lite"],
    prefix: /^gemini-/,
  },
  anthropic: {
    offered: [
      "claude-sonnet-4-5-20250929",
      "claude-haiku-4-5-20251001",
      "claude-3-5-sonnet-20241022",
      "claude-3-5-haiku-20241022",
    ],
    prefix: /^claude-/,
  },
};

const PROVIDER_ALIASES: Record<string, Provider> = { openai_chat_v1: "openai" };

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
  if (typeof renamed.provider === "string") renamed.provider = PROVIDER_ALIASES[renamed.provider] ?? renamed.provider;

  const warnings = unknownFields(LabelingRequest, renamed, loc);
  const labeling = parseAt(LabelingRequest, renamed, loc);
  if (labeling.model_name) {
    labeling.provider = providerOf(labeling.model_name, labeling.provider ?? null, loc);
    if (!MODELS[labeling.provider].offered.includes(labeling.model_name)) {
      warnings.push({
        loc: [...loc, "model_name"],
        msg: `"${labeling.model_name}" is not one of the offered models; it is passed to ${labeling.provider} as it is`,
      });
    }
  }
  warnings.push({
    loc: [...loc, "enabled"],
    msg: labeling.enabled
      ? "labelling by a language model has no effect yet on this deployment"
      : "labelling is off: enabled is false",
  });
  return { labeling, warnings };
}

function providerOf(model: string, given: Provider | null, loc: Loc): Provider {
  const providers = Object.keys(MODELS) as Provider[];
  const inferred = providers.find((name) => MODELS[name].prefix.test(model)) ?? null;
  const offeredBy = providers.find((name) => MODELS[name].offered.includes(model));
  if (given && offeredBy && given !== offeredBy) {
    const msg = `"${given}" contradicts model_name "${model}", which is of ${offeredBy}`;
    throw validationError([{ loc: [...loc, "provider"], msg, type: "contradiction" }]);
  }
  const provider = given ?? inferred;
  if (provider) return provider;
  throw validationError([
    { loc: [...loc, "provider"], msg: `is required: none can be inferred from model_name "${model}"`, type: "missing" },
  ]);
}
