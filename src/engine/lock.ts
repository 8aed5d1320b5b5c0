/**
 * Lets one invocation of an isolate compute at a time. It polls: an invocation that the platform ends leaves no promise
 * behind that another could wait on, so a lock held beyond any invocation's life counts as free.
 */
const POLL_MS = 10;
/** Longest life of a queue consumer. https://developers.cloudflare.com/workers/platform/limits/ */
const HELD_AT_MOST_MS = 15 * 60_000;

export class Lock {
  #holder: symbol | null = null;
  #since = 0;

  /** Runs `work` once the lock is free, or answers null when that takes longer than `patienceMs`. */
  async run<T>(work: () => Promise<T>, patienceMs: number, now = Date.now): Promise<T | null> {
    const asked = now();
    while (this.#holder !== null && now() - this.#since < HELD_AT_MOST_MS) {
      if (now() - asked > patienceMs) return null;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const own = Symbol("holder");
    this.#holder = own;
    this.#since = now();
    try {
      return await work();
    } finally {
      if (this.#holder === own) this.#holder = null;
    }
  }
}
