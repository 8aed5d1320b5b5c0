import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { findCluster } from "../../src/db/clusters";
import { connect } from "../../src/db/connect";
import { executionById } from "../../src/db/executions";
import { leaseJob, saveJob } from "../../src/db/jobs";
import { jobs } from "../../src/db/schema";
import { enrichUntil } from "../../src/enrichment/enrich";
import { enrichState } from "../../src/enrichment/request";
import { runJob } from "../../src/jobs/run";
import { planes } from "../../src/planes";
import { api, DOCUMENTS, definition, populate } from "./clusters-support";

const shoal = api("enrichment");
const stranger = api("strangers");
const db = connect(env.DB);
let collection = "";

async function run(rest: Record<string, unknown> = {}, params = {}): Promise<{ cluster: string; run: string }> {
  const created = await shoal.post("/v1/clusters", definition(collection, rest, params));
  expect(created.status).toBe(200);
  const cluster = created.body.cluster_id as string;
  return { cluster, run: await execute(cluster) };
}

async function execute(cluster: string): Promise<string> {
  const task = await shoal.post(`/v1/clusters/${cluster}/execute?wait=25`);
  expect(task.body).toMatchObject({ status: "COMPLETED" });
  return task.body.additional_data.run_id as string;
}

const documents = async (identifier = collection) =>
  (await shoal.post(`/v1/collections/${identifier}/documents/list`, { limit: 1000, sort: { field: "document_id" } }))
    .body.results as Record<string, unknown>[];

const enrichment = (cluster: string, status = "COMPLETED") =>
  expect
    .poll(async () => (await shoal.get(`/v1/clusters/${cluster}`)).body.enrichment?.status, { timeout: 20_000 })
    .toBe(status);

beforeAll(async () => {
  await stranger.post("/v1/namespaces", {
    namespace_name: "strangers",
    feature_extractors: [{ feature_extractor_name: "passthrough", version: "v1" }],
  });
  collection = await populate(shoal, "enrichment");
});

describe("enrichment in place", () => {
  it("writes what the run found beside what was there, twice the same, and filters find it", async () => {
    const { cluster, run: runId } = await run();
    const first = await shoal.post(`/v1/clusters/${cluster}/enrich`, { batch_size: 7, parallelism: 3 });
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ processed: DOCUMENTS, enriched: DOCUMENTS, failed: 0, noise: 0, batches: 9 });
    expect(first.body.run_ids).toEqual([runId]);
    const written = await documents();
    const strip = (rows: Record<string, unknown>[]) => rows.map(({ _internal, ...rest }) => rest);
    await shoal.post("/v1/clusters/enrich", { clustering_id: cluster, source_collection_id: "blobs" });
    expect(strip(await documents())).toEqual(strip(written));
    expect(written.every((one) => typeof one.blob === "string" && typeof one.distance_to_centroid === "number")).toBe(
      true,
    );
    const { cluster_id: id, blob } = written[0]!;
    const found = await shoal.post(`/v1/collections/${collection}/documents/list?include_total=true`, {
      filters: { cluster_id: id },
      limit: 100,
    });
    expect(found.body.results).toHaveLength(DOCUMENTS / 3);
    expect(found.body.results.every((one: Record<string, unknown>) => one.blob === blob)).toBe(true);
  });

  it("writes the facts asked for under keys that leave the user's alone", async () => {
    const { cluster } = await run();
    const fields = ["cluster_id", "label", "keywords", "member_count", "x"];
    await shoal.post(`/v1/clusters/${cluster}/enrich`, { fields });
    const [one] = await documents();
    expect(one).toMatchObject({ cluster_member_count: DOCUMENTS / 3, cluster_x: expect.any(Number) });
    expect(one).toHaveProperty("cluster_label");
    expect(one).not.toHaveProperty("label");
    const id = one!.cluster_id as string;
    const renamed = await shoal.patch(`/v1/clusters/${cluster}/groups/${id}`, { label: "Given by a person" });
    expect(renamed.status).toBe(200);
    await shoal.post(`/v1/clusters/${cluster}/enrich`, { fields: ["label"] });
    expect((await documents())[0]).toMatchObject({ cluster_label: "Given by a person" });
  });

  it("keeps several runs apart by their clusters' names", async () => {
    const [coarse, fine] = [
      await run({ cluster_name: "blobs, 2" }, { n_clusters: 2 }),
      await run({ cluster_name: "blobs-6" }, { n_clusters: 6 }),
    ];
    const both = await shoal.post("/v1/clusters/enrich", {
      clustering_ids: [coarse.run, "blobs-6"],
      source_collection_id: collection,
    });
    expect(both.body).toMatchObject({ processed: 2 * DOCUMENTS, enriched: 2 * DOCUMENTS });
    const [one] = await documents();
    expect(one).toMatchObject({ blobs_2_cluster_id: expect.any(String), blobs_6_cluster_id: expect.any(String) });
    expect(both.body.run_ids).toEqual([coarse.run, fine.run]);
  });

  it("counts noise, and documents that are gone since", async () => {
    const vector_config = {
      feature_uris: ["mixpeek://passthrough@v1/position"],
      clustering_method: "dbscan",
      algorithm_params: { eps: 0.05, min_samples: 50 },
      normalize_features: false,
    };
    const { cluster } = await run({ vector_config });
    await shoal.delete(`/v1/collections/${collection}/documents/doc_59`);
    const counts = await shoal.post(`/v1/clusters/${cluster}/enrich`, {});
    expect(counts.body).toMatchObject({ processed: DOCUMENTS, failed: 1, noise: DOCUMENTS });
    expect((await documents())[0]).toMatchObject({ cluster_id: "-1", distance_to_centroid: null });
  });

  it("refuses what cannot be: unknown facts, another's ids, collections that were not clustered", async () => {
    const { cluster, run: runId } = await run();
    const unknown = await shoal.post(`/v1/clusters/${cluster}/enrich`, { fields: ["colour"] });
    expect(unknown.status).toBe(422);
    expect(unknown.body.detail[0]).toMatchObject({ loc: ["body", "fields", 0] });
    expect((await stranger.post(`/v1/clusters/${cluster}/enrich`, {})).status).toBe(404);
    const theirs = { clustering_ids: [runId], source_collection_id: collection };
    expect((await stranger.post("/v1/clusters/enrich", theirs)).status).toBe(404);
    expect((await shoal.post("/v1/clusters/enrich", { ...theirs, clustering_ids: ["run_none"] })).status).toBe(404);
    const parameters = { features: [{ name: "position", dimensions: 3 }] };
    await shoal.post("/v1/collections", {
      collection_name: "elsewhere",
      feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
    });
    const apart = await shoal.post("/v1/clusters/enrich", { ...theirs, source_collection_id: "elsewhere" });
    expect(apart.status).toBe(422);
    const target = await shoal.post("/v1/clusters/enrich", { ...theirs, target_collection_id: collection });
    expect(target.status).toBe(422);
    // An id is not the name of a collection to be made: not another tenant's, nor one that is gone.
    const ours = { ...theirs, target_collection_id: "col_mi8l2k4q0d7v1c9x5z3b" };
    expect((await shoal.post("/v1/clusters/enrich", ours)).body.error.code).toBe("collection_not_found");
    const their = await stranger.post("/v1/collections", {
      collection_name: "theirs",
      feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters },
    });
    const into = await shoal.post(`/v1/clusters/${cluster}/enrich`, { target_collection_id: their.body.collection_id });
    expect([into.status, into.body.error.code]).toEqual([404, "collection_not_found"]);
    const idle = await shoal.post("/v1/clusters", definition(collection));
    expect((await shoal.post(`/v1/clusters/${idle.body.cluster_id}/enrich`, {})).status).toBe(404);
  });
});

describe("enrichment into a derived collection", () => {
  it("copies documents with their vectors, once however often it is asked for", async () => {
    const { cluster } = await run();
    const before = (await documents()).length;
    const body = { target_collection_id: "blobs_enriched", batch_size: 25 };
    const first = await shoal.post(`/v1/clusters/${cluster}/enrich`, body);
    expect(first.body).toMatchObject({ enriched: before, failed: 0 });
    expect(first.body.warnings[0].msg).toContain("there was no collection");
    const again = await shoal.post(`/v1/clusters/${cluster}/enrich`, body);
    expect(again.body).toMatchObject({ enriched: before, target_collection_id: first.body.target_collection_id });
    const copies = await documents("blobs_enriched");
    expect(copies).toHaveLength(before);
    expect(copies[0]).toMatchObject({ document_id: "doc_0", blob: "b0", cluster_id: expect.any(String) });
    const vector = (id: string) =>
      shoal.get(`/v1/collections/${id}/documents/doc_0?return_vectors=true`).then(({ body: { vectors } }) => vectors);
    expect(await vector("blobs_enriched")).toEqual(await vector(collection));
  });
});

describe("enrichment as a job", () => {
  it("answers a task, and its end", async () => {
    const { cluster } = await run();
    const asked = await shoal.post(`/v1/clusters/${cluster}/enrich?async=true`, {});
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({ task_type: "materialize", status: "PENDING" });
    const task = () => shoal.get(`/v1/tasks/${asked.body.task_id}`);
    await expect.poll(async () => (await task()).body.status, { timeout: 20_000 }).toMatch(/COMPLETED/);
    expect((await task()).body.outputs[0]).toMatchObject({ processed: DOCUMENTS - 1, failed: 0 });
  });

  it("goes on where it was cut off, and comes to the same counts", async () => {
    const { cluster: id, run: runId } = await run();
    const namespaceId = (await shoal.get(`/v1/clusters/${id}`)).body.namespace_id as string;
    const context = { ...planes(env), env };
    const cluster = (await findCluster(db, namespaceId, id))!;
    const request = {
      runs: [{ cluster, execution: await executionById(db, namespaceId, runId) }],
      sourceCollection: null,
      targetCollection: null,
      fields: ["member_count"],
      batchSize: 20,
      parallelism: 1,
    };
    const { state } = await enrichState(context, namespaceId, request);
    const cut = await enrichUntil(context, namespaceId, state, 0);
    expect(cut).toMatchObject({ done: false, state: { at: { run: 0, row: 20 }, counts: { processed: 20 } } });
    await db.insert(jobs).values({
      id: "job_cut",
      namespaceId,
      kind: "enrich",
      state: cut.state as unknown as Record<string, unknown>,
      status: "pending",
      dueAt: 0,
      createdAt: "",
      updatedAt: "",
    });
    // A worker that died holding the lease.
    await leaseJob(db, "job_cut", "dead", Date.now(), Date.now() + 60_000);
    await runJob(env, "job_cut");
    expect((await jobOf("job_cut"))!.status).toBe("pending");
    await saveJob(db, "job_cut", "dead", { lockedUntil: 0 });
    await runJob(env, "job_cut");
    expect((await jobOf("job_cut"))!.status).toBe("done");
    expect((await documents()).every((one) => one.cluster_member_count !== undefined)).toBe(true);
  });

  it("ends with its task", async () => {
    const { cluster } = await run();
    const asked = await shoal.post(`/v1/clusters/${cluster}/enrich?async=true`, {});
    await shoal.delete(`/v1/tasks/${asked.body.task_id}`);
    const ended = (await shoal.get(`/v1/tasks/${asked.body.task_id}`)).body.status;
    expect(["CANCELED", "COMPLETED"]).toContain(ended);
  });
});

const jobOf = async (id: string) => (await db.select().from(jobs)).find((one) => one.id === id);

describe("after a run", () => {
  it("enriches the sources by itself, under the mapped keys", async () => {
    const mappings = [
      { source_field: "cluster_id", target_field: "category_id" },
      { source_field: "distance_to_centroid", target_field: "category_distance" },
    ];
    const { cluster } = await run({
      enrich_source_collection: true,
      source_enrichment_config: { field_mappings: mappings },
    });
    await enrichment(cluster);
    expect((await documents())[0]).toMatchObject({ category_id: expect.any(String), blob: "b0" });
    const { body } = await shoal.get(`/v1/clusters/${cluster}`);
    expect(body.enrichment).toMatchObject({ target: "source", processed: DOCUMENTS - 1, failed: 0 });
    expect(body.output_collection_ids).toEqual([]);
  });

  it("writes a document for each cluster, with its centroid, and removes those that are gone", async () => {
    const { cluster } = await run({ cluster_name: "shapes" }, { n_clusters: 5 });
    await enrichment(cluster);
    const { body } = await shoal.get(`/v1/clusters/${cluster}`);
    expect(body).toMatchObject({
      enrichment: { target: "output_collection", clusters: 5 },
      output_collection_names: ["shapes_clusters"],
    });
    const [output] = body.output_collection_ids as string[];
    const described = await shoal.get(`/v1/collections/${output}`);
    expect(described.body).toMatchObject({
      source: { type: "cluster", cluster_id: cluster },
      features: [{ name: "centroid", dimensions: 3 }],
      document_count: 5,
    });
    const first = await documents(output);
    expect(first.map((one) => one.cluster_id)).toEqual(["cl_0", "cl_1", "cl_2", "cl_3", "cl_4"]);
    const one = await shoal.get(`/v1/collections/${output}/documents/${first[0]!.document_id}?return_vectors=true`);
    expect(one.body.vectors.centroid).toHaveLength(3);
    expect(one.body).toMatchObject({ clustering_id: cluster, num_members: expect.any(Number), hierarchy_level: 0 });
    await shoal.patch(`/v1/clusters/${cluster}`, { algorithm_params: { n_clusters: 2 } });
    await execute(cluster);
    await expect.poll(async () => (await documents(output)).length, { timeout: 20_000 }).toBe(2);
    const second = await documents(output);
    expect(second[0]!.document_id).toBe(first[0]!.document_id);
    expect((await shoal.get(`/v1/clusters/${cluster}`)).body.output_collection_ids).toEqual([output]);
    await shoal.delete(`/v1/clusters/${cluster}`);
    expect((await shoal.get(`/v1/collections/${output}`)).status).toBe(200);
  });

  it("refuses mappings of facts that no run has", async () => {
    const mapping = (source_field: string, target_field: string) => ({
      ...definition(collection),
      enrich_source_collection: true,
      source_enrichment_config: { field_mappings: [{ source_field, target_field }] },
    });
    expect((await shoal.post("/v1/clusters", mapping("colour", "a"))).status).toBe(422);
    expect((await shoal.post("/v1/clusters", mapping("cluster_id", "a.b"))).status).toBe(422);
    expect((await shoal.post("/v1/clusters", mapping("cluster_id", "document_id"))).status).toBe(422);
  });
});
