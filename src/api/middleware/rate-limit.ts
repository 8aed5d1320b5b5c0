import { ShoalError } from "../../domain/errors";
import { WINDOW_MS } from "../../domain/rate-window";
import { isLocal } from "../../env";
import type { AppContext } from "../context";

const DEFAULT_PER_MINUTE = 6000;

/** Counts the request against its key, names what is left in the answer's headers, and refuses with 429 past the limit. */
export async function limitRate(c: AppContext): Promise<void> {
  const { keyId, root } = c.var.auth;
  if (root && isLocal(c.env)) return;
  const limit = Number(c.env.RATE_LIMIT_PER_MINUTE) || DEFAULT_PER_MINUTE;
  const { count, resetAt } = await c.env.LIMITS.getByName(keyId).hit();
  c.header("X-RateLimit-Limit", String(limit));
  c.header("X-RateLimit-Remaining", String(Math.max(0, limit - count)));
  c.header("X-RateLimit-Reset", String(Math.ceil(resetAt / 1000)));
  c.header("X-RateLimit-Window", String(WINDOW_MS / 1000));
  if (count <= limit) return;
  throw new ShoalError("rate_limited", `This key may send ${limit} requests in ${WINDOW_MS / 1000} seconds.`, {
    limit,
    window_seconds: WINDOW_MS / 1000,
    retry_after_seconds: Math.max(1, Math.ceil((resetAt - Date.now()) / 1000)),
  });
}
