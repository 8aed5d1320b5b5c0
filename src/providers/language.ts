/** Language models of this deployment, as the run engine asks for them. */
import type { LlmProvider } from "../domain/definition/llm-models";
import type { Language } from "../engine/naming/language";
import type { MediaKind } from "../labeling/llm/contract";
import { RETRY } from "../labeling/llm/retry";
import { textEmbedder } from "./embedder";
import type { EmbeddingEnv } from "./embeddings";
import { downloadFile, type FileEnv, fileAddress, fileProblem } from "./files";
import { asker } from "./models";
import { type LlmEnv, providerSettings, whatIsMissing } from "./settings";

export type LanguageEnv = LlmEnv & FileEnv & Omit<EmbeddingEnv, "AI">;

/** What a provider's chat models take beside text. */
const TAKES: Record<LlmProvider, MediaKind[]> = {
  openai: ["image", "audio"],
  google: ["image", "video", "audio"],
  anthropic: ["image"],
  workers_ai: [],
};

export function languageModels(env: LanguageEnv): Omit<Language, "answers"> {
  const attemptMs = Number(env.LLM_TIMEOUT_MS) || RETRY.attemptMs;
  return {
    open(settings) {
      const reached = providerSettings(env, settings.provider);
      if (!reached) return { missing: whatIsMissing(settings.provider) };
      const ask = asker(reached, settings.model, settings.call, {
        fetch: (input, init) => fetch(input, init),
        address: (media) => fileAddress(media, env),
        download: (url) => downloadFile(url, env, (input, init) => fetch(input, init)),
      });
      return { ask, ownBaseUrl: reached.baseUrl !== null };
    },
    fileProblem: (media, { provider }) =>
      TAKES[provider].includes(media.kind) ? fileProblem(media, env) : `${provider} takes no ${media.kind} here`,
    embed: (texts) => textEmbedder(env as EmbeddingEnv).embed(texts),
    clock: { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    limits: { ...RETRY, attemptMs },
  };
}
