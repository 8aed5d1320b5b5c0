/** The life of a task: sent, leased, done; sent again when lost; retried with backoff, or halved for memory. */
import type { RunHead, TaskState } from "./state";
import { stagePlan } from "./state";
import type { TaskFailure } from "./types";

/** Failures of one task, in any attempts, after which the run fails. */
export const MAX_FAILURES = 5;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** A message that nobody claimed for this long may be lost: the task is sent again, ever more rarely (a queue may be long). */
const FIRST_RESEND_MS = 2_000;
const LONGEST_RESEND_MS = 300_000;

export const newTask = (index: number, from: number, to: number): TaskState => ({
  index,
  from,
  to,
  attempt: 0,
  failures: 0,
  sends: 0,
  status: "waiting",
  due: 0,
  progress: { done: 0, total: 0 },
  result: null,
});

/** The map tasks of a stage: its units in spans of `perTask`. */
export function mapTasks(span: { units: number; perTask: number }): TaskState[] {
  const tasks: TaskState[] = [];
  for (let from = 0; from < span.units; from += span.perTask)
    tasks.push(newTask(tasks.length, from, Math.min(from + span.perTask, span.units)));
  return tasks;
}

export const sent = (task: TaskState, now: number): TaskState => ({
  ...task,
  status: "sent",
  sends: task.sends + 1,
  due: now + Math.min(FIRST_RESEND_MS * 2 ** task.sends, LONGEST_RESEND_MS),
});

export const leased = (task: TaskState, head: RunHead, now: number): TaskState => ({
  ...task,
  status: "running",
  due: now + head.leaseMs,
});

/** The next attempt, after a pause that doubles with every failure. */
export const retried = (task: TaskState, now: number): TaskState => ({
  ...task,
  status: "waiting",
  attempt: task.attempt + 1,
  failures: task.failures + 1,
  sends: 0,
  due: now + Math.min(FIRST_BACKOFF_MS * 2 ** task.failures, LONGEST_BACKOFF_MS),
  progress: { done: 0, total: task.progress.total },
});

/** The two halves of a map task on a whole block, the first in its place; null when it cannot be halved. */
export function halves(head: RunHead, task: TaskState, count: number): [TaskState, TaskState] | null {
  const block = stagePlan(head)?.span.block ?? 0;
  if (head.part === "reduce" || block === 0) return null;
  const middle = task.from + Math.ceil((task.to - task.from) / 2 / block) * block;
  if (middle >= task.to) return null;
  const fresh = { attempt: task.attempt + 1, failures: task.failures };
  return [
    { ...newTask(task.index, task.from, middle), ...fresh },
    { ...newTask(count, middle, task.to), ...fresh },
  ];
}

/** What a failure does to its task: other tasks in its place, nothing, or the end of the run. */
export type Verdict =
  | { kind: "replace"; tasks: TaskState[] }
  | { kind: "ignore" }
  | { kind: "end"; code: string; message: string; exhausted: boolean };

export function judge(head: RunHead, task: TaskState, failure: TaskFailure, count: number, now: number): Verdict {
  switch (failure.class) {
    case "superseded":
    case "canceled":
      return { kind: "ignore" };
    case "input":
      return { kind: "end", code: failure.code, message: failure.message, exhausted: false };
    case "memory": {
      const tasks = halves(head, task, count);
      if (tasks) return { kind: "replace", tasks };
      const message = "a task needs more memory than an isolate has and cannot be divided further";
      return { kind: "end", code: "job_too_large", message, exhausted: false };
    }
    case "transient":
      if (task.failures + 1 < MAX_FAILURES) return { kind: "replace", tasks: [retried(task, now)] };
      return {
        kind: "end",
        code: failure.code,
        message: `gave up after ${MAX_FAILURES} attempts: ${failure.message}`,
        exhausted: true,
      };
    default:
      return failure.class satisfies never;
  }
}
