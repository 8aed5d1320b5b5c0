/** The queue's end of the jobs, and the cron's: what is due is run, whoever noticed. */

import { deleteEndedJobs, dueJobs } from "../db/jobs";
import type { Env } from "../env";
import { planes } from "../planes";
import type { JobMessage } from "./contract";
import { wake } from "./enqueue";
import { runJob } from "./run";

export async function consumeJobs(batch: MessageBatch<JobMessage>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    try {
      await runJob(env, message.body.jobId);
      message.ack();
    } catch (error) {
      // D1 was not reached: the lease ends by itself and the message comes again.
      const reason = error instanceof Error ? error.message : String(error);
      console.error(JSON.stringify({ event: "job_unsaved", ...message.body, reason }));
      message.retry({ delaySeconds: Math.min(60, 2 ** message.attempts) });
    }
  }
}

/** Jobs woken by one tick: the next comes within a minute. */
const SWEPT = 500;
const DAY_MS = 24 * 3_600_000;
const DONE_KEPT_MS = 7 * DAY_MS;
const FAILED_KEPT_MS = 30 * DAY_MS;

/** Wakes what is due, and forgets what was done a week or given up a month ago. */
export async function sweepJobs(env: Env, now: number): Promise<void> {
  const { db } = planes(env);
  await wake(env, await dueJobs(db, now, SWEPT));
  await deleteEndedJobs(db, { doneBefore: now - DONE_KEPT_MS, failedBefore: now - FAILED_KEPT_MS });
}
