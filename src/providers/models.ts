/** Language models of the configured providers behind one call, through the AI SDK; its errors become `LlmError`s without secrets. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, type LanguageModel, type ModelMessage } from "ai";
import type { LlmCallSettings } from "../domain/definition/llm-parameters";
import type { Ask, Media, Message, Prompt, Reply } from "../labeling/llm/contract";
import { callError } from "./call-errors";
import type { ProviderSettings } from "./settings";
import { askWorkersAi } from "./workers-ai";

export interface ModelServices {
  fetch: typeof fetch;
  /** The address that a provider is given of a file: signed, where the store asks for that. */
  address(media: Media): Promise<string>;
  /** Bytes of a file that the provider does not fetch itself. */
  download(url: URL): Promise<{ data: Uint8Array; mediaType: string | undefined }>;
}

/** What follows from the same request should be the same reply, as far as the provider can. */
const TEMPERATURE = 0;
const SEED = 0;

export function asker(settings: ProviderSettings, model: string, call: LlmCallSettings, services: ModelServices): Ask {
  if (settings.ai) return askWorkersAi(settings.ai, model, call);
  const target = languageModel(settings, model, services.fetch);
  return async (prompt, signal) => {
    try {
      return await ask(target, prompt, settings, call, services, signal);
    } catch (error) {
      throw callError(error, settings, signal);
    }
  };
}

function languageModel(
  { provider, apiKey, baseUrl }: ProviderSettings,
  model: string,
  fetch: typeof globalThis.fetch,
): LanguageModel {
  const options = { apiKey, fetch, ...(baseUrl !== null && { baseURL: baseUrl }) };
  switch (provider) {
    case "openai":
      // Compatible servers speak chat completions.
      return createOpenAI(options).chat(model);
    case "google":
      return createGoogle(options)(model);
    case "anthropic":
      return createAnthropic(options)(model);
    case "workers_ai":
      throw new TypeError("Workers AI is called through its binding");
    default:
      return provider satisfies never;
  }
}

async function ask(
  model: LanguageModel,
  prompt: Prompt,
  { provider }: ProviderSettings,
  { providerOptions, ...call }: LlmCallSettings,
  services: ModelServices,
  signal: AbortSignal,
): Promise<Reply> {
  const result = await generateText({
    model,
    ...(prompt.instructions !== null && { instructions: prompt.instructions }),
    messages: await Promise.all(prompt.messages.map((message) => modelMessage(message, services))),
    temperature: TEMPERATURE,
    // Anthropic's API has no seed.
    ...(provider !== "anthropic" && { seed: SEED }),
    ...call,
    ...(Object.keys(providerOptions).length > 0 && { providerOptions: { [provider]: providerOptions as never } }),
    maxRetries: 0,
    abortSignal: signal,
    experimental_download: (files) =>
      Promise.all(
        files.map(async ({ url, isUrlSupportedByModel }) => (isUrlSupportedByModel ? null : services.download(url))),
      ),
  });
  return {
    text: result.text,
    blocked: result.finishReason === "content-filter",
    cut: result.finishReason === "length",
    inputTokens: result.usage.inputTokens ?? 0,
    outputTokens: result.usage.outputTokens ?? 0,
  };
}

async function modelMessage(message: Message, services: ModelServices): Promise<ModelMessage> {
  if (message.role === "assistant") return { role: "assistant", content: message.text };
  const content = await Promise.all(
    message.parts.map(async (part) => {
      if (part.type === "text") return { type: "text" as const, text: part.text };
      const data = new URL(await services.address(part.media));
      return { type: "file" as const, data, mediaType: mediaType(part.media) };
    }),
  );
  return { role: "user", content };
}

const MEDIA_TYPES: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mpeg: "video/mpeg",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
};

/** By the file's name; just the kind where that does not tell. */
function mediaType({ kind, url }: Media): string {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? "";
  const known = MEDIA_TYPES[extension];
  return known?.startsWith(`${kind}/`) ? known : kind;
}

// The SDK prints what a model does not support; what matters of it is told on the run.
(globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;
