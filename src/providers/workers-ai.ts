/** Text models of Workers AI, called through the binding: no key, no address. */
import type { LlmCallSettings } from "../domain/definition/llm-parameters";
import { type Ask, LlmError, type Message, type Prompt } from "../labeling/llm/contract";
import type { WorkersAi } from "./settings";

export function askWorkersAi(ai: WorkersAi, model: string, call: LlmCallSettings): Ask {
  const { providerOptions, ...settings } = call;
  const inputs = {
    temperature: settings.temperature ?? 0,
    seed: settings.seed ?? 1,
    // The binding's own default is 256 tokens, which no reply fits into.
    max_tokens: settings.maxOutputTokens ?? 4_096,
    top_p: settings.topP,
    top_k: settings.topK,
    frequency_penalty: settings.frequencyPenalty,
    presence_penalty: settings.presencePenalty,
    ...providerOptions,
  };
  return async (prompt, signal) => {
    const answer = await until(signal, ai.run(model, { ...inputs, messages: chat(prompt) })).catch((error: unknown) => {
      if (signal.aborted) throw signal.reason;
      throw bindingError(error);
    });
    return readAnswer(answer);
  };
}

interface BindingAnswer {
  response?: unknown;
  choices?: { message?: { content?: string | null }; finish_reason?: string }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number };
}

/** Models answer either as `response` or as chat completions do. A reply that is JSON may come parsed. */
function readAnswer(answer: unknown) {
  const { response, choices, usage } = (answer ?? {}) as BindingAnswer;
  const said = response ?? choices?.[0]?.message?.content ?? "";
  const finish = choices?.[0]?.finish_reason;
  return {
    text: typeof said === "string" ? said : JSON.stringify(said),
    blocked: finish === "content_filter",
    cut: finish === "length",
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
  };
}

const chat = ({ instructions, messages }: Prompt) => [
  ...(instructions === null ? [] : [{ role: "system", content: instructions }]),
  ...messages.map((message) => ({ role: message.role, content: textOf(message) })),
];

const textOf = (message: Message): string =>
  message.role === "assistant"
    ? message.text
    : message.parts.map((part) => (part.type === "text" ? part.text : `(${part.media.kind})`)).join("\n");

/** The binding says its codes in words: 3036 and 3040 are its limits, 5007 is an unknown model. */
function bindingError(error: unknown): LlmError {
  const message = error instanceof Error ? error.message : String(error);
  const words = `Workers AI: ${message.slice(0, 200)}`;
  if (/\b(3036|3040|429)\b|rate limit|capacity/i.test(message)) return new LlmError("rate_limited", words);
  if (/\b5007\b|no such model|not found/i.test(message)) return new LlmError("unusable", words);
  if (/\b(5004|5006|3006)\b|invalid|too long|too large/i.test(message)) return new LlmError("rejected", words);
  return new LlmError("unavailable", words);
}

function until<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    answer.then(resolve, reject);
  });
}
