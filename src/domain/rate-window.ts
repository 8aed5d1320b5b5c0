/** A fixed window of one minute: a key's requests are counted from its first one, and start again when the window ends. */
export const WINDOW_MS = 60_000;

export interface RateWindow {
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Requests seen in the window. */
  count: number;
}

/** The window after one more request at `now`. */
export function countHit(window: RateWindow | null, now: number): RateWindow {
  const open = window !== null && now >= window.startedAt && now - window.startedAt < WINDOW_MS;
  return open ? { startedAt: window.startedAt, count: window.count + 1 } : { startedAt: now, count: 1 };
}
