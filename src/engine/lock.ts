/**
 * Lets one invocation of an isolate compute at a time. It polls: an invocation that the platform ends leaves no promise
 * behind that another could wait on, so a lock held beyond any invocation's life counts as free.
 */
const POLL_MS = 10;
/** Longest life of a queue consumer. https://developers.cloudflare.com/workers/platform/limits/ */
const HELD_AT_MOST_MS = 15 * 60_000;

/** Lets others compute while the holder only waits; afterwards it is the holder again. */
export type Idle = <T>(wait: () => Promise<T>) => Promise<T>;

export class Lock {
  #holder: symbol | null = null;
  #since = 0;

  /** Runs `work` once the lock is free, or answers null when that takes longer than `patienceMs`. */
  async run<T>(work: (idle: Idle) => Promise<T>, patienceMs: number, now = Date.now): Promise<T | null> {
    const own = Symbol("holder");
    if (!(await this.#take(own, patienceMs, now))) return null;
    const idle: Idle = async (wait) => {
      if (this.#holder === own) this.#holder = null;
      try {
        return await wait();
      } finally {
        await this.#take(own, Number.POSITIVE_INFINITY, now);
      }
    };
    try {
      return await work(idle);
    } finally {
      if (this.#holder === own) this.#holder = null;
    }
  }

  async #take(own: symbol, patienceMs: number, now: () => number): Promise<boolean> {
    const asked = now();
    while (this.#holder !== null && now() - this.#since < HELD_AT_MOST_MS) {
      if (now() - asked > patienceMs) return false;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#holder = own;
    this.#since = now();
    return true;
  }
}
