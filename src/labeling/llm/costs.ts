/**
 * List prices of the offered models, US dollars per million tokens, as the providers published them in October 2026:
 * https://openai.com/api/pricing, https://ai.google.dev/gemini-api/docs/pricing, https://platform.claude.com/docs/en/about-claude/pricing.
 * Prompts stay far below the sizes from which some cost more.
 */
import type { LlmProvider } from "../../domain/definition/llm-models";
import type { Usage } from "./contract";

const PRICES: Record<string, { input: number; output: number }> = {
  "gpt-4o-2024-08-06": { input: 2.5, output: 10 },
  "gpt-4o": { input: 2.5, output: 10 },
  "gpt-4o-mini-2024-07-18": { input: 0.15, output: 0.6 },
  "gpt-4o-mini": { input: 0.15, output: 0.6 },
  "gpt-4.1-2025-04-14": { input: 2, output: 8 },
  "gpt-4.1": { input: 2, output: 8 },
  "gpt-4.1-mini-2025-04-14": { input: 0.4, output: 1.6 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6 },
  "o3-mini-2025-01-31": { input: 1.1, output: 4.4 },
  "gemini-2.5-flash-lite": { input: 0.1, output: 0.4 },
  "gemini-2.5-flash": { input: 0.3, output: 2.5 },
  "gemini-2.5-pro": { input: 1.25, output: 10 },
  "claude-sonnet-4-5-20250929": { input: 3, output: 15 },
  "claude-haiku-4-5-20251001": { input: 1, output: 5 },
  "claude-3-5-sonnet-20241022": { input: 3, output: 15 },
  "claude-3-5-haiku-20241022": { input: 0.8, output: 4 },
};

/** Null for a model whose price is not known, and behind a base URL of one's own, where anything may be charged. */
export function costUsd(provider: LlmProvider, model: string, usage: Usage, ownBaseUrl: boolean): number | null {
  const price = provider === "workers_ai" || ownBaseUrl ? undefined : PRICES[model];
  if (!price) return null;
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1e6;
}
