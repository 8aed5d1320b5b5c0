/**
 * The coordinator of a run without the platform: applies inputs to the state machine, stores state and effects together,
 * and carries the effects out from the outbox. The Durable Object around it brings storage, clock, alarm and services.
 */
import { ShoalError, unpackError } from "../domain/errors";
import { runRecord } from "../domain/run/record";
import type { Effect, FrozenCount, RunInput, RunState, Transition } from "../domain/run/state";
import { currentTask, frozenShape, initialState, taskName, wakeAt } from "../domain/run/state";
import { transition } from "../domain/run/transition";
import type {
  Plan,
  RunEvent,
  RunRecord,
  RunSpec,
  Shape,
  TaskFailure,
  TaskMessage,
  TaskProgress,
  TaskRef,
} from "../domain/run/types";
import type { Claim, NextTask, RunCoordinatorApi, RunView, TaskOutcome } from "./contract";
import { manifest } from "./manifest";
import type { OutboxEntry, RunStore } from "./run-store";

export interface CoordinatorServices {
  now(): number;
  /** Makes sure that `alarm()` is called at this time or earlier. */
  wake(at: number): void;
  leaseMs: number;
  freeze(spec: RunSpec, index: number): Promise<FrozenCount>;
  plan(spec: RunSpec, shape: Shape): Plan;
  send(messages: TaskMessage[]): Promise<void>;
  publish(spec: RunSpec, manifest: Record<string, unknown>): Promise<void>;
  record(record: RunRecord): Promise<void>;
  release(spec: RunSpec): Promise<void>;
  clean(spec: RunSpec, artifacts: boolean): Promise<void>;
  /** What is kept of language models' answers, apart for every namespace. */
  answers: {
    known(namespaceId: string, keys: string[]): Promise<Record<string, string>>;
    keep(namespaceId: string, answers: Record<string, string>, ttlSeconds: number): Promise<void>;
  };
  log(event: Record<string, unknown>): void;
}

/** A message that the platform did not let the outbox drain by then is carried out by the alarm. */
const OUTBOX_ALARM_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;
/** After this many failures of a freeze or a plan the run fails; what follows a run's end is tried for ever. */
const START_ATTEMPTS = 8;

type Told = RunInput extends infer One ? (One extends RunInput ? Omit<One, "now"> : never) : never;

export class Coordinator implements RunCoordinatorApi {
  readonly #store: RunStore;
  readonly #services: CoordinatorServices;
  readonly #waiters = new Set<() => void>();
  #state: RunState | null;
  #draining: Promise<void> | null = null;

  constructor(store: RunStore, services: CoordinatorServices) {
    this.#store = store;
    this.#services = services;
    this.#state = store.load();
  }

  async start(spec: RunSpec): Promise<void> {
    if (this.#state) return;
    const created = initialState(spec, this.#services.leaseMs, this.#services.now());
    this.#store.save(null, { state: created, effects: [], events: [] });
    this.#state = created;
    this.#apply({ type: "start" });
  }

  async claim(task: TaskRef): Promise<Claim> {
    const leased = this.#apply({ type: "claimed", task })?.leased;
    if (leased) return this.#claimOf(leased);
    if (this.#state?.head.exhausted === taskName(task))
      return { kind: "dead", reason: "the task exhausted its attempts" };
    return { kind: "drop", reason: "finished, superseded or cancelled" };
  }

  async progress(task: TaskRef, progress: TaskProgress): Promise<"continue" | "stop"> {
    if (!this.#state || currentTask(this.#state, task)?.status !== "running") return "stop";
    this.#apply({ type: "progressed", task, progress });
    return "continue";
  }

  async complete(task: TaskRef, { result, cpuMs, memoryBytes, build, more }: TaskOutcome): Promise<NextTask | null> {
    const leased = this.#apply({ type: "completed", task, result, cpuMs, memoryBytes, build, more })?.leased;
    return leased ? { task: leased, claim: this.#claimOf(leased) } : null;
  }

  async fail(task: TaskRef, failure: TaskFailure): Promise<"noted" | "exhausted"> {
    this.#apply({ type: "failed", task, failure });
    return this.#state?.head.exhausted === taskName(task) ? "exhausted" : "noted";
  }

  async knownAnswers(keys: string[]): Promise<Record<string, string>> {
    return this.#state ? this.#services.answers.known(this.#state.head.spec.namespaceId, keys) : {};
  }

  async keepAnswers(answers: Record<string, string>, ttlSeconds: number): Promise<void> {
    if (this.#state) await this.#services.answers.keep(this.#state.head.spec.namespaceId, answers, ttlSeconds);
  }

  async dead(task: TaskRef): Promise<void> {
    this.#apply({ type: "dead", task });
  }

  async cancel(): Promise<"canceled" | "finished"> {
    this.#apply({ type: "cancel" });
    return this.#state && this.#state.head.canceledAt !== null ? "canceled" : "finished";
  }

  async view(): Promise<RunView | null> {
    return this.#state && { record: runRecord(this.#state.head), last: this.#store.lastEvent() };
  }

  async wait(ms: number): Promise<RunView | null> {
    const deadline = this.#services.now() + ms;
    while (this.#state && !this.#state.head.announced && this.#services.now() < deadline)
      await this.#change(deadline - this.#services.now());
    return this.view();
  }

  async events(afterSeq: number, waitMs: number): Promise<RunEvent[]> {
    const deadline = this.#services.now() + waitMs;
    for (;;) {
      const found = this.#store.events(afterSeq);
      const left = deadline - this.#services.now();
      if (found.length > 0 || left <= 0 || !this.#state || this.#state.head.announced) return found;
      await this.#change(left);
    }
  }

  async destroy(): Promise<void> {
    if (!this.#state) return;
    const { spec } = this.#state.head;
    this.#apply({ type: "cancel" });
    await this.drain();
    await this.#services.release(spec);
    await this.#services.clean(spec, false);
    this.#store.clear();
    this.#state = null;
    this.#notify();
  }

  /** To be called once by a new process over an old run: does at once what need not wait for the alarm. */
  woken(): Promise<void> {
    this.#apply({ type: "woken" });
    return this.drain();
  }

  /** What was due meanwhile: leases that ended, messages that were lost, effects that a restart left undone. */
  async alarm(): Promise<void> {
    this.#apply({ type: "tick" });
    await this.drain();
  }

  /** Carries out what is due in the outbox. */
  drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  #apply(told: Told): Transition | null {
    if (!this.#state) return null;
    const before = this.#state;
    const next = transition(before, { ...told, now: this.#services.now() } as RunInput);
    if (next.state.head !== before.head || next.state.tasks !== before.tasks || next.effects.length > 0) {
      this.#store.save(before, next);
      this.#state = next.state;
    }
    this.#schedule();
    if (next.events.length > 0) this.#notify();
    if (next.effects.length > 0) void this.drain();
    return next;
  }

  #schedule(): void {
    const { now, wake } = this.#services;
    const times = this.#store.outbox().map((entry) => Math.max(entry.due, now() + OUTBOX_ALARM_MS));
    const state = this.#state && wakeAt(this.#state);
    if (state !== null) times.push(state);
    if (times.length > 0) wake(Math.min(...times));
  }

  async #drainAll(): Promise<void> {
    for (;;) {
      const entry = this.#store.outbox().find(({ due }) => due <= this.#services.now());
      if (!entry || !this.#state) return;
      try {
        const answer = await this.#carryOut(entry.effect, this.#state);
        this.#store.carriedOut(entry.id);
        if (answer) this.#apply(answer);
      } catch (error) {
        this.#failed(entry, unpackError(error));
      }
    }
  }

  /** Carries one effect out; returns the input that answers it. Effects of a phase that is over are dropped. */
  async #carryOut(effect: Effect, state: RunState): Promise<Told | null> {
    const { head } = state;
    const { spec } = head;
    switch (effect.kind) {
      case "freeze":
        if (head.phase !== "freezing") return null;
        return { type: "frozen", index: effect.index, count: await this.#services.freeze(spec, effect.index) };
      case "plan":
        if (head.phase !== "planning") return null;
        return { type: "planned", plan: this.#services.plan(spec, frozenShape(head)) };
      case "send": {
        const { namespaceId, clusterId } = spec;
        const wanted = effect.tasks.filter((task) => currentTask(state, task)?.status === "sent");
        if (wanted.length > 0) await this.#services.send(wanted.map((task) => ({ ...task, namespaceId, clusterId })));
        return null;
      }
      case "publish":
        if (head.phase !== "publishing") return null;
        await this.#services.publish(spec, manifest(head, this.#services.now()));
        return { type: "published" };
      case "record": {
        const record = runRecord(head);
        await this.#services.record(record);
        return { type: "recorded", status: record.status };
      }
      case "release":
        await this.#services.release(spec);
        return null;
      case "clean":
        await this.#services.clean(spec, effect.artifacts);
        return null;
      default:
        return effect satisfies never;
    }
  }

  #failed({ id, effect, attempts }: OutboxEntry, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const starting = effect.kind === "freeze" || effect.kind === "plan";
    const refused = error instanceof ShoalError && error.status < 500;
    if (starting && (refused || attempts + 1 >= START_ATTEMPTS)) {
      this.#store.carriedOut(id);
      const told = refused
        ? { code: error.code, message: error.message }
        : { code: "internal_error", message: "the run could not be started" };
      this.#apply({ type: "refused", ...told });
      return;
    }
    this.#services.log({
      event: "effect_failed",
      run: this.#state?.head.spec.runId,
      kind: effect.kind,
      attempts,
      reason,
    });
    const pause = Math.min(FIRST_RETRY_MS * 2 ** attempts, LONGEST_RETRY_MS);
    this.#store.postpone(id, attempts + 1, this.#services.now() + pause);
    this.#services.wake(this.#services.now() + pause);
  }

  #claimOf(task: TaskRef): Claim & { kind: "run" } {
    const { head, tasks } = this.#state!;
    const { from, to } = tasks[task.index]!;
    return {
      kind: "run",
      spec: head.spec,
      plan: head.plan!,
      inputs: { span: { from, to }, stages: head.results, parts: head.parts, previous: head.previous },
      leaseMs: head.leaseMs,
    };
  }

  #notify(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const waiters = this.#waiters;
      function done() {
        clearTimeout(timer);
        waiters.delete(done);
        resolve();
      }
      waiters.add(done);
    });
  }
}
