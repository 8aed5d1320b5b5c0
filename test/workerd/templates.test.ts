import { env } from "cloudflare:test";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/db/connect";
import { executions } from "../../src/db/schema";
import { timestamp } from "../../src/db/time";
import { call, collectionBody, type Json, ndjson, ok, send, world } from "../api/client";

const TEMPLATES = "/v1/templates/clusters";
let namespace: string;
let collection: string;
let cluster: string;
let other: { namespace: string; collection: string };

beforeAll(async () => {
  ({ namespace, collection } = await world("templates"));
  other = await world("templates elsewhere");
  const body = {
    cluster_name: "pairs",
    description: "two and two",
    collection_ids: [collection],
    filters: { kind: "a" },
    vector_config: {
      feature_uris: ["mixpeek://passthrough@v1/position"],
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: 2 },
    },
  };
  cluster = (await ok("POST", "/v1/clusters", { namespace, body })).cluster_id;
});

const make = (body: object = {}): Promise<Json> =>
  ok("POST", `${TEMPLATES}/from-cluster/${cluster}`, { namespace, body: { template_name: "Pairs", ...body } });
const names = async (body: object, options: object = { namespace }): Promise<string[]> =>
  (await ok("POST", TEMPLATES, { body, ...options })).results.map((one: Json) => one.template_name);

describe("templates", () => {
  it("keep a definition without its collections", async () => {
    const made = await make({ category: "demo", tags: ["a", "b"], description: "d" });
    expect(made).toMatchObject({
      template_id: expect.stringMatching(/^tmpl_[a-z0-9_]+$/),
      scope: "organization",
      is_public: false,
      tags: ["a", "b"],
      source_cluster_id: cluster,
    });
    expect(Object.keys(made.configuration)).not.toEqual(expect.arrayContaining(["collection_ids", "cluster_name"]));
    const { message: _, ...rest } = made;
    expect(await ok("GET", `${TEMPLATES}/${made.template_id}`, { namespace })).toEqual(rest);
  });

  it("make clusters of the same definition over other collections", async () => {
    const { template_id } = await make();
    const body = { cluster_name: "made", collection_ids: [other.collection] };
    const answer = await call("POST", `${TEMPLATES}/${template_id}/instantiate`, { namespace: other.namespace, body });
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ cluster_name: "made", template_id, status: "created" });
    const [source, made] = await Promise.all([
      ok("GET", `/v1/clusters/${cluster}`, { namespace }),
      ok("GET", `/v1/clusters/${answer.json.cluster_id}`, { namespace: other.namespace }),
    ]);
    expect(made.collection_ids).toEqual([other.collection]);
    for (const field of ["vector_config", "filters", "llm_labeling", "metadata", "cluster_type"])
      expect(made[field]).toEqual(source[field]);
    const unfit = { cluster_name: "unfit", collection_ids: ["col_none"] };
    const refused = await call("POST", `${TEMPLATES}/${template_id}/instantiate`, { namespace, body: unfit });
    expect(refused.json.error.code).toBe("collection_not_found");
  });

  it("are listed by scope, category, tags and text", async () => {
    await make({ template_name: "First", category: "x", tags: ["t1"] });
    await make({ template_name: "Second", category: "x", tags: ["t1", "t2"], scope: "user" });
    expect(await names({ category: "x" })).toEqual(["Second", "First"]);
    expect(await names({ tags: ["t1", "t2"] })).toEqual(["Second"]);
    expect(await names({ scope: "user" })).toEqual(["Second"]);
    expect(await names({ search: "first" })).toEqual(["First"]);
    expect(await names({ category: "x", is_active: false })).toEqual([]);
    expect(await names({ category: "x", sort: { field: "template_name", direction: "asc" } })).toEqual([
      "First",
      "Second",
    ]);
  });

  it("are seen where their scope says", async () => {
    const key = async (id: string) =>
      (await ok("POST", "/v1/keys", { body: { key_name: id, scopes: ["read"], namespaces: [id] } })).key;
    const own = await make({ template_name: "Own", scope: "user", category: "s" });
    const org = await make({ template_name: "Org", category: "s" });
    const open = await make({ template_name: "Open", is_public: true, category: "s" });
    expect(open.scope).toBe("public");
    const [here, there] = [await key(namespace), await key(other.namespace)];
    expect(await names({ category: "s" }, { namespace, key: here })).toEqual(["Open", "Org", "Own"]);
    expect(await names({ category: "s" }, { namespace: other.namespace })).toEqual(["Open", "Org"]);
    expect(await names({ category: "s" }, { namespace: other.namespace, key: there })).toEqual(["Open"]);
    const get = async (id: string, key: string) =>
      (await call("GET", `${TEMPLATES}/${id}`, { namespace: other.namespace, key })).status;
    expect(await get(open.template_id, there)).toBe(200);
    expect(await get(org.template_id, there)).toBe(404);
    expect(await get(own.template_id, there)).toBe(404);
  });

  it("refuse a scope that is not theirs to give, and unknown ones", async () => {
    const body = { template_name: "S", scope: "system" };
    const refused = await call("POST", `${TEMPLATES}/from-cluster/${cluster}`, { namespace, body });
    expect(refused.json.detail).toMatchObject([{ loc: ["body", "scope"] }]);
    expect((await call("GET", `${TEMPLATES}/tmpl_none`, { namespace })).json.error.code).toBe("template_not_found");
  });
});

describe("analytics", () => {
  const history = (query = "") =>
    ok("GET", `/v1/analytics/clusters/${cluster}/execution-history${query}`, { namespace });
  const failures = (query = "") => ok("GET", `/v1/analytics/clusters/${cluster}/failures${query}`, { namespace });

  it("tell how runs went and why they failed", async () => {
    expect(await history()).toMatchObject({ results: [], summary: { total_executions: 0, success_rate: null } });
    const places = [
      [1, 0],
      [1, 0.1],
      [0, 1],
      [0.1, 1],
    ];
    const rows = places.map((position) => ({ payload: { kind: "a" }, vectors: { position } }));
    const headers = { "Content-Type": "application/x-ndjson" };
    await send("POST", `/v1/collections/${collection}/documents/import`, { namespace, headers, body: ndjson(rows) });
    const run = await ok("POST", `/v1/clusters/${cluster}/execute?wait=20`, { namespace });
    expect(run.status).toBe("COMPLETED");
    const execution_id = run.additional_data.run_id;
    const { results, summary, time_range } = await history();
    expect(results).toEqual([
      {
        execution_id,
        started_at: expect.any(String),
        duration_seconds: expect.any(Number),
        num_documents: 4,
        num_clusters: 2,
        status: "completed",
        algorithm: "kmeans",
      },
    ]);
    expect(summary).toMatchObject({
      total_executions: 1,
      completed: 1,
      success_rate: 1,
      total_documents: 4,
      running: 0,
    });
    expect(Date.parse(time_range.end) - Date.parse(time_range.start)).toBe(168 * 3_600_000);

    const db = connect(env.DB);
    const [row] = await db.select().from(executions).where(eq(executions.id, execution_id));
    const past = async (id: string, hours: number, fields: Json) => {
      const createdAt = timestamp(Date.now() - hours * 3_600_000);
      const doc = {
        ...row!.doc,
        run_id: id,
        created_at: createdAt,
        completed_at: createdAt,
        status: "failed",
        ...fields,
      };
      await db.insert(executions).values({ ...row!, id, status: "failed", createdAt, doc });
    };
    await past("run_old", 200, { error_message: "old" });
    await past("run_failed", 2, { error_message: "too few", error_code: "too_few_documents" });
    await past("run_unnamed", 3, { error_message: null });
    await past("run_canceled", 1, { canceled_at: timestamp(), error_message: "canceled" });
    expect(await failures()).toMatchObject({
      total_failures: 2,
      failures: [
        { execution_id: "run_failed", error_message: "too few", error_type: "too_few_documents" },
        { execution_id: "run_unnamed", error_type: "internal_error" },
      ],
    });
    const limited = await failures("?hours=720&limit=1");
    expect([limited.failures.length, limited.total_failures]).toEqual([1, 3]);
    const all = await history("?limit=2");
    expect(all.results.map((one: Json) => one.status)).toEqual(["completed", "canceled"]);
    expect(all.summary).toMatchObject({ total_executions: 4, completed: 1, failed: 2, canceled: 1, running: 0 });
    expect(all.summary.success_rate).toBeCloseTo(1 / 3);
  });

  it("refuse spans and clusters that there are none of", async () => {
    const far = await call("GET", `/v1/analytics/clusters/${cluster}/failures?hours=721`, { namespace });
    expect(far.json.detail).toMatchObject([{ loc: ["query", "hours"] }]);
    const elsewhere = { namespace: other.namespace };
    expect((await call("GET", `/v1/analytics/clusters/${cluster}/failures`, elsewhere)).status).toBe(404);
  });
});

describe("resource search", () => {
  it("puts exact matches first, then the newest, and stays in its namespace", async () => {
    const { namespace: here } = await world("searched");
    const create = (name: string) => ok("POST", "/v1/collections", { namespace: here, body: collectionBody(name) });
    const exact = await create("Boats");
    await create("boats of wood");
    await create("rowing boats");
    const found = async (body: object) => ok("POST", "/v1/resources/search", { namespace: here, body });
    const { results, total } = await found({ query: "boats" });
    expect(results.map((one: Json) => one.resource_name)).toEqual(["Boats", "rowing boats", "boats of wood"]);
    expect([total, results[0].resource_type]).toEqual([3, "collection"]);
    expect((await found({ query: exact.collection_id })).results).toHaveLength(1);
    expect((await found({ query: "boats wood" })).total).toBe(1);
    const second = await found({ query: "boats", limit: 1, offset: 1 });
    expect(second).toMatchObject({ total: 3, limit: 1, offset: 1, results: [{ resource_name: "rowing boats" }] });
    expect((await found({ query: "boats", offset: 50 })).total).toBe(3);
    expect((await found({ query: "boats", resource_types: ["cluster"] })).total).toBe(0);
    expect((await found({ query: "searched" })).results).toMatchObject([
      { resource_type: "namespace", resource_id: here },
    ]);
    expect((await ok("POST", "/v1/resources/search", { namespace, body: { query: "boats" } })).total).toBe(0);
  });

  it("says which kinds do not exist", async () => {
    const body = { query: "pairs", resource_types: ["cluster", "bucket"] };
    const { results, warnings } = await ok("POST", "/v1/resources/search", { namespace, body });
    expect(results).toMatchObject([{ resource_id: cluster, description: "two and two" }]);
    expect(warnings).toMatchObject([{ loc: ["body", "resource_types"], msg: expect.stringContaining("bucket") }]);
    expect((await call("POST", "/v1/resources/search", { namespace, body: { query: " " } })).status).toBe(422);
  });
});
