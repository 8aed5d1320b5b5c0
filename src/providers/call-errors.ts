/** What went wrong with a provider, as kinds that are treated differently, in words without keys. */
import { APICallError } from "ai";
import { LlmError, type LlmErrorKind } from "../labeling/llm/contract";
import type { ProviderSettings } from "./settings";

const LONGEST = 300;

/** Errors that say that the caller stopped, or that the time is up, stay as they are. */
export function callError(error: unknown, settings: ProviderSettings, signal: AbortSignal, now = Date.now): unknown {
  if (error instanceof LlmError) return error;
  if (signal.aborted) return signal.reason;
  const { provider, apiKey } = settings;
  if (APICallError.isInstance(error)) {
    const { statusCode, message } = error;
    if (statusCode === undefined) return new LlmError("unavailable", `${provider} could not be reached`);
    const words = redacted(message, [apiKey]);
    // A reply that is no JSON of the provider's: something between us broke it.
    if (statusCode < 300) return new LlmError("unavailable", `the reply of ${provider} could not be read`);
    return new LlmError(
      kindOf(statusCode, words),
      `${provider} answered ${statusCode}: ${words}`,
      retryAfterMs(error.responseHeaders ?? {}, now()),
    );
  }
  const name = error instanceof Error ? error.name : "";
  if (/Unsupported|InvalidPrompt|Download|TypeValidation|NoSuchModel/.test(name))
    return new LlmError("rejected", redacted(error instanceof Error ? error.message : name, [apiKey]));
  return new LlmError("unavailable", `${provider} could not be reached`);
}

function kindOf(status: number, message: string): LlmErrorKind {
  if (status === 429) return "rate_limited";
  if (status === 408 || status === 409 || status >= 500) return "unavailable";
  // Google answers 400 to a wrong key.
  if (status === 401 || status === 403 || status === 404 || /api[ _-]?key/i.test(message)) return "unusable";
  return "rejected";
}

/** `Retry-After` in seconds or as a date, or in milliseconds as OpenAI adds it. A minute at most: no task waits longer. */
function retryAfterMs(headers: Record<string, string>, now: number): number | null {
  const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const exact = Number(header("retry-after-ms") ?? Number.NaN);
  const given = header("retry-after");
  const seconds = Number(given ?? Number.NaN);
  const ms = Number.isFinite(exact) ? exact : Number.isFinite(seconds) ? seconds * 1000 : Date.parse(given ?? "") - now;
  return Number.isFinite(ms) ? Math.min(60_000, Math.max(0, ms)) : null;
}

/** Without the keys, without what looks like one, and not longer than a message should be. */
export function redacted(message: string, secrets: string[]): string {
  let text = message;
  for (const secret of secrets) if (secret.length >= 6) text = text.replaceAll(secret, "***");
  text = text
    .replace(/\b(sk|pk|key|AIza)[-_]?[A-Za-z0-9_*-]{12,}/g, "***")
    .replace(/([?&](key|api_key|X-Amz-[A-Za-z-]+)=)[^&\s"']+/g, "$1***")
    .replace(/(bearer\s+)\S+/gi, "$1***")
    .replace(/\s+/g, " ")
    .trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
