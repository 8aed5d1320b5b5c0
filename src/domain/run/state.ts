/**
 * The state of a run as its coordinator keeps it. Plain data: the head is one stored row and every task another, and a
 * transition replaces only the objects that it changes, so the shell writes exactly what changed.
 */
import type { Warning } from "../definition/model";
import type { Plan, RunEvent, RunSpec, RunStatus, Shape, StagePlan, TaskFailure, TaskProgress, TaskRef } from "./types";

export interface TaskState {
  index: number;
  /** What a map task covers, end exclusive. */
  from: number;
  to: number;
  /** Leases given so far: the attempt that runs, or the next one. An older attempt is superseded. */
  attempt: number;
  failures: number;
  /** Messages sent for this attempt. */
  sends: number;
  status: "waiting" | "sent" | "running" | "done";
  /** When (ms) a waiting task is to be sent, a sent one to be sent again, a running one to lose its lease. */
  due: number;
  progress: TaskProgress;
  result: unknown;
}

export interface FrozenCount {
  rows: number;
  noiseRows: number;
  missingRows: number;
  /** Of the collection when its rows were fixed; absent from runs of versions that did not ask. */
  revision?: { vectors: number; payloads: number };
}

export interface RunHead {
  spec: RunSpec;
  leaseMs: number;
  status: RunStatus;
  phase: "freezing" | "planning" | "running" | "publishing" | "ended";
  startedAt: number;
  endedAt: number | null;
  canceledAt: number | null;
  /** Counts of the collections frozen so far, in their order. */
  frozen: FrozenCount[];
  plan: Plan | null;
  stage: number;
  round: number;
  part: "map" | "reduce";
  /** Results of the finished map, for its reduce. */
  parts: unknown[];
  /** Reduce results of finished stages by kind, and of the loop's previous round. */
  results: Record<string, unknown>;
  previous: unknown;
  /** CPU milliseconds measured by stage, and the largest kernel memory of any task. */
  stageCpuMs: number[];
  memoryBytes: number;
  build: "plain" | "relaxed" | null;
  warnings: Warning[];
  failure: { code: string; message: string } | null;
  /** Name of the task that exhausted its attempts. */
  exhausted: string | null;
  /** Sequence number of the newest event. */
  seq: number;
  /** Whether the end of the run was recorded and announced. */
  announced: boolean;
  /** When the leases of a cancelled or failed run have ended and what their holders wrote late is removed. */
  sweepAt: number | null;
}

export interface RunState {
  head: RunHead;
  tasks: TaskState[];
}

/** What happens to a run. Every event carries the time: the state machine reads no clock. */
export type RunInput = { now: number } & (
  | { type: "start" }
  | { type: "frozen"; index: number; count: FrozenCount }
  | { type: "planned"; plan: Plan }
  | { type: "refused"; code: string; message: string }
  | { type: "claimed"; task: TaskRef }
  | { type: "progressed"; task: TaskRef; progress: TaskProgress }
  | {
      type: "completed";
      task: TaskRef;
      result: unknown;
      cpuMs: number;
      memoryBytes: number;
      build: "plain" | "relaxed";
      more: boolean;
    }
  | { type: "failed"; task: TaskRef; failure: TaskFailure }
  | { type: "dead"; task: TaskRef }
  | { type: "cancel" }
  | { type: "tick" }
  /** The coordinator's process is new: messages of the old one may be gone with it. */
  | { type: "woken" }
  | { type: "published" }
  | { type: "recorded"; status: RunStatus }
);

/** What the shell carries out, at least once each: every effect may be repeated. */
export type Effect =
  /** Fix the rows of collection `index`; answered by `frozen` or `refused`. */
  | { kind: "freeze"; index: number }
  /** Plan with the frozen shape; answered by `planned` or `refused`. */
  | { kind: "plan" }
  | { kind: "send"; tasks: TaskRef[] }
  /** Write the manifest, which makes the artifacts a finished run; answered by `published`. */
  | { kind: "publish" }
  /** Tell D1; answered by `recorded` with the status that was written. */
  | { kind: "record" }
  | { kind: "release" }
  /** Remove the scratch files, and the artifacts too when the run did not complete. */
  | { kind: "clean"; artifacts: boolean };

export interface Transition {
  state: RunState;
  effects: Effect[];
  events: RunEvent[];
  /** The task that this event leased to its sender. */
  leased: TaskRef | null;
}

export function initialState(spec: RunSpec, leaseMs: number, now: number): RunState {
  const head: RunHead = {
    spec,
    leaseMs,
    status: "pending",
    phase: "freezing",
    startedAt: now,
    endedAt: null,
    canceledAt: null,
    frozen: [],
    plan: null,
    stage: 0,
    round: 0,
    part: "map",
    parts: [],
    results: {},
    previous: null,
    stageCpuMs: [],
    memoryBytes: 0,
    build: null,
    warnings: spec.warnings,
    failure: null,
    exhausted: null,
    seq: 0,
    announced: false,
    sweepAt: null,
  };
  return { head, tasks: [] };
}

export const stagePlan = (head: RunHead): StagePlan | null => head.plan?.stages[head.stage] ?? null;

/** Names a task of a run whatever its attempt. */
export const taskName = ({ stage, round, part, index }: Omit<TaskRef, "runId" | "attempt">): string =>
  `${stage}.${round}.${part}.${index}`;

export const taskRef = (head: RunHead, task: TaskState): TaskRef => ({
  runId: head.spec.runId,
  stage: head.stage,
  round: head.round,
  part: head.part,
  index: task.index,
  attempt: task.attempt,
});

/** Whether the reference names a task of the part that runs now, in the attempt that counts. */
export function currentTask({ head, tasks }: RunState, ref: TaskRef): TaskState | null {
  if (head.phase !== "running") return null;
  if (ref.stage !== head.stage || ref.round !== head.round || ref.part !== head.part) return null;
  const task = tasks[ref.index];
  return task && task.attempt === ref.attempt ? task : null;
}

/** The data of the run as the planner sees it, once every collection is frozen. */
export function frozenShape(head: RunHead): Shape {
  const sum = (pick: (count: FrozenCount) => number) => head.frozen.reduce((total, count) => total + pick(count), 0);
  return {
    rows: sum((count) => count.rows),
    noiseRows: sum((count) => count.noiseRows),
    missingRows: sum((count) => count.missingRows),
    dimensions: head.spec.features.reduce((total, feature) => total + feature.dimensions, 0),
    perCollection: head.frozen.map((count) => count.rows),
  };
}

/** When the run next needs a `tick`, or null. */
export function wakeAt({ head, tasks }: RunState): number | null {
  const times = head.phase === "running" ? tasks.filter((task) => task.status !== "done").map((task) => task.due) : [];
  if (head.sweepAt !== null) times.push(head.sweepAt);
  return times.length === 0 ? null : times.reduce((least, time) => Math.min(least, time));
}
