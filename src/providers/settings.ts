/** What the environment says of model providers: keys are secrets, base URLs let any compatible server serve. */
import { type Labeling, modelOf } from "../domain/definition/labeling";
import type { LlmProvider } from "../domain/definition/llm-models";
import type { ClusterDefinition, Warning } from "../domain/definition/model";

export interface LlmEnv {
  OPENAI_API_KEY?: string;
  OPENAI_BASE_URL?: string;
  GOOGLE_API_KEY?: string;
  /** Names that Google's own tools use. */
  GEMINI_API_KEY?: string;
  GOOGLE_GENERATIVE_AI_API_KEY?: string;
  GOOGLE_BASE_URL?: string;
  ANTHROPIC_API_KEY?: string;
  ANTHROPIC_BASE_URL?: string;
  /** Milliseconds that one request may take; a string because variables are. */
  LLM_TIMEOUT_MS?: string;
  /** Workers AI: a deployed Worker's binding. */
  AI?: WorkersAi;
}

/** What is called of the binding. https://developers.cloudflare.com/workers-ai/configuration/bindings/ */
export interface WorkersAi {
  run(model: string, inputs: Record<string, unknown>): Promise<unknown>;
}

export interface ProviderSettings {
  provider: LlmProvider;
  apiKey: string;
  /** Null: the provider's own. */
  baseUrl: string | null;
  ai: WorkersAi | null;
}

/** A server of one's own may ask for no key, and the SDKs for some. */
const NO_KEY = "none";

const present = (...values: (string | undefined)[]): string | null =>
  values.find((value) => value?.trim())?.trim() ?? null;

/** Null where the provider is not configured; `whatIsMissing` says what it would take. */
export function providerSettings(env: LlmEnv, provider: LlmProvider): ProviderSettings | null {
  const reached = (apiKey: string | null, baseUrl: string | null): ProviderSettings | null =>
    apiKey === null && baseUrl === null
      ? null
      : { provider, apiKey: apiKey ?? NO_KEY, baseUrl: baseUrl?.replace(/\/+$/, "") ?? null, ai: null };
  switch (provider) {
    case "openai":
      return reached(present(env.OPENAI_API_KEY), present(env.OPENAI_BASE_URL));
    case "google":
      return reached(
        present(env.GOOGLE_API_KEY, env.GEMINI_API_KEY, env.GOOGLE_GENERATIVE_AI_API_KEY),
        present(env.GOOGLE_BASE_URL),
      );
    case "anthropic":
      return reached(present(env.ANTHROPIC_API_KEY), present(env.ANTHROPIC_BASE_URL));
    case "workers_ai":
      return env.AI ? { provider, apiKey: NO_KEY, baseUrl: null, ai: env.AI } : null;
    default:
      return provider satisfies never;
  }
}

const SECRETS: Record<LlmProvider, string> = {
  openai: "no key of openai is configured on this deployment (secret OPENAI_API_KEY)",
  google: "no key of google is configured on this deployment (secret GOOGLE_API_KEY)",
  anthropic: "no key of anthropic is configured on this deployment (secret ANTHROPIC_API_KEY)",
  workers_ai: "Workers AI is not bound to this deployment (binding AI)",
};

export const whatIsMissing = (provider: LlmProvider): string => SECRETS[provider];

/** What a definition asks of a model that this deployment cannot ask: the run goes on without. */
export function modelWarnings({ llm_labeling }: Pick<ClusterDefinition, "llm_labeling">, env: LlmEnv): Warning[] {
  const labeling = llm_labeling as Labeling | null;
  if (!labeling?.enabled) return [];
  const { provider } = modelOf(labeling);
  if (providerSettings(env, provider)) return [];
  const msg = `${whatIsMissing(provider)}: clusters keep the labels that are made of their keywords`;
  return [{ loc: ["body", "llm_labeling", "provider"], msg }];
}
