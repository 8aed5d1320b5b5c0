/** The queue's end of the run engine: messages to work, one at a time in this isolate. */
import "../artifacts/parquet-module";
import type { TaskMessage } from "../domain/run/types";
import type { Env } from "../env";
import { objectStore } from "../env";
import { kernelModules } from "./kernel-modules";
import { Lock } from "./lock";
import { storeName } from "./stores";
import { type WorkServices, work } from "./work";
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
    coordinator: (message) => env.RUNS.getByName(message.runId),
    log: (event) => console.error(JSON.stringify(event)),
  };
  for (const message of batch.messages) {
    try {
      const outcome = await lock.run(() => work(message.body, services), PATIENCE_MS);
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

export async function consumeDeadTasks(batch: MessageBatch<TaskMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    console.error(JSON.stringify({ event: "task_dead", ...message.body }));
    await env.RUNS.getByName(message.body.runId).dead(message.body);
    message.ack();
  }
}
