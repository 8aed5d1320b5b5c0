import { env } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { connect } from "../../src/db/connect";
import { cancelJobOf, dueJobs, insertJob } from "../../src/db/jobs";
import { jobs } from "../../src/db/schema";
import { findTask, taskEnded } from "../../src/db/tasks";
import { timestamp } from "../../src/db/time";
import { ShoalError } from "../../src/domain/errors";
import { announce } from "../../src/events/announce";
import { sweepJobs } from "../../src/jobs/consumer";
import type { JobHandler, JobMessage, NewJob } from "../../src/jobs/contract";
import { enqueue, enqueueTask } from "../../src/jobs/enqueue";
import { JOB_HANDLERS } from "../../src/jobs/registry";
import { runJob } from "../../src/jobs/run";

interface Count {
  count: number;
  until: number;
}

const db = connect(env.DB);
const job = (id: string, state: Partial<Count> = {}, more: Partial<NewJob> = {}): NewJob => ({
  id,
  namespaceId: "ns_jobs",
  kind: "count",
  state: { count: 0, until: 3, ...state },
  ...more,
});
/** A queue that loses every message. */
const LOST = { sendBatch: () => Promise.reject(new Error("lost")) } as unknown as Queue<JobMessage>;
const rows = () => db.select().from(jobs);
const row = async (id: string) => (await rows()).find((one) => one.id === id);
const ended = (id: string) => expect.poll(async () => (await row(id))?.status, { timeout: 20_000 }).not.toBe("pending");

function handled(step: JobHandler<Count>["step"], more: Partial<JobHandler<Count>> = {}): void {
  JOB_HANDLERS.count = { maxAttempts: 3, step, ...more };
}

const counting: JobHandler<Count>["step"] = async (_, { state }) =>
  state.count + 1 >= state.until ? { done: true } : { done: false, state: { ...state, count: state.count + 1 } };

afterEach(() => {
  delete JOB_HANDLERS.count;
});

describe("jobs", () => {
  it("run from their message to their end, step by step", async () => {
    const seen: number[] = [];
    handled(async (context, work) => {
      seen.push(work.state.count);
      return counting(context, work);
    });
    await enqueue(env, db, [job("job_steps")]);
    await ended("job_steps");
    expect(seen).toEqual([0, 1, 2]);
    expect(await row("job_steps")).toMatchObject({ status: "done", attempts: 0, error: null, lockedUntil: 0 });
  });

  it("asked for twice are done once", async () => {
    let runs = 0;
    handled(async () => {
      runs += 1;
      return { done: true };
    });
    await enqueue(env, db, [job("job_twice")]);
    await enqueue(env, db, [job("job_twice", { count: 9 })]);
    await ended("job_twice");
    await runJob(env, "job_twice");
    expect(runs).toBe(1);
  });

  it("are one worker's at a time", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let runs = 0;
    handled(async () => {
      runs += 1;
      await held;
      return { done: true };
    });
    await enqueue(env, db, [job("job_held", {}, { dueAt: Date.now() + 1 })]);
    await expect.poll(() => dueJobs(db, Date.now(), 10)).toEqual(["job_held"]);
    const first = runJob(env, "job_held");
    await expect.poll(() => runs).toBe(1);
    await runJob(env, "job_held");
    release();
    await first;
    expect(runs).toBe(1);
    expect(await row("job_held")).toMatchObject({ status: "done" });
  });

  it("go on from the saved state after a failure, and are given up after their attempts", async () => {
    let given: unknown = null;
    handled(
      async (_, { state }) => {
        if (state.count < 1) return { done: false, state: { ...state, count: 1 } };
        throw new Error("the receiver is away");
      },
      {
        pause: () => 0,
        async givenUp(_, work) {
          given = work.state;
        },
      },
    );
    await enqueue(env, db, [job("job_fails")]);
    await expect
      .poll(async () => {
        await sweepJobs(env, Date.now());
        return (await row("job_fails"))?.status;
      })
      .toBe("failed");
    expect(await row("job_fails")).toMatchObject({ attempts: 3, error: "the receiver is away", state: { count: 1 } });
    expect(given).toEqual({ count: 1, until: 3 });
  });

  it("end at once on an error of the caller's", async () => {
    handled(async () => {
      throw new ShoalError("collection_not_found", "gone");
    });
    await enqueue(env, db, [job("job_refused")]);
    await ended("job_refused");
    expect(await row("job_refused")).toMatchObject({ status: "failed", attempts: 1, error: "gone" });
  });

  it("whose message was lost are woken by the cron when they are due", async () => {
    handled(counting);
    await enqueue({ JOBS: LOST }, db, [job("job_lost")]);
    await enqueue({ JOBS: LOST }, db, [job("job_later", {}, { dueAt: Date.now() + 3_600_000 })]);
    await sweepJobs(env, Date.now());
    await ended("job_lost");
    expect(await row("job_later")).toMatchObject({ status: "pending" });
  });

  it("show how far they are on their task, and how they ended", async () => {
    handled(async (_, { state }) =>
      state.count < 1
        ? { done: false, state: { ...state, count: 1 }, progress: { counted: 1 } }
        : { done: true, outputs: [{ counted: 2 }] },
    );
    const task = { taskId: "task_counted", namespaceId: "ns_jobs", type: "materialize", inputs: [{ until: 2 }] };
    expect(await enqueueTask(env, db, task, job("job_counted"))).toMatchObject({ status: "PENDING", outputs: null });
    await ended("job_counted");
    await expect
      .poll(async () => (await findTask(db, "task_counted", null))?.doc)
      .toMatchObject({ status: "COMPLETED", outputs: [{ counted: 2 }], additional_data: { counted: 1 } });
  });

  it("are stopped with their task, which stays as it ended", async () => {
    let steps = 0;
    handled(async (_, { state }) => {
      steps += 1;
      await cancelJobOf(db, "task_stopped");
      await taskEnded(db, "task_stopped", "CANCELED", []);
      return { done: false, state };
    });
    const task = { taskId: "task_stopped", namespaceId: "ns_jobs", type: "materialize", inputs: [] };
    await enqueueTask(env, db, task, job("job_stopped"));
    await ended("job_stopped");
    expect(steps).toBe(1);
    expect((await findTask(db, "task_stopped", null))?.doc.status).toBe("CANCELED");
  });

  it("that fail fail their task, with the reason", async () => {
    handled(async () => {
      throw new ShoalError("collection_not_found", "gone");
    });
    const task = { taskId: "task_failed", namespaceId: "ns_jobs", type: "materialize", inputs: [] };
    await enqueueTask(env, db, task, job("job_task_failed"));
    await expect
      .poll(async () => (await findTask(db, "task_failed", null))?.doc)
      .toMatchObject({ status: "FAILED", error: "gone", additional_data: { error_code: "collection_not_found" } });
  });

  it("keep their lease during a step that takes longer than it", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      let runs = 0;
      handled(async () => {
        runs += 1;
        await held;
        return { done: true };
      });
      await db.batch([insertJob(db, job("job_long"))]);
      const first = runJob(env, "job_long");
      await expect.poll(() => runs).toBe(1);
      await db.update(jobs).set({ lockedUntil: 1 }).where(eq(jobs.id, "job_long"));
      vi.advanceTimersByTime(30_000);
      await expect.poll(async () => (await row("job_long"))?.lockedUntil).toBeGreaterThan(Date.now() + 60_000);
      await runJob(env, "job_long");
      release();
      await first;
      expect(runs).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that another worker took over leave their task to it", async () => {
    handled(async () => {
      await db.update(jobs).set({ lease: "another" }).where(eq(jobs.id, "job_taken"));
      throw new ShoalError("collection_not_found", "gone");
    });
    const task = { taskId: "task_taken", namespaceId: "ns_jobs", type: "materialize", inputs: [] };
    await enqueueTask({ JOBS: LOST }, db, task, job("job_taken"));
    await runJob(env, "job_taken");
    expect((await findTask(db, "task_taken", null))?.doc.status).toBe("PENDING");
    expect(await row("job_taken")).toMatchObject({ status: "pending" });
    await db.delete(jobs).where(eq(jobs.id, "job_taken"));
  });

  it("end even where tidying up fails", async () => {
    handled(
      async () => {
        throw new ShoalError("collection_not_found", "gone");
      },
      { givenUp: () => Promise.reject(new Error("the credentials are gone too")) },
    );
    await enqueue(env, db, [job("job_untidy")]);
    await ended("job_untidy");
    expect(await row("job_untidy")).toMatchObject({ status: "failed", error: "gone" });
  });

  it("are forgotten: a week after they were done, a month after they were given up", async () => {
    const DAY = 24 * 3_600_000;
    const now = Date.now();
    const aged = (id: string, status: "done" | "failed", days: number) => [
      insertJob(db, job(id)),
      db
        .update(jobs)
        .set({ status, updatedAt: timestamp(now - days * DAY) })
        .where(eq(jobs.id, id)),
    ];
    for (const statement of [
      ...aged("job_done_6", "done", 6),
      ...aged("job_done_8", "done", 8),
      ...aged("job_failed_29", "failed", 29),
      ...aged("job_failed_31", "failed", 31),
    ])
      await statement;
    await sweepJobs(env, now);
    const left = (await rows()).map(({ id }) => id).filter((id) => /^job_(done|failed)_/.test(id));
    expect(left.sort()).toEqual(["job_done_6", "job_failed_29"]);
  });

  it("are written in batches, however many follow from one event", async () => {
    const many = Array.from({ length: 230 }, (_, i) => job(`job_many_${i}`, {}, { dueAt: Date.now() + 3_600_000 }));
    await enqueue(env, db, many);
    expect((await rows()).filter(({ id }) => id.startsWith("job_many_"))).toHaveLength(230);
  });

  it("tell events to their subscribers, once", async () => {
    const told = { id: "evt_one", type: "cluster.created", namespaceId: "ns_jobs", metadata: {} } as const;
    const subject = { type: "cluster", id: "clust_1" } as const;
    await announce(env, db, { ...told, subject });
    await announce(env, db, { ...told, subject });
    await ended("evt_one");
    expect((await rows()).filter(({ id }) => id === "evt_one")).toHaveLength(1);
  });
});
