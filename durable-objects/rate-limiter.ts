import { DurableObject } from "cloudflare:workers";
import { countHit, type RateWindow, WINDOW_MS } from "../src/domain/rate-window";
import type { Env } from "../src/env";

/**
 * Requests between two writes to storage. An idle object is evicted and then forgets at most this many requests, which
 * is 1 % of the default limit; writing each one would cost more than the requests themselves.
 */
const WRITE_EVERY = 60;
const KEY = "window";

/** Counts the requests of one API key. */
export class RateLimiter extends DurableObject<Env> {
  #window: RateWindow | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#window = ctx.storage.kv.get<RateWindow>(KEY) ?? null;
  }

  /** Counts one request; answers how many the window has seen and when it ends (milliseconds since the epoch). */
  async hit(): Promise<{ count: number; resetAt: number }> {
    this.#window = countHit(this.#window, Date.now());
    const { count, startedAt } = this.#window;
    if (count % WRITE_EVERY === 0) this.ctx.storage.kv.put(KEY, this.#window);
    return { count, resetAt: startedAt + WINDOW_MS };
  }
}
