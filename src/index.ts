/** Composition root: hands each event to the plane that serves it. The only file that knows the two roles. */
import { createApp } from "./api/app";
import { sweepNamespaces } from "./api/namespace-removal";
import { housekeeping } from "./db/housekeeping";
import type { TaskMessage } from "./domain/run/types";
import { consumeDeadTasks, consumeTasks } from "./engine/consumer";
import type { Env } from "./env";
import { consumeJobs, sweepJobs } from "./jobs/consumer";
import type { JobMessage } from "./jobs/contract";
import { sweepTriggers } from "./triggers/due";

export { CollectionStore } from "../durable-objects/collection-store";
export { RateLimiter } from "../durable-objects/rate-limiter";
export { RunCoordinator } from "../durable-objects/run-coordinator";
export { ObjectGateway } from "./objects/gateway";

const app = createApp();

/** A tick stops going on with deleted namespaces after this long: the next one is due ten seconds later. */
const SWEEP_MS = 50_000;

/** One after the other, each whatever became of those before it: what fails tells of itself at the end. */
async function each(chores: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const chore of chores) await chore().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
}

export default {
  fetch(request, env, ctx) {
    if (env.ROLE === "compute") return new Response("This Worker only consumes tasks.\n", { status: 404 });
    return app.fetch(request, env, ctx);
  },
  async queue(batch, env) {
    if (batch.queue.endsWith("-jobs")) await consumeJobs(batch as MessageBatch<JobMessage>, env);
    else if (batch.queue.endsWith("-dead")) await consumeDeadTasks(batch as MessageBatch<TaskMessage>, env);
    else await consumeTasks(batch as MessageBatch<TaskMessage>, env);
  },
  async scheduled(controller, env) {
    const now = controller.scheduledTime;
    await each([
      () => sweepTriggers(env, now),
      () => sweepJobs(env, now),
      () => housekeeping(env.DB, new Date(now)),
      () => sweepNamespaces(env, Date.now() + SWEEP_MS),
    ]);
  },
} satisfies ExportedHandler<Env, TaskMessage | JobMessage>;
