/** Work outside of a run: what it is, how one step of it is done, and what a step may reach. See docs/design/jobs.md. */

import type { Env } from "../env";
import type { planes } from "../planes";

/** What travels through the queue: D1 holds the job, the message only wakes it. */
export interface JobMessage {
  jobId: string;
}

export interface Job<State = Record<string, unknown>> {
  /** `job_…`, or an id that follows from what the job is about: a second request for it changes nothing. */
  id: string;
  namespaceId: string;
  kind: string;
  /** The task that shows its progress, where it has one. */
  taskId: string | null;
  /** What it works on and how far it has come: plain JSON, at most a few KB. */
  state: State;
  /** Failures since the last step that worked. */
  attempts: number;
}

export interface NewJob {
  id: string;
  namespaceId: string;
  kind: string;
  taskId?: string | null;
  state: object;
  /** Milliseconds since the epoch; now unless given. */
  dueAt?: number;
}

export type Step<State> =
  /** The task, where the job has one, ends with these outputs; `errors`: with some of the work not done. */
  | { done: true; outputs?: Record<string, unknown>[]; errors?: boolean }
  /** Save the state and go on, at once or at `dueAt` (milliseconds since the epoch); `progress` is shown on the task. */
  | { done: false; state: State; dueAt?: number; progress?: Record<string, unknown> };

export interface JobContext extends ReturnType<typeof planes> {
  env: Env;
  now: number;
}

/** One kind of job. A step is short (seconds), may be repeated, and leaves nothing half done when it is cut off. */
export interface JobHandler<State> {
  step(context: JobContext, job: Job<State>): Promise<Step<State>>;
  /** Failures in a row after which the job is given up; each is followed by a longer pause. */
  maxAttempts: number;
  /** Milliseconds to wait after the given number of failures (1, 2, …); doubling from one second unless given. */
  pause?(attempts: number): number;
  /** Told once when the job is given up: by attempts, or at once by an error of the caller's (status below 500). */
  givenUp?(context: JobContext, job: Job<State>, error: unknown): Promise<void>;
}
