/**
 * `llm_labeling.parameters`: names that every provider's own API uses, read as one set of call settings. What is not in
 * the list goes to the provider's SDK as an option of that provider.
 */
import { z } from "zod";
import { type Loc, parseAt } from "../issues";
import type { Warning } from "./model";

/** Settings of a call, as the AI SDK names them, and what is the provider's own. */
export interface LlmCallSettings {
  temperature?: number;
  maxOutputTokens?: number;
  topP?: number;
  topK?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  seed?: number;
  stopSequences?: string[];
  providerOptions: Record<string, unknown>;
}

const Count = z.int().min(1).max(1_000_000);
const Stop = z.union([z.string(), z.array(z.string()).max(16)]);

const KNOWN = {
  temperature: { name: "temperature", type: z.number().min(0).max(2) },
  max_tokens: { name: "maxOutputTokens", type: Count },
  max_output_tokens: { name: "maxOutputTokens", type: Count },
  max_completion_tokens: { name: "maxOutputTokens", type: Count },
  top_p: { name: "topP", type: z.number().min(0).max(1) },
  top_k: { name: "topK", type: Count },
  frequency_penalty: { name: "frequencyPenalty", type: z.number().min(-2).max(2) },
  presence_penalty: { name: "presencePenalty", type: z.number().min(-2).max(2) },
  seed: { name: "seed", type: z.int() },
  stop: { name: "stopSequences", type: Stop },
  stop_sequences: { name: "stopSequences", type: Stop },
} as const;

/** Replies are JSON whatever is asked. */
const JSON_OUTPUT = "json_output";

/** @throws ShoalError `validation_failed` for a known name with a value that it cannot have */
export function readLlmParameters(
  parameters: Record<string, unknown>,
  loc: Loc,
): { settings: LlmCallSettings; warnings: Warning[] } {
  const settings: LlmCallSettings = { providerOptions: {} };
  const warnings: Warning[] = [];
  for (const [key, value] of Object.entries(parameters)) {
    if (value === null || value === undefined) continue;
    const known = Object.hasOwn(KNOWN, key) ? KNOWN[key as keyof typeof KNOWN] : null;
    if (known) {
      const read: unknown = parseAt(known.type as z.ZodType, value, [...loc, key]);
      Object.assign(settings, {
        [known.name]: known.name === "stopSequences" && typeof read === "string" ? [read] : read,
      });
    } else if (key === JSON_OUTPUT) {
      if (value !== true)
        warnings.push({ loc: [...loc, key], msg: "has no effect: answers are always asked for as JSON" });
    } else {
      settings.providerOptions[camelCase(key)] = value;
      warnings.push({ loc: [...loc, key], msg: "is passed on as the provider's own option, unchecked" });
    }
  }
  return { settings, warnings };
}

const camelCase = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
