/**
 * The run state machine: `transition(state, input) -> {state, effects, events, leased}`, pure and total. Any input in any
 * state has an answer; what comes late, twice or from a superseded attempt changes nothing.
 */
import { runEvent } from "./progress";
import type { Effect, FrozenCount, RunHead, RunInput, RunState, TaskState, Transition } from "./state";
import { currentTask, stagePlan, taskName, taskRef } from "./state";
import { judge, leased, mapTasks, newTask, retried, sent } from "./tasks";
import type { RunEvent, TaskFailure, TaskRef } from "./types";

const LOST_WORKER: TaskFailure = {
  class: "transient",
  code: "internal_error",
  message: "a task made no progress within its lease",
};
const DEAD_MESSAGE: TaskFailure = {
  class: "transient",
  code: "internal_error",
  message: "a task's message could not be delivered",
};

export function transition(state: RunState, input: RunInput): Transition {
  const change = new Change(state);
  switch (input.type) {
    case "start":
      change.start(input.now);
      break;
    case "frozen":
      change.frozen(input.index, input.count);
      break;
    case "planned":
      if (state.head.phase === "planning") change.planned(input.plan, input.now);
      break;
    case "refused":
      if (state.head.phase === "freezing" || state.head.phase === "planning")
        change.fail(input.code, input.message, input.now);
      break;
    case "claimed":
      change.claim(input.task, input.now);
      break;
    case "progressed":
      change.progress(input);
      break;
    case "completed":
      change.complete(input);
      break;
    case "failed":
      change.taskFailed(input.task, input.failure, input.now);
      break;
    case "dead":
      change.taskFailed(input.task, DEAD_MESSAGE, input.now);
      break;
    case "cancel":
      change.cancel(input.now);
      break;
    case "tick":
      change.tick(input.now);
      break;
    case "woken":
      change.woken(input.now);
      break;
    case "published":
      change.published(input.now);
      break;
    case "recorded":
      change.recorded(input.status, input.now);
      break;
    default:
      return input satisfies never;
  }
  return change.result();
}

/** One transition in the making. Heads and tasks are replaced, never written to. */
class Change {
  #head: RunHead;
  #tasks: TaskState[];
  readonly #effects: Effect[] = [];
  readonly #events: RunEvent[] = [];
  #leased: TaskRef | null = null;

  constructor(state: RunState) {
    this.#head = state.head;
    this.#tasks = state.tasks;
  }

  result(): Transition {
    return { state: this.#state, effects: this.#effects, events: this.#events, leased: this.#leased };
  }

  start(now: number): void {
    if (this.#head.status !== "pending") return;
    this.#set({ status: "processing", startedAt: now });
    this.#effects.push({ kind: "record" }, { kind: "freeze", index: 0 });
  }

  frozen(index: number, count: FrozenCount): void {
    const { phase, frozen, spec } = this.#head;
    if (phase !== "freezing" || index !== frozen.length) return;
    const counts = [...frozen, count];
    this.#set({ frozen: counts });
    if (counts.length < spec.collections.length) {
      this.#effects.push({ kind: "freeze", index: counts.length });
      return;
    }
    this.#set({ phase: "planning", warnings: [...this.#head.warnings, ...dataWarnings(this.#head)] });
    this.#effects.push({ kind: "plan" });
  }

  planned(plan: NonNullable<RunHead["plan"]>, now: number): void {
    this.#set({ phase: "running", plan, stageCpuMs: plan.stages.map(() => 0) });
    this.#begin(0, 0, "map");
    this.#emit("planned", now);
    this.#send(now);
  }

  claim(ref: TaskRef, now: number): void {
    const task = currentTask(this.#state, ref);
    if (task?.status === "sent") this.#lease(task, now);
  }

  progress({ task: ref, progress, now }: RunInput & { type: "progressed" }): void {
    const task = currentTask(this.#state, ref);
    if (task?.status !== "running") return;
    this.#replace({ ...task, progress, due: now + this.#head.leaseMs });
    this.#emit("progress", now, { objective: progress.objective });
  }

  complete(input: RunInput & { type: "completed" }): void {
    const { now, result, cpuMs, memoryBytes, build, more } = input;
    const task = currentTask(this.#state, input.task);
    if (task?.status !== "running") return;
    this.#replace({ ...task, status: "done", result });
    this.#set({
      stageCpuMs: this.#head.stageCpuMs.map((spent, stage) => (stage === this.#head.stage ? spent + cpuMs : spent)),
      memoryBytes: Math.max(this.#head.memoryBytes, memoryBytes),
      build,
    });
    if (this.#tasks.some((one) => one.status !== "done")) {
      this.#emit("progress", now);
      return;
    }
    this.#advance(now);
    if (this.#head.phase !== "running") return;
    const first = this.#tasks[0];
    if (more && first) this.#lease(first, now);
    this.#send(now);
  }

  taskFailed(ref: TaskRef, failure: TaskFailure, now: number): void {
    const task = currentTask(this.#state, ref);
    if (task?.status === "running" || task?.status === "sent") this.#judge(task, failure, now);
  }

  cancel(now: number): void {
    const { phase } = this.#head;
    if (phase === "ended" || phase === "publishing") return;
    this.#set({ canceledAt: now });
    this.fail("canceled", "canceled", now);
  }

  tick(now: number): void {
    const { phase, sweepAt } = this.#head;
    if (sweepAt !== null && sweepAt <= now) {
      this.#set({ sweepAt: null });
      this.#effects.push({ kind: "clean", artifacts: true });
    }
    if (phase !== "running") return;
    for (const task of this.#tasks) {
      if (task.due > now || this.#head.phase !== "running") continue;
      if (task.status === "running") this.#judge(task, LOST_WORKER, now);
    }
    if (this.#head.phase === "running") this.#send(now);
  }

  /** What nobody has claimed is sent again at once: a duplicate is dropped, a lost message would cost its whole pause. */
  woken(now: number): void {
    if (this.#head.phase !== "running") return;
    const unclaimed = this.#tasks.filter((task) => task.status === "sent");
    if (unclaimed.length === 0) return;
    this.#replace(...unclaimed.map((task) => ({ ...task, due: now })));
    this.#send(now);
  }

  published(now: number): void {
    if (this.#head.phase !== "publishing") return;
    this.#set({ phase: "ended", status: "completed", endedAt: now });
    this.#effects.push({ kind: "record" }, { kind: "release" }, { kind: "clean", artifacts: false });
  }

  recorded(status: RunHead["status"], now: number): void {
    const { phase, announced, canceledAt, failure } = this.#head;
    if (phase !== "ended" || announced || status !== this.#head.status) return;
    this.#set({ announced: true });
    const type = status === "completed" ? "completed" : canceledAt === null ? "failed" : "canceled";
    this.#emit(type, now, { message: failure?.message });
  }

  fail(code: string, message: string, now: number): void {
    // Whoever still holds a lease may write once more before it hears that it must stop.
    const leases = this.#tasks.filter((task) => task.status === "running").map((task) => task.due);
    const sweepAt = leases.length > 0 ? Math.max(...leases) + this.#head.leaseMs : null;
    this.#set({ phase: "ended", status: "failed", endedAt: now, failure: { code, message }, sweepAt });
    this.#effects.push({ kind: "record" }, { kind: "release" }, { kind: "clean", artifacts: true });
  }

  get #state(): RunState {
    return { head: this.#head, tasks: this.#tasks };
  }

  #set(fields: Partial<RunHead>): void {
    this.#head = { ...this.#head, ...fields };
  }

  #replace(...tasks: TaskState[]): void {
    const next = [...this.#tasks];
    for (const task of tasks) next[task.index] = task;
    this.#tasks = next;
  }

  #lease(task: TaskState, now: number): void {
    const running = leased(task, this.#head, now);
    this.#replace(running);
    this.#leased = taskRef(this.#head, running);
  }

  /** Sends what waits and is due, and again what was sent and is due. */
  #send(now: number): void {
    const due = this.#tasks.filter((task) => (task.status === "waiting" || task.status === "sent") && task.due <= now);
    if (due.length === 0) return;
    this.#replace(...due.map((task) => sent(task, now)));
    this.#effects.push({ kind: "send", tasks: due.map((task) => taskRef(this.#head, task)) });
  }

  #judge(task: TaskState, failure: TaskFailure, now: number): void {
    const verdict = judge(this.#head, task, failure, this.#tasks.length, now);
    switch (verdict.kind) {
      case "ignore":
        // The worker let go of a task that still counts: it is sent again.
        this.#replace({ ...retried(task, now), failures: task.failures });
        break;
      case "replace":
        this.#replace(...verdict.tasks);
        break;
      case "end":
        if (verdict.exhausted) this.#set({ exhausted: taskName(taskRef(this.#head, task)) });
        this.fail(verdict.code, verdict.message, now);
        return;
      default:
        verdict satisfies never;
    }
    this.#send(now);
  }

  /** The part is done: its reduce, its next round, the next stage or the end follow. */
  #advance(now: number): void {
    const stage = stagePlan(this.#head);
    if (!stage) return;
    const parts = [...this.#tasks].sort((a, b) => a.from - b.from).map((task) => task.result);
    if (this.#head.part === "map" && stage.reduce) {
      this.#set({ parts });
      this.#begin(this.#head.stage, this.#head.round, "reduce");
      return;
    }
    const result = stage.reduce || stage.span.units === 1 ? parts[0] : parts;
    if (stage.maxRounds > this.#head.round + 1 && !hasConverged(result)) {
      this.#set({ previous: result, parts: [] });
      this.#begin(this.#head.stage, this.#head.round + 1, "map");
      this.#emit("progress", now, { objective: objectiveOf(result) });
      return;
    }
    const results = { ...this.#head.results, [stage.result ?? stage.kind]: result };
    this.#set({ results, previous: null, parts: [] });
    this.#emit("stage", now, { objective: objectiveOf(result) });
    if (this.#head.stage + 1 < (this.#head.plan?.stages.length ?? 0)) {
      this.#begin(this.#head.stage + 1, 0, "map");
    } else {
      this.#tasks = [];
      this.#set({ phase: "publishing" });
      this.#effects.push({ kind: "publish" });
    }
  }

  #begin(stage: number, round: number, part: "map" | "reduce"): void {
    this.#set({ stage, round, part });
    const span = stagePlan(this.#head)?.span;
    this.#tasks = part === "map" && span ? mapTasks(span) : [newTask(0, 0, 0)];
  }

  #emit(type: RunEvent["type"], now: number, told: { objective?: number | null; message?: string | null } = {}): void {
    this.#events.push(runEvent(this.#state, type, now, told));
    this.#set({ seq: this.#head.seq + 1 });
  }
}

const hasConverged = (result: unknown): boolean => (result as { converged?: boolean } | null)?.converged === true;
const objectiveOf = (result: unknown): number | null => (result as { inertia?: number } | null)?.inertia ?? null;

function dataWarnings({ frozen, spec }: RunHead): RunHead["warnings"] {
  const sum = (pick: (count: FrozenCount) => number) => frozen.reduce((total, count) => total + pick(count), 0);
  const missing = sum((count) => count.missingRows);
  const noise = sum((count) => count.noiseRows);
  const warnings: RunHead["warnings"] = [];
  const loc = ["vector_config", "feature_uris"];
  if (missing > 0) {
    const names = spec.features.map((feature) => feature.name).join(", ");
    warnings.push({ loc, msg: `${documents(missing)} without a vector of ${names}: not in this run` });
  }
  if (noise > 0)
    warnings.push({ loc, msg: `${documents(noise)} with only zero vectors, which have no direction: noise` });
  return warnings;
}

const documents = (count: number): string => (count === 1 ? "1 document" : `${count} documents`);
