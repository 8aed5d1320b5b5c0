/** The RunCoordinator's RPC interface, as the API and the consumer call it. */
import type { Plan, RunEvent, RunRecord, RunSpec, TaskFailure, TaskProgress, TaskRef } from "../domain/run/types";

export type Claim =
  /** Run it: the coordinator has leased the task to this attempt. `inputs` is what the stage needs of earlier results. */
  | { kind: "run"; spec: RunSpec; plan: Plan; inputs: StageInputs; leaseMs: number }
  /** Someone else finished, superseded or cancelled it: acknowledge and forget. */
  | { kind: "drop"; reason: string }
  /** This task exhausted its attempts and failed the run: its message belongs in the dead-letter queue. */
  | { kind: "dead"; reason: string };

/** A task leased to the caller of `complete`, so that a chain of small stages needs no queue between its links. */
export interface NextTask {
  task: TaskRef;
  claim: Claim & { kind: "run" };
}

/** The small results (≤ 64 KiB) of earlier stages and, for a reduce, of its map tasks; large results lie under R2 keys. */
export interface StageInputs {
  /** What this map task covers (rows, restarts or dimensions), end exclusive; halved when a task was split for memory. */
  span: { from: number; to: number };
  /** Results of finished stages, keyed by stage kind. */
  stages: Record<string, unknown>;
  /** For a reduce: the map tasks' results, in the order of their row ranges (or indexes). */
  parts: unknown[];
  /** For a loop: the previous round's reduce result. */
  previous: unknown;
}

export interface TaskOutcome {
  /** Small JSON result of the task; large results were written to R2 before this call. */
  result: unknown;
  cpuMs: number;
  /** Bytes of the kernels' memory after the task. */
  memoryBytes: number;
  /** Which build of the kernels ran. */
  build: "plain" | "relaxed";
  /** Whether the caller would go on with the next task of this run. */
  more: boolean;
}

export interface RunView {
  record: RunRecord;
  /** Newest event, for polling. */
  last: RunEvent | null;
}

export interface RunCoordinatorApi {
  /** Starts the run; idempotent. Refusals (too few documents, job too large) end it as failed with their code. */
  start(spec: RunSpec): Promise<void>;
  claim(task: TaskRef): Promise<Claim>;
  /** Extends the lease. `stop` means cancelled or superseded: drop the work. */
  progress(task: TaskRef, progress: TaskProgress): Promise<"continue" | "stop">;
  complete(task: TaskRef, outcome: TaskOutcome): Promise<NextTask | null>;
  /** `exhausted`: that was the last attempt, the run has failed. */
  fail(task: TaskRef, failure: TaskFailure): Promise<"noted" | "exhausted">;
  /** What a language model has said in answer to these keys, as JSON texts, where it is kept. */
  knownAnswers(keys: string[]): Promise<Record<string, string>>;
  keepAnswers(answers: Record<string, string>, ttlSeconds: number): Promise<void>;
  /** The queue gave the message up: it lies in the dead-letter queue. */
  dead(task: TaskRef): Promise<void>;
  /** `finished` when the run had already ended. */
  cancel(): Promise<"canceled" | "finished">;
  view(): Promise<RunView | null>;
  /** Waits until the run ends or `ms` pass; returns the view. */
  wait(ms: number): Promise<RunView | null>;
  /** Events after `afterSeq`; waits up to `waitMs` for the first. Empty after the end of the run. */
  events(afterSeq: number, waitMs: number): Promise<RunEvent[]>;
  /** Forgets the run: storage, scratch, snapshots. */
  destroy(): Promise<void>;
}
