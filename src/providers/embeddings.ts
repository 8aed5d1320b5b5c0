/**
 * Embeddings of texts from a model: any endpoint that speaks OpenAI's `/v1/embeddings`, or Workers AI. Calls are batched, tried
 * again on 429 and 5xx, and every vector is checked; what still fails is an error for the whole, never a gap.
 */
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, embedMany } from "ai";
import { ShoalError } from "../domain/errors";
import type { EmbeddingSettings } from "../domain/text/feature";
import { assertPublicUrl } from "../net/public-url";

export interface EmbeddingEnv {
  ENVIRONMENT: string;
  /** Of OpenAI-compatible endpoints; OPENAI_API_KEY where it is absent. Secrets. */
  EMBEDDINGS_API_KEY?: string;
  OPENAI_API_KEY?: string;
  EMBEDDINGS_BASE_URL?: string;
  /** What compares labels with each other; the lexical embedder where it is absent. */
  EMBEDDINGS_MODEL?: string;
  EMBEDDINGS_PROVIDER?: string;
  /** The Workers AI binding, in the deployed configuration only: locally it would ask for a login. */
  AI?: { run(model: string, input: { text: string[] }): Promise<unknown> };
}

export interface EmbedderOptions {
  fetch?: typeof fetch;
  /** Milliseconds before the first retry; each further one waits twice as long. */
  backoffMs?: number;
}

export interface ModelEmbedder {
  readonly name: string;
  embed(texts: string[]): Promise<Float32Array[]>;
}

/** Texts of one call. OpenAI takes 2,048, Workers AI 100, most servers of open models 32 to 256. */
const BATCH = 96;
const CALLS_AT_ONCE = 4;
const ATTEMPTS = 4;
const BACKOFF_MS = 500;
const TIMEOUT_MS = 30_000;
const OPENAI_URL = "https://api.openai.com/v1";

type Call = (texts: string[], dimensions: number | null) => Promise<unknown>;

/**
 * @throws ShoalError `not_configured` where the deployment lacks the provider's key or binding, `validation_failed` for an
 * address that may not be called. Its `embed` throws `provider_failed`, with the status and the provider's words.
 */
export function modelEmbedder(
  env: EmbeddingEnv,
  settings: EmbeddingSettings,
  { fetch, backoffMs = BACKOFF_MS }: EmbedderOptions = {},
): ModelEmbedder {
  const { provider, model, dimensions } = settings;
  const name = `${provider}/${model}`;
  const call = provider === "workers_ai" ? workersAi(env, model) : openAiCompatible(env, settings, fetch);
  return {
    name,
    async embed(texts) {
      const vectors: Float32Array[] = Array(texts.length);
      const starts = Array.from({ length: Math.ceil(texts.length / BATCH) }, (_, i) => i * BATCH);
      const worker = async () => {
        for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
          const batch = texts.slice(from, from + BATCH);
          const answer = await patiently(() => call(batch, dimensions), name, backoffMs);
          const first = from;
          checked(answer, batch.length, dimensions, name).forEach((vector, i) => {
            vectors[first + i] = vector;
          });
        }
      };
      await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, starts.length) }, worker));
      return vectors;
    },
  };
}

/** A base URL that the caller gives must be public, except on local development. */
function openAiCompatible(env: EmbeddingEnv, settings: EmbeddingSettings, fetch?: typeof globalThis.fetch): Call {
  const { model, baseUrl } = settings;
  const apiKey = env.EMBEDDINGS_API_KEY ?? env.OPENAI_API_KEY;
  const baseURL = baseUrl ?? env.EMBEDDINGS_BASE_URL ?? OPENAI_URL;
  const isLocal = env.ENVIRONMENT === "local";
  if (baseUrl !== null) assertPublicUrl(baseUrl, { allowLocal: isLocal });
  // The deployment's key goes to the deployment's own address or OpenAI's, never to another that a caller names.
  const trusted = isLocal || baseUrl === null || baseUrl === env.EMBEDDINGS_BASE_URL || baseUrl === OPENAI_URL;
  if (trusted && !apiKey && baseURL === OPENAI_URL) {
    throw notConfigured("openai_compatible", "the secret EMBEDDINGS_API_KEY or OPENAI_API_KEY, or EMBEDDINGS_BASE_URL");
  }
  const openai = createOpenAI({
    baseURL: baseURL.replace(/\/+$/, ""),
    apiKey: (trusted ? apiKey : undefined) ?? "none",
    fetch: (input, init) => (fetch ?? globalThis.fetch)(input, { ...init, redirect: "manual" }),
  });
  return async (values, dimensions) => {
    // Only OpenAI's third generation can be asked for fewer dimensions; other servers refuse the field.
    const options =
      dimensions !== null && model.startsWith("text-embedding-3") ? { openai: { dimensions } } : undefined;
    const { embeddings } = await embedMany({
      model: openai.embeddingModel(model),
      values,
      maxRetries: 0,
      abortSignal: AbortSignal.timeout(TIMEOUT_MS),
      ...(options ? { providerOptions: options } : {}),
    });
    return embeddings;
  };
}

function workersAi({ AI }: EmbeddingEnv, model: string): Call {
  if (!AI) throw notConfigured("workers_ai", "the binding AI, which only a deployed Worker has");
  return async (text) => ((await AI.run(model, { text })) as { data?: unknown } | null)?.data;
}

const notConfigured = (provider: string, lacking: string): ShoalError =>
  new ShoalError("not_configured", `The embedding provider ${provider} is not set up here; it needs ${lacking}.`, {
    provider,
  });

async function patiently<T>(attempt: () => Promise<T>, name: string, backoffMs: number): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === ATTEMPTS || !isTransient(error)) throw failure(error, name, tries);
      await new Promise((resolve) => setTimeout(resolve, backoffMs * 2 ** (tries - 1)));
    }
  }
}

/** An answer that could not be read is not asked for again: the next would look the same. */
function isTransient(error: unknown): boolean {
  if (!APICallError.isInstance(error)) return error instanceof Error && error.name === "TimeoutError";
  const { statusCode } = error;
  return statusCode === undefined || statusCode === 408 || statusCode === 429 || statusCode >= 500;
}

function failure(error: unknown, name: string, tries: number): ShoalError {
  const status = APICallError.isInstance(error) ? (error.statusCode ?? null) : null;
  const said = error instanceof Error ? error.message : String(error);
  const times = tries === 1 ? "" : ` (${tries} attempts)`;
  const what = status === null ? said : `it answered ${status}: ${said}`;
  return new ShoalError("provider_failed", `Embeddings from ${name} failed${times}: ${what.slice(0, 500)}`, {
    provider: name,
    status,
  });
}

/** @throws ShoalError `provider_failed` unless there is a vector of finite numbers for each text. */
function checked(answer: unknown, count: number, dimensions: number | null, name: string): Float32Array[] {
  const bad = (what: string) =>
    new ShoalError("provider_failed", `Embeddings from ${name}: ${what}.`, { provider: name, dimensions });
  if (!Array.isArray(answer) || answer.length !== count) {
    throw bad(`${count} texts were sent and ${Array.isArray(answer) ? answer.length : "no"} vectors came back`);
  }
  return answer.map((vector: unknown, i) => {
    if (!Array.isArray(vector)) throw bad(`vector ${i} is no array of numbers`);
    const expected = dimensions ?? (answer[0] as unknown[]).length;
    if (vector.length !== expected) throw bad(`vector ${i} has ${vector.length} dimensions, not ${expected}`);
    const floats = Float32Array.from(vector as number[]);
    if (!floats.every(Number.isFinite)) throw bad(`vector ${i} holds a value that is no finite 32-bit float`);
    return floats;
  });
}
