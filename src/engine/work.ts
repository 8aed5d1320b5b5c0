/** One message's work: claim, compute, complete, and go on with what the coordinator hands over. Knows no queue. */
import type { TaskMessage, TaskRef } from "../domain/run/types";
import type { RunCoordinatorApi } from "./contract";
import { classify } from "./failures";
import type { Language } from "./naming/language";
import { runTask, type TaskServices } from "./run-task";

export type CoordinatorLink = Pick<
  RunCoordinatorApi,
  "claim" | "progress" | "complete" | "fail" | "knownAnswers" | "keepAnswers"
>;

export interface WorkServices extends Omit<TaskServices, "progress" | "language"> {
  /** Language models, without what is kept of them: that is the coordinator's. */
  language: Omit<Language, "answers">;
  coordinator(message: TaskMessage): CoordinatorLink;
  log(event: Record<string, unknown>): void;
}

/** After this long an invocation takes no further task: a consumer has five CPU-minutes in all. */
const CHAIN_MS = 60_000;

/** `dead`: the message belongs in the dead-letter queue. Throws when the coordinator cannot be reached. */
export async function work(message: TaskMessage, services: WorkServices, now = Date.now): Promise<"done" | "dead"> {
  const link = services.coordinator(message);
  const claim = await link.claim(refOf(message));
  if (claim.kind !== "run") return claim.kind === "dead" ? "dead" : "done";
  const progress: TaskServices["progress"] = (task, told) => link.progress(task, told);
  const answers: Language["answers"] = {
    known: (asked) => link.knownAnswers(asked),
    keep: (given, ttlSeconds) => link.keepAnswers(given, ttlSeconds),
  };
  const language = { ...services.language, answers };
  const started = now();
  let next: { task: TaskRef; claim: typeof claim } | null = { task: refOf(message), claim };
  while (next) {
    const { task } = next;
    try {
      const outcome = await runTask(task, next.claim, { ...services, progress, language });
      next = await link.complete(task, { ...outcome, more: now() - started < CHAIN_MS });
    } catch (error) {
      const failure = classify(error);
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      services.log({ event: "task_failed", ...task, class: failure.class, reason });
      return (await link.fail(task, failure)) === "exhausted" ? "dead" : "done";
    }
  }
  return "done";
}

const refOf = ({ runId, stage, round, part, index, attempt }: TaskMessage): TaskRef => ({
  runId,
  stage,
  round,
  part,
  index,
  attempt,
});
