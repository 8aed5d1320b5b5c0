/** Language models by name: which are offered, whose they are, and which stand for another. */

/** `workers_ai` is Cloudflare's own binding; the others are reached over HTTP. */
export const LLM_PROVIDERS = ["openai", "google", "anthropic", "workers_ai"] as const;
export type LlmProvider = (typeof LLM_PROVIDERS)[number];

export const DEFAULT_MODEL = "gemini-2.5-flash-lite";

const MODELS: Record<LlmProvider, { offered: string[]; prefix: RegExp }> = {
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
  workers_ai: { offered: [], prefix: /^@(cf|hf)\// },
};

/** The model of a provider whose name is not given. */
export const DEFAULT_MODELS: Record<LlmProvider, string | null> = {
  openai: "gpt-4o-mini-2024-07-18",
  google: DEFAULT_MODEL,
  anthropic: "claude-haiku-4-5-20251001",
  workers_ai: null,
};

const SENT_AS: Record<string, string> = { "gemini-3.1-flash-lite": "gemini-2.5-flash-lite" };

/** The name that a provider is sent. */
export const sentModel = (name: string): string => SENT_AS[name] ?? name;

export const providerOfModel = (name: string): LlmProvider | null =>
  LLM_PROVIDERS.find((provider) => MODELS[provider].prefix.test(name)) ?? null;

/** The provider whose list has the name; such a name can be no other's. */
export const offeredBy = (name: string): LlmProvider | null =>
  LLM_PROVIDERS.find((provider) => MODELS[provider].offered.includes(name)) ?? null;

const PROVIDER_ALIASES: Record<string, LlmProvider> = { openai_chat_v1: "openai" };
export const providerNamed = (name: string): string => PROVIDER_ALIASES[name] ?? name;
