import { env } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { jobs, triggerFirings, triggers } from "../../src/db/schema";
import { sweepJobs } from "../../src/jobs/consumer";
import { sweepTriggers } from "../../src/triggers/due";
import { api, definition, populate } from "./clusters-support";

const shoal = api("drift");
const db = connect(env.DB);
let collection = "";

async function ranCluster(params = {}): Promise<string> {
  const { body } = await shoal.post("/v1/clusters", definition(collection, {}, params));
  const task = await shoal.post(`/v1/clusters/${body.cluster_id}/execute?wait=20`);
  if (task.body.status !== "COMPLETED") throw new Error(JSON.stringify(task.body));
  const baseline = async () => {
    await sweepJobs(env, Date.now());
    return (await shoal.get(`/v1/clusters/${body.cluster_id}/drift`)).status;
  };
  await expect.poll(baseline, { timeout: 20_000 }).toBe(200);
  return body.cluster_id;
}

const drift = async (cluster: string) => (await shoal.get(`/v1/clusters/${cluster}/drift`)).body;

async function add(count: number, position: number[], prefix: string): Promise<void> {
  const line = (i: number) =>
    JSON.stringify({
      document_id: `${prefix}${i}`,
      payload: {},
      vectors: { position: position.map((x) => x + (i % 5) / 10) },
    });
  const headers = { "Content-Type": "application/x-ndjson" };
  const body = `${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
  const response = await shoal.send("POST", `/v1/collections/${collection}/documents/import`, body, headers);
  if (!response.ok) throw new Error(await response.text());
}

async function conditional(cluster: string, schedule_config: Record<string, unknown>): Promise<string> {
  const created = await shoal.post("/v1/triggers", {
    action_type: "cluster",
    action_config: { cluster_id: cluster },
    trigger_type: "conditional",
    schedule_config,
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return created.body.trigger_id;
}

/** Has the condition looked at, and waits for what the trigger then says of it. */
async function check(id: string) {
  const path = `/v1/triggers/${id}`;
  const before = (await shoal.get(path)).body.last_drift_measurement?.measured_at ?? null;
  await db
    .update(triggers)
    .set({ nextAt: Date.now() - 1 })
    .where(eq(triggers.id, id));
  await Promise.all([sweepTriggers(env, Date.now()), sweepTriggers(env, Date.now())]);
  const measured = async () => {
    await sweepJobs(env, Date.now());
    return (await shoal.get(path)).body.last_drift_measurement?.measured_at ?? null;
  };
  await expect.poll(measured, { timeout: 20_000 }).not.toBe(before);
  return (await shoal.get(path)).body;
}

const firings = (id: string) => db.select().from(triggerFirings).where(eq(triggerFirings.triggerId, id));
const ended = (id: string, count: number) =>
  expect
    .poll(async () => (await firings(id)).filter(({ status }) => status === "completed").length, { timeout: 30_000 })
    .toBe(count);

beforeAll(async () => {
  collection = await populate(shoal, "drift");
});

// What still runs when the file ends would be cut off.
afterAll(async () => {
  const pending = () => db.select({ id: jobs.id }).from(jobs).where(eq(jobs.status, "pending"));
  for (let waited = 0; waited < 100 && (await pending()).length > 0; waited++) {
    await sweepJobs(env, Date.now());
    await scheduler.wait(200);
  }
});

describe("drift of a run of words", () => {
  it("is refused at once, saying what would be measured", async () => {
    const extractor = { feature_extractor_name: "text_extractor", version: "v1", parameters: {} };
    const made = await shoal.post("/v1/collections", { collection_name: "words", feature_extractor: extractor });
    const texts = ["cat dog pet", "dog pet cat", "car road engine", "road engine car", "soup bread", "bread soup"];
    const body = texts.map((text) => JSON.stringify({ payload: { text } })).join("\n");
    const headers = { "Content-Type": "application/x-ndjson" };
    await shoal.send("POST", `/v1/collections/${made.body.collection_id}/documents/import`, body, headers);
    const words = await shoal.post("/v1/clusters", {
      cluster_name: "words",
      collection_ids: [made.body.collection_id],
      vector_config: {
        feature_uris: ["mixpeek://text_extractor@v1/lexical"],
        clustering_method: "kmeans",
        kmeans_parameters: { n_clusters: 2 },
      },
    });
    const id = words.body.cluster_id;
    const task = await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    expect(task.body.status, JSON.stringify(task.body)).toBe("COMPLETED");
    const answer = await shoal.get(`/v1/clusters/${id}/drift`);
    expect([answer.status, answer.body.error?.code]).toEqual([422, "drift_not_available"]);
    expect(answer.body.error.message).toContain("lexical is sparse");
  });
});

describe("the drift of a cluster", () => {
  it("is zero while nothing changes, and grows with what comes in", async () => {
    const cluster = await ranCluster();
    expect(await drift(cluster)).toMatchObject({
      embedding_drift: 0,
      cosine_drift: 0,
      share_drift: 0,
      spread_drift: 0,
      population_stability_index: 0,
      baseline: { documents: 60, sample_size: 60 },
      current: { documents: 60, sample_size: 60 },
    });
    await add(60, [10, 0, 0], "near");
    const shifted = await drift(cluster);
    // A third of 60 documents lay there; now 80 of 120 do.
    expect(shifted.share_drift).toBeCloseTo(1 / 3, 10);
    expect(shifted.embedding_drift).toBeGreaterThanOrEqual(shifted.share_drift);
    expect(shifted.current.documents).toBe(120);
    await add(40, [-50, -50, -50], "far");
    const far = await drift(cluster);
    expect(far.mean_shift).toBeGreaterThan(shifted.mean_shift);
    expect(far.cosine_drift).toBeGreaterThan(0.5);
    expect(far.spread_drift).toBeGreaterThan(0.9);
    const filter = { document_ids: Array.from({ length: 100 }, (_, i) => (i < 60 ? `near${i}` : `far${i - 60}`)) };
    expect((await api("drift").send("DELETE", `/v1/collections/${collection}/documents/batch`, filter)).status).toBe(
      200,
    );
    expect((await drift(cluster)).embedding_drift).toBe(0);
  });

  it("has no baseline before a run, and is told of means alone after a preparation", async () => {
    const fresh = await shoal.post("/v1/clusters", definition(collection));
    const refused = await shoal.get(`/v1/clusters/${fresh.body.cluster_id}/drift`);
    expect([refused.status, refused.body.error.code]).toEqual([404, "no_execution"]);
    const { body } = await shoal.post("/v1/clusters", {
      ...definition(collection),
      vector_config: {
        ...definition(collection).vector_config,
        preprocessing_steps: [{ method: "pca", n_components: 2 }],
      },
    });
    await shoal.post(`/v1/clusters/${body.cluster_id}/execute?wait=20`);
    await expect
      .poll(async () => (await shoal.get(`/v1/clusters/${body.cluster_id}/drift`)).status, { timeout: 20_000 })
      .toBe(200);
    expect(await drift(body.cluster_id)).toMatchObject({ share_drift: null, spread_drift: null, mean_shift: 0 });
  });

  it("is another tenant's to know only of its own", async () => {
    const cluster = await ranCluster();
    await shoal.post("/v1/namespaces", { namespace_name: "other", feature_extractors: [] });
    expect((await api("other").get(`/v1/clusters/${cluster}/drift`)).status).toBe(404);
  });
});

describe("a condition", () => {
  it("of drift fires when the documents have moved, and is measured against the new run from then on", async () => {
    const cluster = await ranCluster();
    const id = await conditional(cluster, { condition_type: "drift", threshold: 0.3, cooldown_seconds: 0 });
    const still = await check(id);
    expect(still.last_drift_measurement).toMatchObject({
      embedding_drift: 0,
      met: false,
      decided_by: ["embedding_drift"],
    });
    expect(still.baseline_snapshot).toMatchObject({ num_documents: 60, num_clusters: 3 });
    expect(await firings(id)).toHaveLength(0);
    await add(100, [0, 10, 0], "drift");
    expect((await check(id)).last_drift_measurement).toMatchObject({ met: true });
    await ended(id, 1);
    expect((await firings(id))[0]).toMatchObject({ cause: "condition", numDocuments: 160 });
    await expect.poll(async () => (await drift(cluster)).embedding_drift, { timeout: 20_000 }).toBe(0);
    const after = await check(id);
    expect(after.last_drift_measurement).toMatchObject({ met: false, documents_added: 0 });
    expect(after.baseline_snapshot.num_documents).toBe(160);
    expect(await firings(id)).toHaveLength(1);
  });

  it("of volume counts what came since the last run, and waits for its cooldown", async () => {
    const cluster = await ranCluster();
    const id = await conditional(cluster, { condition_type: "volume", threshold: 20, cooldown_seconds: 3600 });
    await add(19, [1, 1, 1], "few");
    expect((await check(id)).last_drift_measurement).toMatchObject({ documents_added: 19, met: false });
    await add(1, [1, 1, 1], "more");
    expect((await check(id)).last_drift_measurement).toMatchObject({ documents_added: 20, met: true });
    await ended(id, 1);
    await add(40, [1, 1, 1], "again");
    expect((await check(id)).last_drift_measurement).toMatchObject({ met: true });
    expect(await firings(id)).toHaveLength(1);
  });

  it("of quality does not repeat a run that its own run did not better", async () => {
    const cluster = await ranCluster();
    const id = await conditional(cluster, { condition_type: "quality", threshold: 1, cooldown_seconds: 0 });
    expect((await check(id)).last_drift_measurement).toMatchObject({ met: true });
    await ended(id, 1);
    expect((await check(id)).last_drift_measurement).toMatchObject({ met: false });
    expect(await firings(id)).toHaveLength(1);
  });

  it("may be an expression, and says when vectors cannot be measured", async () => {
    const fresh = (await shoal.post("/v1/clusters", definition(collection))).body.cluster_id;
    const expression = "documents >= 60 and not num_clusters > 0";
    const id = await conditional(fresh, { condition_type: "custom", expression });
    expect((await check(id)).last_drift_measurement).toMatchObject({ met: true, num_clusters: null });
    await ended(id, 1);
  });
});
