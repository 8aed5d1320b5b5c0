import type { Db } from "../db/connect";
import { insertJob } from "../db/jobs";
import { insertTask, type NewTask, newTaskDoc, type TaskDoc } from "../db/tasks";
import type { Env } from "../env";
import type { NewJob } from "./contract";

/** Messages of one `sendBatch`. https://developers.cloudflare.com/queues/platform/limits/ */
const BATCH_MESSAGES = 100;

/** Jobs of one batch: an event goes along with each of its deliveries, and a batch is one request to D1. */
const BATCH_JOBS = 50;

/**
 * Asks for jobs: written first, so that nothing is lost, then woken. More than fifty are written in several batches: whoever asks for so
 * many names them by what they are about, and asks again after a crash.
 */
export async function enqueue(env: Pick<Env, "JOBS">, db: Db, wanted: NewJob[]): Promise<void> {
  for (let from = 0; from < wanted.length; from += BATCH_JOBS) {
    const [first, ...rest] = wanted.slice(from, from + BATCH_JOBS).map((job) => insertJob(db, job));
    if (first) await db.batch([first, ...rest]);
  }
  await wake(
    env,
    wanted.filter(({ dueAt = 0 }) => dueAt <= Date.now()).map(({ id }) => id),
  );
}

/** Asks for a job that a task shows; answers the task as the API renders it. */
export async function enqueueTask(
  env: Pick<Env, "JOBS">,
  db: Db,
  task: NewTask,
  job: Omit<NewJob, "taskId" | "namespaceId">,
): Promise<TaskDoc> {
  const doc = newTaskDoc(task);
  const { taskId, namespaceId } = task;
  await db.batch([insertTask(db, task, doc), insertJob(db, { ...job, taskId, namespaceId })]);
  await wake(env, [job.id]);
  return doc;
}

/** Sends the jobs' messages. One that is not sent is found by the cron, so a failure here is told to nobody. */
export async function wake(env: Pick<Env, "JOBS">, ids: string[], delaySeconds = 0): Promise<void> {
  for (let from = 0; from < ids.length; from += BATCH_MESSAGES) {
    const messages = ids.slice(from, from + BATCH_MESSAGES).map((jobId) => ({ body: { jobId }, delaySeconds }));
    await env.JOBS.sendBatch(messages).catch((error: unknown) =>
      console.error(JSON.stringify({ event: "jobs_not_woken", count: messages.length, reason: String(error) })),
    );
  }
}
