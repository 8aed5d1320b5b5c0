/** The queue's end of the run engine: messages to work, one at a time in this isolate. */
import "../artifacts/parquet-module";
import { storeName } from "../documents/client";
import type { TaskMessage } from "../domain/run/types";
import type { Env } from "../env";

import { objectStore } from "../objects/of-role";
import { languageModels } from "../providers/language";

import type { RunCoordinatorApi } from "./contract";
import { kernelModules } from "./kernel-modules";
import { Lock } from "./lock";
import { type CoordinatorLink, type WorkServices, work } from "./work";
import { Workspace } from "./workspace";

// Of the isolate: invocations share it, and two matrices at once would not fit.
const workspace = new Workspace(kernelModules);
const lock = new Lock();
/** A message that waits longer for the isolate is handed back to the queue, for another isolate to take. */
const PATIENCE_MS = 5 * 60_000;

export async function consumeTasks(batch: MessageBatch<TaskMessage>, env: Env): Promise<void> {
  const services: WorkServices = {
    objects: objectStore(env),
    workspace,
    collection: (namespaceId, collectionId) => env.COLLECTIONS.getByName(storeName(namespaceId, collectionId)),
    coordinator: ({ runId }) => coordinatorLink(env, runId),
    language: languageModels(env),
    log: (event) => console.error(JSON.stringify(event)),
  };
  for (const message of batch.messages) {
    try {
      const outcome = await lock.run((idle) => work(message.body, { ...services, idle }), PATIENCE_MS);
      if (outcome === "done") message.ack();
      else message.retry();
    } catch (error) {
      // The coordinator was not reached: the queue delivers again, and gives up into the dead-letter queue.
      const reason = error instanceof Error ? error.message : String(error);
      console.error(JSON.stringify({ event: "task_undelivered", ...message.body, reason }));
      message.retry({ delaySeconds: Math.min(60, 2 ** message.attempts) });
    }
  }
}

/** A stub for every call: one whose object was moved or restarted stays broken. */
function coordinatorLink(env: Env, runId: string): CoordinatorLink {
  const stub = (): RunCoordinatorApi => env.RUNS.getByName(runId);
  return {
    claim: (task) => stub().claim(task),
    progress: (task, progress) => stub().progress(task, progress),
    knownAnswers: (asked) => stub().knownAnswers(asked),
    keepAnswers: (answers, ttlSeconds) => stub().keepAnswers(answers, ttlSeconds),
    complete: (task, outcome) => stub().complete(task, outcome),
    fail: (task, failure) => stub().fail(task, failure),
  };
}

export async function consumeDeadTasks(batch: MessageBatch<TaskMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    console.error(JSON.stringify({ event: "task_dead", ...message.body }));
    try {
      await env.RUNS.getByName(message.body.runId).dead(message.body);
      message.ack();
    } catch (error) {
      // One coordinator that is not reached holds up no other message.
      const reason = error instanceof Error ? error.message : String(error);
      console.error(JSON.stringify({ event: "task_dead_untold", ...message.body, reason }));
      message.retry({ delaySeconds: Math.min(60, 2 ** message.attempts) });
    }
  }
}
