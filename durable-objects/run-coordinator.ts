import { DurableObject } from "cloudflare:workers";
import { recordRun } from "../src/db/runs";
import type { RunEvent, RunSpec, TaskFailure, TaskProgress, TaskRef } from "../src/domain/run/types";
import type { Claim, NextTask, RunCoordinatorApi, RunView, TaskOutcome } from "../src/engine/contract";
import { Coordinator } from "../src/engine/coordinator";
import { coordinatorServices } from "../src/engine/coordinator-services";
import { RunStore } from "../src/engine/run-store";
import type { Env } from "../src/env";

/** One run. A thin shell: the state machine is src/domain/run, the coordination src/engine/coordinator.ts. */
export class RunCoordinator extends DurableObject<Env> implements RunCoordinatorApi {
  readonly #coordinator: Coordinator;
  #alarmAt: number | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const services = coordinatorServices(env, recordRun, (at) => this.#wake(at));
    this.#coordinator = new Coordinator(new RunStore(state.storage), services);
    state.blockConcurrencyWhile(async () => {
      // Until the alarm is known nothing may set another: a later one would take the place of an earlier.
      this.#alarmAt = await state.storage.getAlarm();
      void this.#coordinator.woken();
    });
  }

  start(spec: RunSpec): Promise<void> {
    return this.#coordinator.start(spec);
  }
  claim(task: TaskRef): Promise<Claim> {
    return this.#coordinator.claim(task);
  }
  progress(task: TaskRef, progress: TaskProgress): Promise<"continue" | "stop"> {
    return this.#coordinator.progress(task, progress);
  }
  complete(task: TaskRef, outcome: TaskOutcome): Promise<NextTask | null> {
    return this.#coordinator.complete(task, outcome);
  }
  fail(task: TaskRef, failure: TaskFailure): Promise<"noted" | "exhausted"> {
    return this.#coordinator.fail(task, failure);
  }
  knownAnswers(keys: string[]): Promise<Record<string, string>> {
    return this.#coordinator.knownAnswers(keys);
  }
  keepAnswers(answers: Record<string, string>, ttlSeconds: number): Promise<void> {
    return this.#coordinator.keepAnswers(answers, ttlSeconds);
  }
  dead(task: TaskRef): Promise<void> {
    return this.#coordinator.dead(task);
  }
  cancel(): Promise<"canceled" | "finished"> {
    return this.#coordinator.cancel();
  }
  view(): Promise<RunView | null> {
    return this.#coordinator.view();
  }
  wait(ms: number): Promise<RunView | null> {
    return this.#coordinator.wait(ms);
  }
  events(afterSeq: number, waitMs: number): Promise<RunEvent[]> {
    return this.#coordinator.events(afterSeq, waitMs);
  }
  async destroy(): Promise<void> {
    await this.#coordinator.destroy();
    await this.ctx.storage.deleteAlarm();
    this.#alarmAt = null;
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = null;
    await this.#coordinator.alarm();
  }

  /** An alarm that comes early is harmless, so a later wish changes nothing. Written with the state: nothing is awaited between. */
  #wake(at: number): void {
    if (this.#alarmAt !== null && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}
