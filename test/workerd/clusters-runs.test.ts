import { env } from "cloudflare:test";
import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { PlanBody, PlanResponse } from "../../src/api/schemas/plan";
import { RunEventData } from "../../src/api/schemas/run-event";
import { connect } from "../../src/db/connect";
import { createRun, recordRun } from "../../src/db/runs";
import { newId } from "../../src/domain/ids";
import { CLUSTER_ID, ClusterMetadata, ClusterModel, Execution, ExecutionList, RUN_ID, Task } from "../contract/client";
import { api, DOCUMENTS, definition, populate, type Reply } from "./clusters-support";

const shoal = api("runs");
let collection: string;
let cluster: string;
let run: string;

const create = async (rest: Record<string, unknown> = {}, params = {}) =>
  (await shoal.post("/v1/clusters", definition(collection, rest, params))).body.cluster_id as string;
const execute = (id: string, body?: unknown) => shoal.post(`/v1/clusters/${id}/execute?wait=20`, body);

beforeAll(async () => {
  collection = await populate(shoal, "runs");
  cluster = await create({ cluster_name: "blobs by position" });
  const { status, body } = await execute(cluster);
  expect([status, Task.parse(body).status]).toEqual([200, "COMPLETED"]);
  run = body.additional_data.run_id;
});

describe("a run", () => {
  it("is named at once by its task", async () => {
    const { body } = await execute(await create());
    expect(body.additional_data.run_id).toMatch(RUN_ID);
    expect(body.additional_data.cluster_id).toMatch(CLUSTER_ID);
    expect(body.outputs).toMatchObject([{ num_clusters: 3 }]);
  });

  it("is what the executions endpoints answer", async () => {
    const latest = await shoal.get(`/v1/clusters/${cluster}/executions`);
    expect(Execution.parse(latest.body)).toMatchObject({
      run_id: run,
      status: "completed",
      num_clusters: 3,
      num_points: DOCUMENTS,
    });
    expect(latest.body.history).toHaveLength(1);
    const one = await shoal.get(`/v1/clusters/${cluster}/executions/${run}`);
    const { plan, ...shown } = one.body;
    expect({ ...shown, history: latest.body.history }).toEqual(latest.body);
    expect(PlanBody.parse(plan).shape.rows).toBe(DOCUMENTS);
    expect(one.body.centroids.map((centroid: { cluster_id: string }) => centroid.cluster_id)).toEqual([
      "cl_0",
      "cl_1",
      "cl_2",
    ]);
    const list = await shoal.post(`/v1/clusters/${cluster}/executions/list`, {
      filters: { status: "completed" },
      search: run,
    });
    expect(ExecutionList.parse(list.body)).toMatchObject({
      total_count: 1,
      stats: { total_executions: 1, avg_num_clusters: 3 },
    });
  });

  it("updates its cluster", async () => {
    const { body } = await shoal.get(`/v1/clusters/${cluster}`);
    expect(ClusterModel.parse(body).cluster_stats).toMatchObject({ num_clusters: 3, noise_points: 0 });
    expect(ClusterMetadata.parse(body)).toMatchObject({
      status: "COMPLETED",
      last_run_id: run,
      num_clusters: 3,
      num_documents_clustered: DOCUMENTS,
    });
    expect(body.members_key).toContain(run);
  });

  it("of attributes groups by their values", async () => {
    const attribute_config = { attributes: ["blob"] };
    const body = { collection_ids: [collection], cluster_type: "attribute", attribute_config };
    const id = (await shoal.post("/v1/clusters", body)).body.cluster_id;
    expect((await execute(id)).body.status).toBe("COMPLETED");
    const { centroids } = Execution.parse((await shoal.get(`/v1/clusters/${id}/executions`)).body);
    expect(centroids?.map(({ label, num_members }) => [label, num_members]).sort()).toEqual([
      ["b0", DOCUMENTS / 3],
      ["b1", DOCUMENTS / 3],
      ["b2", DOCUMENTS / 3],
    ]);
    const data = await shoal.post(`/v1/clusters/${id}/data`, { include_members: true });
    expect(data.body.members[0]).toMatchObject({ distance_to_centroid: null, cluster_label: expect.any(String) });
  });

  it("may differ from its definition", async () => {
    const id = await create();
    const sampled = await execute(id, { filters: { blob: "b1" }, random_state: 7 });
    const { body } = await shoal.get(`/v1/clusters/${id}/executions/${sampled.body.additional_data.run_id}`);
    expect(body.num_points).toBe(DOCUMENTS / 3);
    expect((await shoal.get(`/v1/clusters/${id}`)).body.filters).toBe(null);
    expect((await execute(id, { sample_size: 1 })).status).toBe(422);
    expect((await shoal.post(`/v1/clusters/${id}/execute?wait=26`)).status).toBe(422);
  });

  it("is planned without being run", async () => {
    const id = await create();
    const { status, body } = await shoal.post(`/v1/clusters/${id}/plan`);
    expect(status).toBe(200);
    const { plan } = PlanResponse.parse(body);
    expect(plan.shape).toMatchObject({ rows: DOCUMENTS, dimensions: 3, per_collection: [DOCUMENTS] });
    expect(plan.stages.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["kmeans", "persist"]));
    for (const { task_bytes, tasks } of plan.stages) expect(Math.min(task_bytes, tasks)).toBeGreaterThan(0);
    expect(plan.estimate.cost_usd).toBeGreaterThan(0);
    expect(JSON.stringify(plan)).not.toMatch(/"\w*[a-z][A-Z]\w*":/);
    expect((await shoal.get(`/v1/clusters/${id}/executions`)).status).toBe(404);
  });

  it("is refused before anything is written when it cannot be", async () => {
    const id = await create({ filters: { blob: "none" } });
    const { status, body } = await shoal.post(`/v1/clusters/${id}/execute`);
    expect([status, body.error.code]).toEqual([422, "too_few_documents"]);
    expect((await shoal.get(`/v1/clusters/${id}/executions`)).body.error.code).toBe("no_execution");
  });

  it("of a cluster is the only one at a time", async () => {
    const id = await create();
    const { body: doc } = await shoal.get(`/v1/clusters/${id}`);
    const ids = { runId: newId("run"), clusterId: id, namespaceId: doc.namespace_id, taskId: newId("task") };
    await createRun(connect(env.DB), { ...ids, inputs: [], warnings: [], createdAt: doc.created_at });
    const { status, body } = await shoal.post(`/v1/clusters/${id}/execute`);
    expect([status, body.error.code, body.error.details.run_id]).toEqual([409, "run_in_progress", ids.runId]);
    const early = await shoal.get(`/v1/clusters/${id}/executions/${ids.runId}/artifacts`);
    expect([early.status, early.body.error.code]).toEqual([409, "artifacts_not_ready"]);
    await recordRun(env.DB, {
      ...ids,
      status: "failed",
      startedAt: null,
      completedAt: doc.created_at,
      canceledAt: null,
      errorCode: "internal_error",
      errorMessage: "stopped by the test",
      numClusters: 0,
      numPoints: 0,
      noisePoints: 0,
      metrics: null,
      centroids: null,
      warnings: [],
      plan: null,
      artifacts: null,
      executionMs: null,
    });
    expect((await execute(id)).body.status).toBe("COMPLETED");
    expect((await shoal.get(`/v1/clusters/${id}/executions`)).body.history).toHaveLength(2);
  });

  it("that was written and never started does not lock its cluster", async () => {
    const namespaceId = (await shoal.get(`/v1/clusters/${cluster}`)).body.namespace_id;
    const write = async (id: string, createdAt: string) => {
      const ids = { runId: newId("run"), clusterId: id, namespaceId, taskId: newId("task") };
      await createRun(connect(env.DB), { ...ids, inputs: [], warnings: [], createdAt });
      return ids.runId;
    };
    const long = "2026-01-01T00:00:00.000Z";
    const executed = await create();
    const abandoned = await write(executed, long);
    expect((await execute(executed)).body.status).toBe("COMPLETED");
    expect((await shoal.get(`/v1/clusters/${executed}/executions/${abandoned}`)).body).toMatchObject({
      status: "failed",
      error_message: "The run could not be started.",
    });
    const canceled = await create();
    const path = `/v1/clusters/${canceled}/executions/${await write(canceled, long)}/cancel`;
    expect((await shoal.post(path)).body).toMatchObject({ success: true, status: "CANCELED" });
    expect((await shoal.post(path)).body.error.code).toBe("run_not_cancelable");
    const fresh = await create();
    await write(fresh, new Date().toISOString());
    expect((await shoal.post(`/v1/clusters/${fresh}/execute`)).body.error.code).toBe("run_in_progress");
  });

  it("that is under way is cancelled, and leaves nothing that looks finished", async () => {
    const id = await create({}, { n_init: 50 });
    const { task_id, additional_data } = (await shoal.post(`/v1/clusters/${id}/execute`)).body;
    const path = `/v1/clusters/${id}/executions/${additional_data.run_id}`;
    const canceled = await shoal.post(`${path}/cancel`);
    expect([canceled.status, canceled.body]).toEqual([
      200,
      { success: true, message: "Run canceled", run_id: additional_data.run_id, status: "CANCELED" },
    ]);
    // The stream ends with what happened.
    const stream = await (await shoal.send("GET", `${path}/events`)).text();
    expect(stream).toContain("event: canceled");
    expect(stream).not.toContain("event: completed");
    const { body } = await shoal.get(path);
    expect(Execution.parse(body)).toMatchObject({ status: "failed", error_message: "canceled", num_clusters: 0 });
    expect(body.canceled_at).toMatch(/Z$/);
    expect((await shoal.get(`/v1/tasks/${task_id}`)).body.status).toBe("CANCELED");
    expect((await shoal.get(`/v1/clusters/${id}`)).body).toMatchObject({ status: "CANCELED", last_run_id: null });
    const artifacts = await shoal.get(`${path}/artifacts`);
    expect([artifacts.status, artifacts.body.error.code]).toEqual([404, "artifacts_not_found"]);
    const { objects } = await env.DATA.list({ prefix: "artifacts/" });
    expect(objects.filter(({ key }) => key.includes(additional_data.run_id))).toEqual([]);
    expect((await shoal.post(`${path}/cancel`)).body.error.code).toBe("run_not_cancelable");
    // The cluster is free for the next run.
    expect((await execute(id)).body.status).toBe("COMPLETED");
  });

  it("is cancelled by killing its task too", async () => {
    const id = await create({}, { n_init: 50 });
    const { task_id } = (await shoal.post(`/v1/clusters/${id}/execute`)).body;
    expect((await shoal.delete(`/v1/tasks/${task_id}`)).body).toEqual({
      success: true,
      message: "Successfully deleted",
    });
    await expect.poll(async () => (await shoal.get(`/v1/tasks/${task_id}`)).body.status).toBe("CANCELED");
  });

  it("that has ended cannot be cancelled", async () => {
    const { status, body } = await shoal.post(`/v1/clusters/${cluster}/executions/${run}/cancel`);
    expect([status, body.error.code]).toEqual([400, "run_not_cancelable"]);
    expect((await shoal.post(`/v1/clusters/${cluster}/executions/run_none/cancel`)).body.error.code).toBe(
      "execution_not_found",
    );
  });

  it("tells its events again after its end", async () => {
    const path = `/v1/clusters/${cluster}/executions/${run}/events`;
    const response = await shoal.send("GET", path);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const frames = (await response.text())
      .trim()
      .split("\n\n")
      .filter((frame) => frame.startsWith("id:"));
    const ids = frames.map((frame) => Number(/^id: (\d+)/.exec(frame)?.[1]));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(frames.at(-1)).toContain("event: completed");
    const events = frames.map((frame) =>
      z.strictObject(RunEventData.shape).parse(JSON.parse(frame.split("\ndata: ")[1]!)),
    );
    expect(events.map(({ seq }) => seq)).toEqual(ids);
    expect(events.at(-1)).toMatchObject({ status: "completed", fraction: 1 });
    const rest = await shoal.send("GET", path, undefined, { "Last-Event-ID": String(ids.at(-2)) });
    expect((await rest.text()).match(/^id: /gm)).toHaveLength(1);
  });
});

describe("the tables of a run", () => {
  const path = () => `/v1/clusters/${cluster}/executions/${run}`;
  const ids = (reply: Reply) => reply.body.members.map((row: { document_id: string }) => row.document_id);

  it("are JSON with centroids, and members where asked for", async () => {
    const { body } = await shoal.get(`${path()}/artifacts?include_members=true`);
    expect(body).toMatchObject({ cluster_id: cluster, run_id: run, next_cursor: null });
    expect(body.centroids).toHaveLength(3);
    expect(body.members).toHaveLength(DOCUMENTS);
    expect(body.members[0]).not.toHaveProperty("z");
    expect((await shoal.get(`/v1/clusters/${cluster}/artifacts?include_members=true`)).body).toEqual(body);
    expect((await shoal.get(`${path()}/artifacts`)).body.members).toEqual([]);
  });

  it("are paged by cursor, within the clusters asked for", async () => {
    const query = "include_members=true&include_centroids=false&limit=15&cluster_ids=cl_0";
    const first = await shoal.get(`${path()}/artifacts?${query}`);
    const second = await shoal.get(`${path()}/artifacts?${query}&cursor=${encodeURIComponent(first.body.next_cursor)}`);
    expect(new Set([...ids(first), ...ids(second)]).size).toBe(DOCUMENTS / 3);
    const foreign = await shoal.get(
      `${path()}/artifacts?include_members=true&cursor=${encodeURIComponent(first.body.next_cursor)}`,
    );
    expect([foreign.status, foreign.body.error.code]).toEqual([400, "invalid_cursor"]);
    expect((await shoal.get(`${path()}/artifacts?limit=100001`)).status).toBe(422);
  });

  it("have the form of the data endpoints", async () => {
    const { status, body } = await shoal.post(`${path()}/data`, {
      include_members: true,
      limit: 5,
      offset: 10,
      cluster_id: "cl_1",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ total_members: DOCUMENTS / 3, cluster_id: cluster });
    expect(body.centroids).toMatchObject([{ cluster_id: "cl_1", cluster_label: "B2", num_members: DOCUMENTS / 3 }]);
    expect(body.members).toHaveLength(5);
    expect(body.members[0]).toMatchObject({ cluster_label: "B2", distance_to_centroid: expect.any(Number) });
    expect((await shoal.post(`/v1/clusters/${cluster}/data`)).body.centroids).toHaveLength(3);
  });

  it("are one table as NDJSON, Arrow and Parquet", async () => {
    const body = { include_members: true };
    const read = (accept: string) => shoal.send("POST", `${path()}/data`, body, { Accept: accept });
    const ndjson = await read("application/x-ndjson");
    expect(ndjson.headers.get("content-type")).toBe("application/x-ndjson");
    const rows = (await ndjson.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(DOCUMENTS);

    const arrow = tableFromIPC(await (await read("application/vnd.apache.arrow.stream")).arrayBuffer());
    expect(arrow.numRows).toBe(DOCUMENTS);
    expect(arrow.get(7)?.document_id).toBe(rows[7].document_id);

    const parquet = await (await read("application/vnd.apache.parquet")).arrayBuffer();
    const objects = await parquetReadObjects({ file: parquet });
    expect(objects.map((row) => row.document_id)).toEqual(rows.map((row) => row.document_id));

    const page = await shoal.send("GET", `${path()}/artifacts?include_members=true&limit=7`, undefined, {
      Accept: "application/x-ndjson",
    });
    expect(page.headers.get("x-next-cursor")).toBeTruthy();
    expect((await page.text()).trim().split("\n")).toHaveLength(7);
  });

  it("have a third coordinate where the run made one, and say where it did not", async () => {
    const flat = await shoal.get(`${path()}/artifacts?include_members=true&projection_method=3d`);
    expect(flat.body.warnings).toEqual([
      { loc: ["query", "projection_method"], msg: "the run's map has 2 dimensions: z is null" },
    ]);
    expect(flat.body.members[0].z).toBe(null);
    const { vector_config, ...rest } = definition(collection);
    const solid = { ...rest, vector_config: { ...vector_config, vis_n_components: 3 } };
    const id = (await shoal.post("/v1/clusters", solid)).body.cluster_id;
    await execute(id);
    const { body } = await shoal.get(`/v1/clusters/${id}/artifacts?include_members=true&projection_method=3d`);
    expect(body.warnings).toBeUndefined();
    expect(body.members[0].z).toEqual(expect.any(Number));
  });

  it("carry the request's warnings, in a header where they are no JSON", async () => {
    const warnings = [{ loc: ["body", "größe"], msg: expect.any(String) }];
    const body = { größe: 1, limit: 1 };
    expect((await shoal.post(`${path()}/data`, body)).body.warnings).toEqual(warnings);
    const ndjson = await shoal.send("POST", `${path()}/data`, body, { Accept: "application/x-ndjson" });
    expect(JSON.parse(ndjson.headers.get("x-warnings") ?? "")).toEqual(warnings);
    expect((await ndjson.text()).trim().split("\n")).toHaveLength(1);
  });

  it("refuse a format that they do not have", async () => {
    const response = await shoal.send("GET", `${path()}/artifacts`, undefined, { Accept: "text/html" });
    expect(response.status).toBe(400);
    expect((await shoal.send("GET", `${path()}/artifacts`, undefined, { Accept: "text/html, */*" })).status).toBe(200);
  });
});

describe("a run without a stored definition", () => {
  const config = () => ({ algorithm: "kmeans", algorithm_params: { n_clusters: 3 }, normalize_features: false });

  it("answers its result where it is short", async () => {
    const { status, body } = await shoal.post("/v1/clusters/execute", {
      collection_ids: [collection],
      config: config(),
      include_members: true,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, algorithm: "kmeans", num_clusters: 3, num_documents: DOCUMENTS });
    expect(body.centroids[0].centroid_vector).toHaveLength(3);
    expect(body.members).toHaveLength(DOCUMENTS);
    expect((await shoal.get(`/v1/clusters/${body.cluster_id}/executions`)).body.run_id).toBe(body.run_id);
  });

  it("leaves nothing behind where nothing is to be stored", async () => {
    const { body } = await shoal.post("/v1/clusters/execute", {
      collection_ids: [collection],
      config: config(),
      store_results: false,
    });
    expect((await shoal.get(`/v1/clusters/${body.cluster_id}`)).status).toBe(404);
    const { objects } = await env.DATA.list({ prefix: "artifacts/" });
    expect(objects.some(({ key }) => key.includes(body.run_id))).toBe(false);
  });

  it("answers its task where the caller does not wait", async () => {
    const body = { collection_ids: [collection], config: config() };
    const submitted = await shoal.post("/v1/clusters/jobs/submit", body);
    expect(Task.parse(submitted.body).status).toBe("PENDING");
    const impatient = await shoal.post("/v1/clusters/execute?wait=0", body);
    expect([impatient.status, Task.parse(impatient.body).additional_data?.run_id !== undefined]).toEqual([202, true]);
  });
});

describe("deleting", () => {
  const keysOf = async (id: string) =>
    (await env.DATA.list({ prefix: "artifacts/" })).objects.filter(({ key }) => key.includes(id)).length;

  it("a run removes its artifacts and shows the cluster's last completed run again", async () => {
    const id = await create();
    const first = (await execute(id)).body.additional_data.run_id;
    const second = (await execute(id)).body.additional_data.run_id;
    expect((await shoal.get(`/v1/clusters/${id}`)).body.last_run_id).toBe(second);
    expect((await shoal.delete(`/v1/clusters/${id}/executions/${second}`)).status).toBe(200);
    expect(await keysOf(second)).toBe(0);
    expect((await shoal.get(`/v1/clusters/${id}/executions/${second}`)).status).toBe(404);
    expect((await shoal.get(`/v1/clusters/${id}`)).body).toMatchObject({ last_run_id: first, status: "COMPLETED" });
    await shoal.delete(`/v1/clusters/${id}/executions/${first}`);
    expect((await shoal.get(`/v1/clusters/${id}`)).body).toMatchObject({ last_run_id: null, status: "PENDING" });
  });

  it("a cluster keeps its artifacts unless they are to go", async () => {
    const kept = await create();
    const gone = await create();
    await execute(kept);
    await execute(gone);
    expect((await shoal.delete(`/v1/clusters/${kept}`)).body).toMatchObject({
      success: true,
      artifacts_deleted: false,
    });
    expect((await shoal.delete(`/v1/clusters/${gone}?delete_artifacts=true`)).body.artifacts_deleted).toBe(true);
    expect(await keysOf(kept)).toBeGreaterThan(0);
    expect(await keysOf(gone)).toBe(0);
    expect((await shoal.get(`/v1/clusters/${kept}`)).status).toBe(404);
    expect((await shoal.delete(`/v1/clusters/${kept}`)).status).toBe(404);
  });
});
