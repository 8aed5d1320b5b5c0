import { env } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { jobs, triggerFirings, triggers } from "../../src/db/schema";
import { findTrigger } from "../../src/db/triggers";
import { announce } from "../../src/events/announce";
import { sweepJobs } from "../../src/jobs/consumer";
import { claim, sweepTriggers } from "../../src/triggers/due";
import { api, definition, populate } from "./clusters-support";

const shoal = api("triggers");
const db = connect(env.DB);
const nightly = { trigger_type: "cron", schedule_config: { cron_expression: "30 2 * * *", timezone: "Europe/Berlin" } };
const HOUR = 3_600_000;

let collection = "";
let namespaceId = "";

async function newCluster(rest: Record<string, unknown> = {}, params = {}): Promise<string> {
  const { status, body } = await shoal.post("/v1/clusters", definition(collection, rest, params));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.cluster_id;
}

async function newTrigger(body: Record<string, unknown>): Promise<string> {
  const created = await shoal.post("/v1/clusters/triggers", body);
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  return created.body.trigger_id;
}

/** Puts the trigger's next time where a test needs it. */
const dueAt = (id: string, at: number | null) => db.update(triggers).set({ nextAt: at }).where(eq(triggers.id, id));
const trigger = async (id: string) => (await shoal.get(`/v1/triggers/${id}`)).body;
const history = async (id: string) => (await shoal.post(`/v1/clusters/triggers/${id}/history`, {})).body;
const firings = (id: string) => db.select().from(triggerFirings).where(eq(triggerFirings.triggerId, id));
const eventsOf = async (id: string) =>
  (await db.select().from(jobs).where(eq(jobs.kind, "event")))
    .map(({ state }) => state.event as { type: string; subject: { id: string } })
    .filter(({ subject }) => subject.id === id)
    .map(({ type }) => type)
    .sort();
async function ended(id: string, count = 1): Promise<void> {
  const open = async () => {
    await sweepJobs(env, Date.now());
    const rows = await firings(id);
    return rows.length >= count && rows.every(({ status }) => status !== "pending" && status !== "running");
  };
  await expect.poll(open, { timeout: 30_000, interval: 200 }).toBe(true);
}

beforeAll(async () => {
  collection = await populate(shoal, "triggers");
  const found = await shoal.get(`/v1/collections/${collection}`);
  namespaceId = found.body.namespace_id;
});

// What still runs when the file ends would be cut off.
afterAll(async () => {
  const pending = () => db.select({ id: jobs.id }).from(jobs).where(eq(jobs.status, "pending"));
  for (let waited = 0; waited < 100 && (await pending()).length > 0; waited++) {
    await sweepJobs(env, Date.now());
    await scheduler.wait(200);
  }
});

describe("a trigger of a schedule", () => {
  it("is created, found in both families, changed, paused, resumed and disabled", async () => {
    const cluster = await newCluster();
    const created = await shoal.post("/v1/clusters/triggers", {
      cluster_id: cluster,
      ...nightly,
      description: "nightly",
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      cluster_id: cluster,
      status: "active",
      schedule_config: { cron_expression: "30 2 * * *", timezone: "Europe/Berlin" },
      execution_config: { collection_ids: [collection], config: { algorithm: "kmeans" } },
      execution_count: 0,
      created_by: "root",
    });
    expect(Date.parse(created.body.next_scheduled_at)).toBeGreaterThan(Date.now());
    const id = created.body.trigger_id;
    const path = `/v1/clusters/triggers/${id}`;
    expect((await trigger(id)).action_config).toEqual({ cluster_id: cluster });
    const listed = await shoal.post("/v1/clusters/triggers/list", { cluster_id: cluster });
    expect(listed.body).toMatchObject({ total: 1, offset: 0, limit: 50, results: [{ trigger_id: id }] });
    const unified = await shoal.post("/v1/triggers/list", { resource_id: cluster, action_type: "cluster" });
    expect(unified.body).toMatchObject({ total: 1, results: [{ trigger_id: id }] });

    const patched = await shoal.patch(path, {
      schedule_config: { cron_expression: "0 4 * * *" },
      description: "later",
    });
    expect(patched.body).toMatchObject({ description: "later", schedule_config: { timezone: "UTC" } });
    expect(new Date(patched.body.next_scheduled_at).getUTCHours()).toBe(4);

    expect((await shoal.post(`${path}/pause`)).body).toMatchObject({ status: "paused", next_scheduled_at: null });
    expect((await shoal.post(`${path}/resume`)).body.status).toBe("active");
    const gone = await shoal.send("DELETE", path);
    expect([gone.status, await gone.text()]).toEqual([204, ""]);
    expect((await shoal.get(path)).body).toMatchObject({ status: "disabled", next_scheduled_at: null });
    const refused = await shoal.post(`${path}/resume`);
    expect([refused.status, refused.body.error.code]).toEqual([409, "trigger_disabled"]);
    expect((await shoal.post(`/v1/triggers/${id}/execute`)).body.error.code).toBe("trigger_disabled");
    const told = ["created", "deleted", "paused", "resumed", "updated"].map((what) => `trigger.${what}`);
    expect(await eventsOf(id)).toEqual(told);
  });

  it("fires once when two ticks overlap, and tells what came of it", async () => {
    const id = await newTrigger({ cluster_id: await newCluster(), ...nightly });
    const due = Date.parse("2026-10-25T00:30:00Z");
    await dueAt(id, due);
    await Promise.all([
      sweepTriggers(env, due + 5_000),
      sweepTriggers(env, due + 5_000),
      sweepTriggers(env, due + 9_000),
    ]);
    // The clock goes back an hour that night: the next time is a day and an hour later.
    expect((await trigger(id)).next_scheduled_at).toBe("2026-10-26T01:30:00.000000Z");
    await ended(id);
    expect(await history(id)).toMatchObject({
      total: 1,
      executions: [
        { status: "completed", num_clusters: 3, num_documents: 60, scheduled_for: "2026-10-25T00:30:00.000000Z" },
      ],
    });
    expect(await trigger(id)).toMatchObject({
      execution_count: 1,
      consecutive_failures: 0,
      last_execution_status: "completed",
    });
    await expect.poll(() => eventsOf(id)).toEqual(["trigger.created", "trigger.execution.completed", "trigger.fired"]);
  });

  it("that was taken by another tick is not taken again", async () => {
    const id = await newTrigger({ cluster_id: await newCluster(), ...nightly });
    await dueAt(id, 1_000);
    const seen = (await findTrigger(db, namespaceId, id))!;
    expect(await claim(env, seen, 5_000)).toBe(`job_fire_${id.slice(5)}_19700101T000001000000Z`);
    expect(await claim(env, seen, 5_000)).toBeNull();
    expect(await firings(id)).toHaveLength(1);
    await ended(id);
  });

  it("fires once for all the slots that no tick saw", async () => {
    const schedule = { trigger_type: "interval", schedule_config: { interval_seconds: 3600 } };
    const id = await newTrigger({ cluster_id: await newCluster(), ...schedule });
    const due = Date.now() - 5 * HOUR - 1_000;
    await dueAt(id, due);
    await sweepTriggers(env, Date.now());
    await sweepTriggers(env, Date.now());
    await ended(id);
    expect((await history(id)).total).toBe(1);
    expect(Date.parse((await trigger(id)).next_scheduled_at)).toBe(due + 6 * HOUR);
  });

  it("is skipped while its cluster runs, and says so", async () => {
    const cluster = await newCluster();
    const id = await newTrigger({ cluster_id: cluster, ...nightly });
    const running = {
      id: "run_inthe",
      namespaceId,
      clusterId: cluster,
      taskId: "task_x",
      status: "processing",
    } as const;
    const at = new Date().toISOString();
    const { executions } = await import("../../src/db/schema");
    const doc = {
      run_id: "run_inthe",
      created_at: at,
      task_id: "task_x",
      cluster_id: cluster,
      namespace_id: namespaceId,
    };
    await db.insert(executions).values({ ...running, doc, createdAt: at, updatedAt: at });
    await dueAt(id, Date.now() - 1);
    await sweepTriggers(env, Date.now());
    await ended(id);
    const [row] = (await history(id)).executions;
    expect(row).toMatchObject({ status: "skipped", error: expect.stringContaining("run_in_progress"), job_id: null });
    expect(await trigger(id)).toMatchObject({ execution_count: 0, consecutive_failures: 0, status: "active" });
    const now = await shoal.post(`/v1/triggers/${id}/execute`);
    expect([now.status, now.body.error.code]).toEqual([409, "run_in_progress"]);
    await db.delete(executions).where(eq(executions.id, "run_inthe"));
  });

  it("stops after five failures in a row and begins anew when it is resumed", async () => {
    const cluster = await newCluster({ filters: { blob: "none" } });
    const id = await newTrigger({ cluster_id: cluster, ...nightly });
    for (let failure = 1; failure <= 5; failure++) {
      await dueAt(id, failure);
      await sweepTriggers(env, Date.now());
      await ended(id, failure);
    }
    expect(await trigger(id)).toMatchObject({
      status: "failed",
      consecutive_failures: 5,
      next_scheduled_at: null,
      last_execution_status: "failed",
      last_execution_error: expect.stringContaining("documents"),
    });
    expect((await shoal.post(`/v1/clusters/triggers/${id}/resume`)).body).toMatchObject({
      status: "active",
      consecutive_failures: 0,
    });
    expect(await eventsOf(id)).toContain("trigger.execution.failed");
  });

  it("runs now when it is asked to, also in a pause", async () => {
    const id = await newTrigger({ cluster_id: await newCluster(), ...nightly, status: "paused" });
    const task = await shoal.post(`/v1/triggers/${id}/execute`);
    expect(task.status).toBe(200);
    expect(task.body).toMatchObject({ task_type: "engine_cluster_build", additional_data: { trigger_id: id } });
    await ended(id);
    const shown = await shoal.get(`/v1/triggers/${id}/history?limit=5`);
    expect(shown.body).toMatchObject({
      trigger_id: id,
      total: 1,
      limit: 5,
      executions: [{ cause: "manual", status: "completed", task_id: task.body.task_id }],
    });
  });

  it("may bring its definition with it", async () => {
    const { vector_config } = definition(collection);
    const config = {
      algorithm: "kmeans",
      algorithm_params: { n_clusters: 2 },
      feature_vector: { vector_name: "position" },
    };
    const created = await shoal.post("/v1/clusters/triggers", {
      execution_config: { collection_ids: [collection], config },
      ...nightly,
    });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    expect(created.body.execution_config).toEqual({ collection_ids: [collection], config });
    const own = await shoal.get(`/v1/clusters/${created.body.cluster_id}`);
    expect(own.body.vector_config.feature_uris).toEqual(vector_config.feature_uris);
  });

  it("goes with its cluster", async () => {
    const cluster = await newCluster();
    const id = await newTrigger({ cluster_id: cluster, ...nightly });
    await shoal.delete(`/v1/clusters/${cluster}`);
    expect((await shoal.get(`/v1/triggers/${id}`)).body.error.code).toBe("trigger_not_found");
  });
});

describe("events", () => {
  const written = (id: string, inserted: number, updated = 0, batch: string | null = "batch_x") =>
    announce(env, db, {
      id,
      type: "collection.documents.written",
      namespaceId,
      subject: { type: "collection", id: collection },
      metadata: { collection_id: collection, batch_id: batch, inserted, updated },
    });
  const counted = (id: string) => expect.poll(async () => (await trigger(id)).event_counter, { timeout: 20_000 });

  it("are counted once each, and fire at the threshold", async () => {
    const schedule_config = { event_type: "documents_added", event_threshold: 10, cooldown_seconds: 3600 };
    const id = await newTrigger({ cluster_id: await newCluster(), trigger_type: "event", schedule_config });
    await written("evt_count1", 6, 100);
    await counted(id).toBe(6);
    await written("evt_count1", 6);
    await db.update(jobs).set({ status: "pending" }).where(eq(jobs.id, "job_evt_count1_count"));
    await sweepJobs(env, Date.now());
    await expect
      .poll(async () => (await db.select().from(jobs).where(eq(jobs.id, "job_evt_count1_count")))[0]?.status)
      .toBe("done");
    expect((await trigger(id)).event_counter).toBe(6);
    await written("evt_count2", 4);
    await ended(id);
    expect(await trigger(id)).toMatchObject({ event_counter: 0, execution_count: 1, next_scheduled_at: null });
    // Within the cooldown it waits for its end.
    await written("evt_count3", 12);
    await counted(id).toBe(12);
    const waiting = await trigger(id);
    expect(Date.parse(waiting.next_scheduled_at)).toBe(Date.parse(waiting.last_cooldown_at) + HOUR);
    await sweepTriggers(env, Date.now() + 2 * HOUR);
    await ended(id, 2);
    expect((await history(id)).executions.map((row: { cause: string }) => row.cause)).toEqual(["event", "event"]);
  });

  it("of other collections and other kinds do not count", async () => {
    const schedule_config = { event_type: "documents_updated", event_threshold: 3 };
    const id = await newTrigger({ cluster_id: await newCluster(), trigger_type: "event", schedule_config });
    const other = {
      type: "collection.documents.written",
      namespaceId,
      subject: { type: "collection", id: "col_other" },
    } as const;
    await announce(env, db, {
      ...other,
      id: "evt_other",
      metadata: { collection_id: "col_other", inserted: 0, updated: 2 },
    });
    await written("evt_kind", 7, 1, null);
    await counted(id).toBe(1);
  });

  it("run a cluster after every batch of its collection, with a cooldown", async () => {
    const cluster = await newCluster({ auto_execute_on_batch: true, auto_execute_cooldown_seconds: 7200 });
    const applied = (await shoal.get(`/v1/collections/${collection}`)).body.cluster_applications;
    expect(applied).toEqual([
      {
        cluster_id: cluster,
        auto_execute_on_batch: true,
        min_document_threshold: null,
        cooldown_seconds: 7200,
        execution_phase: 2,
        priority: 0,
      },
    ]);
    const runs = async () => (await shoal.post(`/v1/clusters/${cluster}/executions/list`, {})).body.total_count;
    const headers = { "Content-Type": "application/x-ndjson" };
    const line = JSON.stringify({ document_id: "doc_new", payload: {}, vectors: { position: [1, 2, 3] } });
    await shoal.send("POST", `/v1/collections/${collection}/documents/import`, `${line}\n`, headers);
    await expect.poll(runs, { timeout: 20_000 }).toBe(1);
    const id = `trig_auto${cluster.slice("clust_".length)}`;
    await ended(id);
    await written("evt_auto2", 5);
    await expect.poll(async () => (await findTrigger(db, namespaceId, id))?.eventCounter, { timeout: 20_000 }).toBe(1);
    expect(await runs()).toBe(1);
    await sweepTriggers(env, Date.now() + 2 * HOUR + 5_000);
    await ended(id, 2);
    expect(await runs()).toBe(2);
    // Nobody made it: it is neither found nor listed.
    expect((await shoal.get(`/v1/triggers/${id}`)).status).toBe(404);
    await shoal.delete(`/v1/clusters/${cluster}`);
    expect((await shoal.get(`/v1/collections/${collection}`)).body.cluster_applications).toEqual([]);
  });

  it("do not run a cluster while its collection holds too few documents", async () => {
    const cluster = await newCluster({ auto_execute_on_batch: true, auto_execute_min_documents: 1000 });
    await written("evt_few", 5);
    await expect
      .poll(async () => (await db.select().from(jobs).where(eq(jobs.id, "job_evt_few_count")))[0]?.status, {
        timeout: 20_000,
      })
      .toBe("done");
    expect(await findTrigger(db, namespaceId, `trig_auto${cluster.slice("clust_".length)}`)).toBeNull();
    await shoal.delete(`/v1/clusters/${cluster}`);
  });

  it("run every cluster of a collection by a collection's trigger", async () => {
    const clusters = [await newCluster(), await newCluster()];
    const cluster_applications = clusters.map((cluster_id, i) => ({
      cluster_id,
      auto_execute_on_batch: false,
      priority: i,
    }));
    await shoal.patch(`/v1/collections/${collection}`, { cluster_applications });
    const created = await shoal.post("/v1/triggers", {
      action_type: "collection_trigger",
      action_config: { collection_id: "blobs" },
      trigger_type: "interval",
      schedule_config: { interval_seconds: 300, start_immediately: true },
    });
    expect(created.body).toMatchObject({ action_config: { collection_id: collection } });
    const id = created.body.trigger_id;
    await sweepTriggers(env, Date.now());
    await ended(id, 2);
    const rows = await firings(id);
    expect(rows.map(({ clusterId }) => clusterId).sort()).toEqual([...clusters].sort());
    expect(rows.map(({ status }) => status)).toEqual(["completed", "completed"]);
    const now = await shoal.post(`/v1/triggers/${id}/execute`);
    expect(now.body.additional_data.task_ids).toHaveLength(2);
    expect(now.body.additional_data.cluster_id).toBe(clusters[1]);
    await ended(id, 4);
    // A cluster's family does not know it.
    expect((await shoal.get(`/v1/clusters/triggers/${id}`)).status).toBe(404);
    await shoal.patch(`/v1/collections/${collection}`, { cluster_applications: [] });
  });
});

describe("what is refused", () => {
  it.each<[string, Record<string, unknown>, number, string]>([
    ["/v1/clusters/triggers", { ...nightly }, 422, "say either cluster_id or execution_config, got neither"],
    ["/v1/clusters/triggers", { cluster_id: "clust_none", ...nightly }, 404, 'no cluster "clust_none"'],
    ["/v1/clusters/triggers", { cluster_id: "x", trigger_type: "moon", schedule_config: {} }, 422, "trigger_type"],
    ["/v1/clusters/triggers", { cluster_id: "x", ...nightly, status: "failed" }, 422, "status"],
    [
      "/v1/clusters/triggers",
      { cluster_id: "x", trigger_type: "interval", schedule_config: { interval_seconds: 299 } },
      422,
      "interval_seconds: must be at least 300, got 299",
    ],
    [
      "/v1/clusters/triggers",
      { execution_config: { collection_ids: [], config: { algorithm: "kmeans" } }, ...nightly },
      422,
      "collection_ids",
    ],
    [
      "/v1/triggers",
      { action_type: "cluster", action_config: {}, ...nightly },
      422,
      "action_config.cluster_id: is required",
    ],
    [
      "/v1/triggers",
      { action_type: "batch_rerun", action_config: {}, ...nightly },
      422,
      "batch_rerun is not available",
    ],
    [
      "/v1/triggers",
      {
        action_type: "collection_trigger",
        action_config: { collection_id: "blobs" },
        trigger_type: "conditional",
        schedule_config: { condition_type: "drift", threshold: 0.2 },
      },
      422,
      "A condition is measured on a cluster's runs",
    ],
  ])("%s %j", async (path, body, status, message) => {
    const refused = await shoal.post(path, body);
    expect([refused.status, refused.body.error.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it("changes of what it runs", async () => {
    const id = await newTrigger({ cluster_id: await newCluster(), ...nightly });
    const refused = await shoal.patch(`/v1/clusters/triggers/${id}`, { cluster_id: "clust_other" });
    expect([refused.status, refused.body.error.message]).toEqual([422, expect.stringContaining("cannot be changed")]);
  });

  it("is told of keys that have no effect", async () => {
    const schedule_config = { cron_expression: "0 3 * * *", jitter: 5 };
    const created = await shoal.post("/v1/clusters/triggers", {
      cluster_id: await newCluster(),
      trigger_type: "cron",
      schedule_config,
    });
    expect(created.body.warnings).toEqual([
      { loc: ["body", "schedule_config", "jitter"], msg: "unknown field; it has no effect" },
    ]);
  });

  it("another tenant's triggers", async () => {
    const id = await newTrigger({ cluster_id: await newCluster(), ...nightly });
    await shoal.post("/v1/namespaces", { namespace_name: "tenant", feature_extractors: [] });
    const other = api("tenant");
    for (const path of [`/v1/triggers/${id}`, `/v1/clusters/triggers/${id}`, `/v1/triggers/${id}/history`])
      expect([path, (await other.get(path)).status]).toEqual([path, path.endsWith("history") ? 404 : 404]);
    expect((await other.post(`/v1/triggers/${id}/execute`)).status).toBe(404);
    expect((await other.send("DELETE", `/v1/triggers/${id}`)).status).toBe(404);
    expect((await other.post("/v1/triggers/list", {})).body.total).toBe(0);
  });

  it("more than fifty active triggers of a namespace", async () => {
    const cluster = await newCluster();
    const paused = await newTrigger({ cluster_id: cluster, ...nightly, status: "paused" });
    const active = async () => (await shoal.post("/v1/triggers/list", { status: "active", limit: 1 })).body.total;
    for (let have = await active(); have < 50; have++) await newTrigger({ cluster_id: cluster, ...nightly });
    const refused = await shoal.post("/v1/clusters/triggers", { cluster_id: cluster, ...nightly });
    expect([refused.status, refused.body.error.code]).toEqual([403, "trigger_limit_reached"]);
    const resumed = await shoal.post(`/v1/clusters/triggers/${paused}/resume`);
    expect([resumed.status, resumed.body.error.code]).toEqual([403, "trigger_limit_reached"]);
    expect(await active()).toBe(50);
  });
});
