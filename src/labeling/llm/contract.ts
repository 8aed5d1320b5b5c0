/** What labelling by a language model works on and asks of its surroundings. Nothing here knows a platform or a provider. */
import type { Labeling } from "../../domain/definition/labeling";
import type { LlmProvider } from "../../domain/definition/llm-models";
import type { LlmCallSettings } from "../../domain/definition/llm-parameters";
import type { ResponseShape } from "./shape";

export type InputMapping = NonNullable<Labeling["labeling_inputs"]>["input_mappings"][number];

/** Settings of a run's labelling, with nothing left to look up. */
export interface NamingSettings {
  provider: LlmProvider;
  /** As the provider is sent it. */
  model: string;
  /** Null: what is readable of the payload. */
  mappings: InputMapping[] | null;
  summary: boolean;
  keywords: boolean;
  /** Most characters of a document's text. */
  textLength: number;
  /** Labels more alike than this are duplicates; null leaves only equal ones. */
  similarity: number | null;
  /** Seconds; 0 keeps nothing beyond the run. */
  cacheTtl: number;
  customPrompt: string | null;
  shape: ResponseShape | null;
  call: LlmCallSettings;
}

/** A document as it was stored; `document_blobs` and `source_blobs` are fields of its payload. */
export interface SampleDocument {
  payload: Record<string, unknown>;
  /** What of it a person would read; for payloads without a mapping. */
  texts?: string[];
  vectors?: Record<string, readonly number[]>;
}

export type MediaKind = "image" | "video" | "audio";

/** A file that a model is to look at, by its address. */
export interface Media {
  kind: MediaKind;
  /** As the document has it: unsigned, and so the same in every run. */
  url: string;
}

/** What a model sees of a document. */
export interface Sample {
  text: string;
  media: Media[];
}

/** What a model said of a cluster. */
export interface Answer {
  label: string;
  summary: string | null;
  keywords: string[] | null;
  extra: Record<string, unknown> | null;
}

export type Part = { type: "text"; text: string } | { type: "media"; media: Media };
export type Message = { role: "user"; parts: Part[] } | { role: "assistant"; text: string };

export interface Prompt {
  /** Null where the user's own prompt says everything. */
  instructions: string | null;
  messages: Message[];
}

export interface Usage {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

export interface Reply {
  text: string;
  /** Whether the provider, not the model's words, says that it refused. */
  blocked: boolean;
  /** Whether the reply ends because it was as long as it may be. */
  cut: boolean;
  inputTokens: number;
  outputTokens: number;
}

/** One request to the model. Failures are `LlmError`s. */
export type Ask = (prompt: Prompt, signal: AbortSignal) => Promise<Reply>;

/** Why a request brought no reply, in words that hold no secret. */
export class LlmError extends Error {
  readonly kind: LlmErrorKind;
  /** Milliseconds that the provider asks to wait. */
  readonly retryAfterMs: number | null;

  constructor(kind: LlmErrorKind, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

export type LlmErrorKind =
  /** 429: again, after a while. */
  | "rate_limited"
  /** 5xx, no connection, no answer in time: again. */
  | "unavailable"
  /** 400, 413, 422: this request will never do, a smaller one may. */
  | "rejected"
  /** 401, 403, 404, no key: no request will do. */
  | "unusable";
