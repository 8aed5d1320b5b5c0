/** What a stage gets to work with: the run's plan, its scratch, the kernels, and a way to compute without going silent. */

import type { CollectionStoreApi } from "../documents/contract";
import type { StageResults } from "../domain/run/results";
import type { Plan, RunSpec, StagePlan, TaskProgress, TaskRef } from "../domain/run/types";
import type { Kernels, Slices } from "../kernels/contract";
import type { ObjectStore } from "../objects/object-store";
import type { StageInputs } from "./contract";
import type { Idle } from "./lock";
import type { Language } from "./naming/language";
import type { Scratch } from "./scratch";
import type { Workspace } from "./workspace";

export type FrozenReader = Pick<CollectionStoreApi, "frozen" | "frozenNoise" | "texts" | "payloads" | "get">;

export interface TaskContext {
  spec: RunSpec;
  plan: Plan;
  stage: StagePlan;
  task: TaskRef;
  span: { from: number; to: number };
  inputs: StageInputs;
  results: StageResults;
  scratch: Scratch;
  objects: ObjectStore;
  workspace: Workspace;
  kernels: Kernels;
  pulse: Pulse;
  /** Waits for something slow outside of the platform, while other tasks compute in this isolate. */
  idle: Idle;
  language: Language;
  collection(collectionId: string): FrozenReader;
}

/** One file per stage kind implements this. Results are small JSON; arrays go to scratch. */
export interface Stage {
  map(context: TaskContext): Promise<unknown>;
  reduce?(context: TaskContext): Promise<unknown>;
}

/** The run was cancelled, or another attempt of the task has taken over. */
export class Stopped extends Error {
  constructor() {
    super("stopped");
  }
}

const HEARTBEAT_MS = 500;
/** Heartbeats in a row that may fail before the task gives up: a coordinator that moves or restarts misses one or two. */
const MISSED_BEATS = 5;
/** Kernel slices of 1–3 ms between two turns of the event loop: a turn costs over 1 ms. The platform's clock stands still within one. */
const SLICES_A_TURN = 32;

/** Keeps a computing task in touch with its coordinator, and measures what it computes. */
export class Pulse {
  cpuMs = 0;
  readonly #progress: (progress: TaskProgress) => Promise<"continue" | "stop">;
  readonly #now: () => number;
  #waitedMs = 0;
  #waits = 0;
  #waitingSince = 0;
  #last: number;
  #stopped = false;
  #slices = 0;
  #beating = false;
  #missed = 0;
  #failure: unknown = null;

  constructor(progress: (progress: TaskProgress) => Promise<"continue" | "stop">, now = Date.now) {
    this.#progress = progress;
    this.#now = now;
    this.#last = now();
  }

  /** Tells the coordinator when it is time to; throws `Stopped` once it has answered so. */
  beat(progress: TaskProgress): void {
    if (this.#stopped) throw new Stopped();
    if (this.#missed >= MISSED_BEATS) throw this.#failure;
    if (this.#beating || this.#now() - this.#last < HEARTBEAT_MS) return;
    this.#last = this.#now();
    this.#beating = true;
    // Not awaited: the answer is heard at a later beat, and the kernel goes on meanwhile.
    this.#progress(progress)
      .then(
        (answer) => {
          this.#stopped = answer === "stop";
          this.#missed = 0;
        },
        (error: unknown) => {
          this.#failure = error;
          this.#missed += 1;
        },
      )
      .finally(() => {
        this.#beating = false;
      });
  }

  /** Runs a synchronous kernel call. */
  compute<T>(call: () => T): T {
    const started = this.#now();
    try {
      return call();
    } finally {
      this.cpuMs += this.#now() - started;
    }
  }

  /** Waits for the platform; time with at least one such wait open is not computing to `busy`. */
  async wait<T>(answer: Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#waitingSince = this.#now();
    try {
      return await answer;
    } finally {
      if (--this.#waits === 0) this.#waitedMs += this.#now() - this.#waitingSince;
    }
  }

  /** Runs work that computes and waits by turns, never both at once: what is not spent in `wait` is computing. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    const [started, waited] = [this.#now(), this.#waitedMs];
    try {
      return await work();
    } finally {
      this.cpuMs += Math.max(0, this.#now() - started - (this.#waitedMs - waited));
    }
  }

  /** Runs a sliced kernel to its end, with a heartbeat and a turn of the event loop now and then. */
  async drain<T>(slices: Slices<T>, share: (step: TaskProgress) => TaskProgress = (step) => step): Promise<T> {
    for (;;) {
      const step = this.compute(() => slices.next());
      if (step.done) return step.value;
      this.#slices += 1;
      if (this.#slices % SLICES_A_TURN === 0) await turn();
      this.beat(share(step.value));
    }
  }
}

/** One turn of the event loop: messages and timers are served, and the platform's clock moves. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
