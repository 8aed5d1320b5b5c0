/** One request, again when that may help: within a budget, and never faster than the provider asks for. */
import { type Ask, LlmError, type Prompt, type Reply } from "./contract";

export interface Clock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

export interface RetryLimits {
  attempts: number;
  /** Milliseconds of one attempt, and after which none is begun. */
  attemptMs: number;
  totalMs: number;
  firstPauseMs: number;
}

export const RETRY: RetryLimits = { attempts: 4, attemptMs: 60_000, totalMs: 180_000, firstPauseMs: 1_000 };

/** Requests that run side by side wait together when one is told to wait. */
export class Gate {
  #open = 0;

  close(until: number): void {
    this.#open = Math.max(this.#open, until);
  }

  async pass(clock: Clock): Promise<void> {
    for (let left = this.#open - clock.now(); left > 0; left = this.#open - clock.now()) await clock.sleep(left);
  }
}

/**
 * @throws LlmError when no attempt brought a reply
 * @throws whatever `stop` was aborted with
 */
export async function askPatiently(
  ask: Ask,
  prompt: Prompt,
  { clock, gate, stop, limits }: { clock: Clock; gate: Gate; stop: AbortSignal; limits: RetryLimits },
): Promise<Reply> {
  const begun = clock.now();
  for (let attempt = 1; ; attempt++) {
    await gate.pass(clock);
    stop.throwIfAborted();
    try {
      return await ask(prompt, AbortSignal.any([stop, AbortSignal.timeout(limits.attemptMs)]));
    } catch (error) {
      stop.throwIfAborted();
      const failure = asLlmError(error, limits.attemptMs);
      const again = failure.kind === "rate_limited" || failure.kind === "unavailable";
      const pause = failure.retryAfterMs ?? limits.firstPauseMs * 2 ** (attempt - 1);
      const late = clock.now() + pause - begun > limits.totalMs;
      if (!again || attempt >= limits.attempts || late) {
        const tries = attempt > 1 ? ` (after ${attempt} attempts)` : "";
        throw new LlmError(failure.kind, `${failure.message}${tries}`, failure.retryAfterMs);
      }
      if (failure.kind === "rate_limited") gate.close(clock.now() + pause);
      else await clock.sleep(pause);
    }
  }
}

function asLlmError(error: unknown, attemptMs: number): LlmError {
  if (error instanceof LlmError) return error;
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError"))
    return new LlmError("unavailable", `the model did not answer within ${attemptMs / 1000} s`);
  return new LlmError("unavailable", "the model could not be reached");
}
