/** Carries a job out: leased, step by step, each step's state saved before the next. */

import type { Db } from "../db/connect";
import { leaseJob, saveJob } from "../db/jobs";
import { taskEnded, taskFailed, taskProgressed } from "../db/tasks";
import { ShoalError, unpackError } from "../domain/errors";
import type { Env } from "../env";
import { planes } from "../planes";
import type { Job, JobContext, JobHandler } from "./contract";
import { wake } from "./enqueue";
import { JOB_HANDLERS } from "./registry";

/** A worker that has given no sign of life for this long is taken for dead. */
const LEASE_MS = 120_000;
/** Signs of life during a step: one that takes long (a model's answer, an upload) must not be begun by another worker. */
const RENEWAL_MS = 30_000;
/** Steps of one invocation: what is left goes on with a new message. */
const BUDGET_MS = 20_000;
/** Between two ticks of the cron. */
const CRON_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

const doubling = (attempts: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);

/** Runs what is due of one job; harmless when it is done, leased by another, or unknown. */
export async function runJob(env: Env, id: string): Promise<void> {
  const { db } = planes(env);
  const started = Date.now();
  const lease = crypto.randomUUID();
  const leased = await leaseJob(db, id, lease, started, started + LEASE_MS);
  if (!leased) return;
  const handler: JobHandler<unknown> | undefined = JOB_HANDLERS[leased.kind];
  let job: Job<unknown> = leased;
  for (;;) {
    const context: JobContext = { ...planes(env), env, now: Date.now() };
    try {
      if (!handler) throw new ShoalError("bad_request", `no such kind of job: ${job.kind}`);
      const step = await alive(db, id, lease, () => handler.step(context, job));
      const now = Date.now();
      if (step.done) {
        // The task first: a job that ends here and is not saved is done again, a task would stay open for ever.
        await taskEnded(db, job.taskId, step.errors ? "COMPLETED_WITH_ERRORS" : "COMPLETED", step.outputs ?? []);
        await saveJob(db, id, lease, { status: "done", lockedUntil: 0, error: null });
        return;
      }
      job = { ...job, state: step.state, attempts: 0 };
      const dueAt = step.dueAt ?? now;
      const pausing = dueAt > now || now - started > BUDGET_MS;
      const held = await saveJob(db, id, lease, {
        state: job.state as Record<string, unknown>,
        attempts: 0,
        error: null,
        dueAt,
        lockedUntil: pausing ? 0 : now + LEASE_MS,
      });
      if (!held) return;
      await taskProgressed(db, job.taskId, step.progress ?? {});
      if (pausing) {
        // The cron wakes what is due later than its next tick.
        if (dueAt - now < CRON_MS) await wake(env, [id], Math.ceil(Math.max(0, dueAt - now) / 1000));
        return;
      }
    } catch (thrown) {
      await failed(context, handler, job, lease, unpackError(thrown));
      return;
    }
  }
}

/** Renews the lease while the work goes on. */
async function alive<T>(db: Db, id: string, lease: string, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    // A renewal that fails is made up for by the next one.
    void saveJob(db, id, lease, { lockedUntil: Date.now() + LEASE_MS }).catch(() => undefined);
  }, RENEWAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

async function failed(
  context: JobContext,
  handler: JobHandler<unknown> | undefined,
  job: Job<unknown>,
  lease: string,
  error: unknown,
): Promise<void> {
  const { db, env } = context;
  const attempts = job.attempts + 1;
  const reason = error instanceof Error ? error.message : String(error);
  const refused = error instanceof ShoalError && error.status < 500;
  if (!refused && handler && attempts < handler.maxAttempts) {
    const dueAt = Date.now() + (handler.pause ?? doubling)(attempts);
    await saveJob(db, job.id, lease, { attempts, error: reason, dueAt, lockedUntil: 0 });
    return;
  }
  console.error(
    JSON.stringify({ event: "job_given_up", job: job.id, kind: job.kind, attempts, reason, env: env.ROLE }),
  );
  // Whoever took the job over, or stopped it, decides what becomes of it and of its task.
  if (!(await saveJob(db, job.id, lease, { lockedUntil: Date.now() + LEASE_MS }))) return;
  try {
    await handler?.givenUp?.(context, job, error);
  } catch (thrown) {
    // Tidying up is tried once: else the job would come again with every lease that ends.
    console.error(JSON.stringify({ event: "job_not_tidied", job: job.id, kind: job.kind, reason: String(thrown) }));
  }
  await taskFailed(db, job.taskId, reason, error instanceof ShoalError ? error.code : "internal_error");
  await saveJob(db, job.id, lease, { status: "failed", attempts, error: reason, lockedUntil: 0 });
}
