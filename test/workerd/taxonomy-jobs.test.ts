import { env } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { leaseJob, saveJob } from "../../src/db/jobs";
import { jobs, triggerFirings, triggers } from "../../src/db/schema";
import { setVersionFields } from "../../src/db/taxonomies";
import { sweepJobs } from "../../src/jobs/consumer";
import { runJob } from "../../src/jobs/run";
import { planes } from "../../src/planes";
import { type ApplyState, applyUntil, NO_COUNTS } from "../../src/taxonomies/apply";
import { type InferState, inferUntil } from "../../src/taxonomies/infer";
import { sweepTriggers } from "../../src/triggers/due";
import { api, DOCUMENTS, FEATURE, populate } from "./clusters-support";

const shoal = api("taxonomy-jobs");
const stranger = api("taxonomy-jobs-strangers");
const db = connect(env.DB);
let collection = "";
let namespaceId = "";
let cluster = "";
let taxonomy = "";

const context = () => ({ ...planes(env), env, now: Date.now() });
const documents = async () =>
  (await shoal.post(`/v1/collections/${collection}/documents/list`, { limit: 1000 })).body.results as Record<
    string,
    unknown
  >[];
const inferred = async (id: string) => {
  const get = () => shoal.get(`/v1/taxonomies/${id}`);
  await expect.poll(async () => (await get()).body.inference.status, { timeout: 20_000 }).toBe("COMPLETED");
  return (await get()).body;
};
const jobOf = async (id: string) => (await db.select().from(jobs).where(eq(jobs.id, id)))[0]!;

/** A job that a worker who is no more has left leased; its message comes in vain until the lease ends. */
async function left(id: string, kind: string, state: object): Promise<void> {
  const times = { dueAt: 0, createdAt: "", updatedAt: "" };
  const row = { id, namespaceId, kind, state: { ...state }, status: "pending" as const, ...times };
  await db.insert(jobs).values(row).onConflictDoUpdate({ target: jobs.id, set: row });
  await leaseJob(db, id, "dead", Date.now(), Date.now() + 60_000);
  await runJob(env, id);
  expect((await jobOf(id)).status).toBe("pending");
  await saveJob(db, id, "dead", { lockedUntil: 0 });
}

beforeAll(async () => {
  await stranger.post("/v1/namespaces", {
    namespace_name: "taxonomy-jobs-strangers",
    feature_extractors: [{ feature_extractor_name: "passthrough", version: "v1" }],
  });
  collection = await populate(shoal, "taxonomy-jobs");
  namespaceId = (await shoal.get(`/v1/collections/${collection}`)).body.namespace_id;
  // Prepared, so that centroids are computed from samples of members.
  const created = await shoal.post("/v1/clusters", {
    collection_ids: [collection],
    vector_config: {
      feature_uris: [FEATURE],
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: 3 },
      preprocessing_steps: [{ method: "whitening" }],
    },
  });
  cluster = created.body.cluster_id;
  await shoal.post(`/v1/clusters/${cluster}/execute?wait=25`);
});

describe("an inference that is cut off", () => {
  it("goes on at the node that comes next, and comes to the same nodes and centroids", async () => {
    // Nodes name the output collection once it is there.
    const settled = async () => (await shoal.get(`/v1/clusters/${cluster}`)).body.enrichment?.status;
    await expect.poll(settled, { timeout: 20_000 }).toBe("COMPLETED");
    const created = await shoal.post(`/v1/clusters/${cluster}/promote`, { taxonomy_name: "cut" });
    taxonomy = created.body.taxonomy_id;
    const whole = await inferred(taxonomy);
    expect(whole.inference.leaves_with_centroid).toBe(3);
    const files = async () =>
      Promise.all(
        ["nodes.json", "centroids.f32"].map(async (file) => {
          const { objects } = (await env.DATA.list()) as unknown as { objects: { key: string }[] };
          const key = objects.map((one) => one.key).find((one) => one.includes(taxonomy) && one.endsWith(file))!;
          return [...new Uint8Array(await (await env.DATA.get(key))!.arrayBuffer())].join();
        }),
      );
    const before = await files();
    await setVersionFields(db, taxonomy, 1, { ready: false, inference: { status: "PENDING" } });
    const { runIds } = (await jobOf(`job_${taxonomy}_1`)).state as unknown as InferState;
    let state: InferState = { taxonomyId: taxonomy, version: 1, runIds, next: null };
    for (const next of [0, 1, 2]) {
      const step = await inferUntil(context(), { namespaceId, state }, 0);
      expect(step).toMatchObject({ done: false, state: { next } });
      if (!step.done) state = step.state;
      expect((await shoal.get(`/v1/taxonomies/${taxonomy}`)).body.ready).toBe(false);
    }
    await left(`job_${taxonomy}_1`, "taxonomy_infer", state);
    await runJob(env, `job_${taxonomy}_1`);
    expect(await inferred(taxonomy)).toMatchObject({ ready: true, inference: whole.inference });
    expect(await files()).toEqual(before);
  });
});

describe("an application that is cut off", () => {
  it("goes on with the page that comes next, and counts each document once", async () => {
    const start: ApplyState = {
      ...{ taxonomyId: taxonomy, version: 1, collectionId: collection, targetCollectionId: null },
      ...{ filters: null, batchSize: 20, cursor: null, counts: NO_COUNTS },
    };
    const first = await applyUntil(context(), namespaceId, start, 0);
    expect(first).toMatchObject({ done: false, state: { counts: { processed: 20, enriched: 20 } } });
    expect((await documents()).filter((one) => one.taxonomy_node_id).length).toBe(20);
    // The second page is written, and the worker dies before it saves that.
    await applyUntil(context(), namespaceId, first.state, 0);
    await left("job_apply", "taxonomy_apply", first.state);
    await runJob(env, "job_apply");
    const job = await jobOf("job_apply");
    expect([job.status, job.attempts]).toEqual(["done", 0]);
    const found = new Set((await documents()).map((one) => `${one.blob} ${one.taxonomy_node_id}`));
    expect(found.size).toBe(3);
    const last = await applyUntil(context(), namespaceId, first.state, Number.POSITIVE_INFINITY);
    expect(last).toMatchObject({ done: true, state: { counts: { processed: DOCUMENTS, enriched: DOCUMENTS } } });
  });
});

describe("a trigger that applies a taxonomy", () => {
  const hourly = { trigger_type: "interval", schedule_config: { interval_seconds: 3600 } };
  const action = () => ({
    action_type: "taxonomy_enrichment",
    action_config: { taxonomy_id: "cut", collection_id: "blobs" },
  });
  const history = async (id: string) => (await shoal.get(`/v1/triggers/${id}/history`)).body.executions;
  const create = async () => {
    const created = await shoal.post("/v1/triggers", { ...action(), ...hourly });
    expect(created.status).toBe(201);
    expect(created.body.action_config).toEqual({ taxonomy_id: taxonomy, collection_id: collection, batch_size: 1000 });
    return created.body.trigger_id as string;
  };
  const ended = async (id: string) => {
    const open = async () => {
      await sweepJobs(env, Date.now());
      return (await history(id)).some(({ status }: { status: string }) => /pending|running/.test(status));
    };
    await expect.poll(open, { timeout: 20_000 }).toBe(false);
  };
  /** Due, and taken by two ticks at once. */
  const fire = async (id: string) => {
    await db.update(triggers).set({ nextAt: Date.now() }).where(eq(triggers.id, id));
    await Promise.all([sweepTriggers(env, Date.now()), sweepTriggers(env, Date.now())]);
    await ended(id);
  };

  it("applies it once when it is due, and its history has what became of the task", async () => {
    await shoal.patch(`/v1/collections/${collection}`, {
      taxonomy_applications: [{ taxonomy_id: "cut", scroll_filters: { blob: "b1" } }],
    });
    const id = await create();
    await fire(id);
    const [firing, ...more] = await history(id);
    expect(more).toEqual([]);
    expect(firing).toMatchObject({ status: "completed", cause: "schedule", error: null, run_id: null });
    const task = (await shoal.get(`/v1/tasks/${firing.task_id}`)).body;
    expect(task).toMatchObject({ status: "COMPLETED", outputs: [{ processed: DOCUMENTS / 3, version: 1 }] });
    expect((await shoal.get(`/v1/triggers/${id}`)).body).toMatchObject({
      execution_count: 1,
      consecutive_failures: 0,
      last_execution_status: "completed",
      last_execution_task_id: firing.task_id,
    });
    const [row] = await db.select().from(triggerFirings).where(eq(triggerFirings.triggerId, id));
    expect(row).toMatchObject({ numDocuments: DOCUMENTS / 3 });
  });

  it("counts a failure where the taxonomy is gone, and says why", async () => {
    const created = await shoal.post(`/v1/taxonomies/${taxonomy}/clone`, { taxonomy_name: "short-lived" });
    const config = { taxonomy_id: "short-lived", collection_id: collection };
    const made = await shoal.post("/v1/triggers", { ...action(), action_config: config, ...hourly });
    await shoal.delete(`/v1/taxonomies/${created.body.taxonomy.taxonomy_id}`);
    await fire(made.body.trigger_id);
    expect((await history(made.body.trigger_id))[0]).toMatchObject({
      status: "failed",
      error: expect.stringContaining("There is no taxonomy"),
    });
    expect((await shoal.get(`/v1/triggers/${made.body.trigger_id}`)).body.consecutive_failures).toBe(1);
  });

  it("ends with its task, and does not apply it twice at once", async () => {
    const id = await create();
    const asked = await shoal.post(`/v1/triggers/${id}/execute`);
    expect(asked.body).toMatchObject({ task_type: "api_taxonomies_materialize", additional_data: { trigger_id: id } });
    await ended(id);
    // A task that is under way: its job waits for a later time.
    const wait = { status: "pending" as const, dueAt: Date.now() + 3_600_000 };
    const taskId = asked.body.task_id as string;
    await db.update(jobs).set(wait).where(eq(jobs.taskId, taskId));
    await env.DB.prepare("update tasks set doc = json_set(doc, '$.status', 'PROCESSING') where id = ?")
      .bind(taskId)
      .run();
    await db.update(triggerFirings).set({ status: "running" }).where(eq(triggerFirings.taskId, taskId));
    const second = await shoal.post(`/v1/triggers/${id}/execute`);
    expect([second.status, second.body.error.code]).toEqual([409, "run_in_progress"]);
    await shoal.delete(`/v1/tasks/${taskId}`);
    const found = await history(id);
    expect(found.map(({ status }: { status: string }) => status).sort()).toEqual(["canceled", "skipped"]);
  });

  it("is refused for what is not there, and for another tenant's", async () => {
    const refused = async (who: typeof shoal, config: unknown, rest: object = hourly) => {
      const { status, body } = await who.post("/v1/triggers", { ...action(), action_config: config, ...rest });
      return [status, body.error.code];
    };
    const both = { taxonomy_id: taxonomy, collection_id: collection };
    expect(await refused(shoal, { taxonomy_id: "cut" })).toEqual([422, "validation_failed"]);
    expect(await refused(shoal, { ...both, batch_size: 99 })).toEqual([422, "validation_failed"]);
    expect(await refused(shoal, { ...both, taxonomy_id: "none" })).toEqual([404, "taxonomy_not_found"]);
    expect(await refused(shoal, { ...both, collection_id: "none" })).toEqual([404, "collection_not_found"]);
    expect(await refused(stranger, both)).toEqual([404, "taxonomy_not_found"]);
    const drift = { trigger_type: "conditional", schedule_config: { condition_type: "drift", threshold: 0.2 } };
    expect(await refused(shoal, both, drift)).toEqual([422, "action_not_available"]);
  });
});
