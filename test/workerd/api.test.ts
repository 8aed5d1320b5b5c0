import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { removeNamespace, sweepNamespaces } from "../../src/api/namespace-removal";
import { connect } from "../../src/db/connect";
import { deletingNamespaces, markDeleting } from "../../src/db/namespaces";
import { call, collectionBody, type Json, ndjson, ok, send, world } from "../api/client";

let namespace: string;
let collection: string;
const documents = () => `/v1/collections/${collection}/documents`;

beforeAll(async () => {
  ({ namespace, collection } = await world("api"));
});

describe("system", () => {
  it("answers /health without a key, with a request id", async () => {
    const answer = await call("GET", "/health", { key: null, headers: { "X-Request-Id": "mine-1" } });
    expect(answer.json).toEqual({ status: "ok", version: expect.any(String), environment: "local" });
    expect(answer.headers.get("x-request-id")).toBe("mine-1");
    const unsafe = await call("GET", "/health", { headers: { "X-Request-Id": "no spaces, please" } });
    expect(unsafe.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
  });

  it("answers unknown routes in the envelope", async () => {
    const { status, json } = await call("GET", "/v1/nothing");
    expect(status).toBe(404);
    expect(json).toEqual({
      success: false,
      status: 404,
      error: { message: expect.any(String), type: "NotFoundError", code: "route_not_found", details: null },
    });
  });

  it("serves the reference page without a key", async () => {
    const page = await send("GET", "/docs", { key: null });
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    expect(await page.text()).toContain("<html");
  });

  it("describes itself", async () => {
    const { json } = await call("GET", "/openapi.json", { key: null });
    expect(json.openapi).toBe("3.1.0");
    expect(Object.keys(json.paths).length).toBeGreaterThan(20);
  });
});

describe("errors", () => {
  it("holds both published forms in a 422 and names value and limit", async () => {
    const { status, json } = await call("POST", "/v1/collections/list?limit=5000", { namespace });
    expect(status).toBe(422);
    expect(json).toMatchObject({ success: false, status: 422, error: { code: "validation_failed" } });
    expect(json.detail).toEqual([{ loc: ["query", "limit"], msg: "must be at most 1000, got 5000", type: "too_big" }]);
  });

  it("names every wrong field at once", async () => {
    const { json } = await call("POST", "/v1/namespaces", { body: { namespace_name: "", description: 7 } });
    expect(json.detail.map((issue: Json) => issue.loc)).toEqual([
      ["body", "namespace_name"],
      ["body", "description"],
    ]);
    expect(json.detail[1].msg).toBe("must be of type string, got 7");
  });

  it("accepts what it does not know, and says so", async () => {
    const body = { namespace_name: "warned", colour: "blue", payload_indexes: [{ field_name: "a", type: "keyword" }] };
    const { warnings } = await ok("POST", "/v1/namespaces?limt=5", { body });
    expect(warnings.map((warning: Json) => warning.loc)).toEqual([
      ["body", "payload_indexes"],
      ["query", "limt"],
      ["body", "colour"],
    ]);
    expect((await ok("POST", "/v1/collections/list?namespace=api")).warnings).toBeUndefined();
  });

  it("refuses broken JSON with 400", async () => {
    const { status, json } = await call("POST", "/v1/namespaces", { body: "{not json" });
    expect([status, json.error.code]).toEqual([400, "invalid_json"]);
  });

  it("refuses bodies over the limit, announced or chunked", async () => {
    const big = "x".repeat(6 * 1024 * 1024);
    const announced = await call("POST", "/v1/namespaces", { body: big });
    expect([announced.status, announced.json.error.details.limit_bytes]).toEqual([413, 5 * 1024 * 1024]);
    let sent = 0;
    const chunked = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ === 6) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    const { status, json } = await call("POST", "/v1/namespaces", { body: chunked });
    expect([status, json.error.code]).toEqual([413, "payload_too_large"]);
  });
});

describe("namespaces", () => {
  it("lives from create to delete", async () => {
    const created = await ok("POST", "/v1/namespaces", { body: { namespace_name: "brief" } });
    expect(created).toMatchObject({ namespace_name: "brief", namespace_type: "standard", document_count: 0 });
    const taken = await call("POST", "/v1/namespaces", { body: { namespace_name: "brief" } });
    expect([taken.status, taken.json.error.code]).toEqual([409, "namespace_name_taken"]);

    const renamed = await ok("PATCH", "/v1/namespaces/brief", { body: { namespace_name: "short", description: "d" } });
    expect(renamed).toMatchObject({ namespace_id: created.namespace_id, namespace_name: "short", description: "d" });
    await ok("PUT", "/v1/namespaces/short", { body: { metadata: { a: 1 } } });
    expect(await ok("GET", `/v1/namespaces/${created.namespace_id}`)).toMatchObject({
      namespace_name: "short",
      description: "d",
      metadata: { a: 1 },
    });

    const { collection_id } = await ok("POST", "/v1/collections", { namespace: "short", body: collectionBody("abc") });
    await ok("POST", `/v1/collections/${collection_id}/documents`, { namespace: "short", body: { payload: { a: 1 } } });
    expect(await ok("GET", "/v1/namespaces/short")).toMatchObject({ document_count: 1, collection_count: 1 });
    const { json: key } = await call("POST", "/v1/keys", {
      body: { key_name: "k", scopes: ["read"], namespaces: ["short"] },
    });

    expect(await ok("DELETE", "/v1/namespaces/short")).toMatchObject({ success: true, complete: true });
    expect((await call("GET", "/v1/namespaces/short")).status).toBe(404);
    expect((await call("POST", "/v1/collections/list", { namespace: created.namespace_id })).status).toBe(404);
    const keys = await ok("GET", "/v1/keys?limit=100");
    expect(keys.results.find((doc: Json) => doc.key_id === key.key_id).namespaces).toEqual([]);
    expect((await call("GET", "/v1/namespaces", { key: key.key })).json.results).toEqual([]);
  });

  it("goes on with a removal that was stopped half-way", async () => {
    const { namespace_id } = await ok("POST", "/v1/namespaces", { body: { namespace_name: "halfway" } });
    await ok("POST", "/v1/collections", { namespace: namespace_id, body: collectionBody("left") });
    const db = connect(env.DB);
    await markDeleting(db, namespace_id);
    expect(await removeNamespace(env, namespace_id, 0)).toBe(false);
    expect((await call("GET", `/v1/namespaces/${namespace_id}`)).status).toBe(404);
    await ok("POST", "/v1/namespaces", { body: { namespace_name: "halfway" } });
    expect(await deletingNamespaces(db)).toEqual([namespace_id]);
    await sweepNamespaces(env, Date.now() + 60_000);
    expect(await deletingNamespaces(db)).toEqual([]);
    expect((await call("GET", "/v1/namespaces/halfway")).status).toBe(200);
  });

  it("lists by POST and by GET, with filters, sort and search", async () => {
    const listed = await ok("POST", "/v1/namespaces/list?include_total=true", {
      body: { filters: { namespace_name: "api" }, sort: { created_at: -1 } },
    });
    expect(listed.results.map((doc: Json) => doc.namespace_id)).toEqual([namespace]);
    expect(listed).toMatchObject({ total_count: 1, pagination: { total: 1, page: 1, total_pages: 1 } });
    expect((await ok("GET", "/v1/namespaces?limit=100")).total_count).toBeGreaterThan(0);
    expect((await ok("POST", "/v1/namespaces/list", { body: { search: "API" } })).total_count).toBe(1);
  });
});

describe("collections", () => {
  it("answers every field that the published client requires", async () => {
    const doc = await ok("GET", `/v1/collections/points`, { namespace });
    expect(doc).toMatchObject({
      collection_id: collection,
      collection_name: "points",
      source: { type: "bucket" },
      input_schema: { properties: {} },
      output_schema: { properties: { position: { type: "vector", dimensions: 2 } } },
      feature_extractor: {
        feature_extractor_id: "passthrough_v1",
        feature_extractor_name: "passthrough",
        version: "v1",
      },
      features: [{ uri: "mixpeek://passthrough@v1/position", name: "position", dimensions: 2, kind: "dense" }],
    });
    const { features } = await ok("GET", "/v1/collections/points/features", { namespace });
    expect(features).toEqual([
      {
        feature_address: "mixpeek://passthrough@v1/position",
        feature_extractor_name: "passthrough",
        version: "v1",
        vector_index: "passthrough_v1_position",
        dimensions: 2,
        kind: "dense",
        pooling: null,
        made_from: null,
        primary: true,
      },
    ]);
  });

  it("refuses what it does not have", async () => {
    const create = (feature_extractor: unknown, collection_name = "other") =>
      call("POST", "/v1/collections", { namespace, body: { collection_name, feature_extractor } });
    const unknown = await create({ feature_extractor_name: "image_extractor", version: "v1" });
    expect([unknown.status, unknown.json.error.code]).toEqual([422, "feature_extractor_not_found"]);
    const feature = (name: string, dimensions: number) => ({
      feature_extractor_name: "passthrough",
      version: "v1",
      parameters: { features: [{ name, dimensions }] },
    });
    const wide = await create(feature("a", 5000));
    expect(wide.json.detail[0]).toMatchObject({
      loc: ["body", "feature_extractor", "parameters", "features", 0, "dimensions"],
      msg: "must be at most 4096 of a dense feature, got 5000",
    });
    const taken = await create(feature("a", 2), "points");
    expect([taken.status, taken.json.error.code]).toEqual([409, "collection_name_taken"]);
    expect((await create(feature("a", 2), "ab")).status).toBe(422);
  });

  it("makes an empty one like another", async () => {
    const clone = (body: unknown, identifier = "points") =>
      call("POST", `/v1/collections/${identifier}/clone`, { namespace, body });
    const made = await clone({ collection_name: "points again", metadata: { of: "points" }, vectors: true });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      source_collection_id: collection,
      collection: {
        collection_name: "points again",
        metadata: { of: "points" },
        document_count: 0,
        features: [{ uri: "mixpeek://passthrough@v1/position", dimensions: 2 }],
      },
      warnings: [{ loc: ["body", "vectors"] }],
    });
    const id = made.json.collection.collection_id as string;
    expect(id).not.toBe(collection);
    const document = { document_id: "a", vectors: { position: [1, 2] } };
    const headers = { "Content-Type": "application/x-ndjson" };
    await ok("POST", `/v1/collections/${id}/documents/import`, { namespace, body: JSON.stringify(document), headers });
    expect((await ok("GET", `/v1/collections/${id}`, { namespace })).document_count).toBe(1);
    expect((await clone({ collection_name: "points again" })).json.error.code).toBe("collection_name_taken");
    expect((await clone({})).status).toBe(422);
    expect((await clone({ collection_name: "other" }, "nothing")).status).toBe(404);
  });

  it("patches what may change and warns of what may not", async () => {
    const created = await ok("POST", "/v1/collections", { namespace, body: collectionBody("patched") });
    const patched = await ok("PATCH", "/v1/collections/patched", {
      namespace,
      body: { description: "d", features: [], collection_name: "renamed" },
    });
    expect(patched).toMatchObject({
      description: "d",
      collection_name: "renamed",
      collection_id: created.collection_id,
    });
    expect(patched.warnings.map((warning: Json) => warning.loc)).toEqual([["body", "features"]]);
    expect((await call("GET", "/v1/collections/patched", { namespace })).status).toBe(404);
    await ok("DELETE", "/v1/collections/renamed", { namespace });
    expect((await call("GET", `/v1/collections/${created.collection_id}`, { namespace })).status).toBe(404);
  });

  it("pages by cursor and by offset over the same order", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) {
      await ok("POST", "/v1/collections", { namespace, body: collectionBody(name) });
    }
    const body = {
      filters: { field: "collection_name", operator: "starts_with", value: "PAGE-" },
      sort: { field: "collection_name", direction: "desc" },
    };
    const list = (query: string) => ok("POST", `/v1/collections/list?${query}`, { namespace, body });
    const names = (page: Json) => page.results.map((doc: Json) => doc.collection_name);
    const first = await list("limit=2");
    expect([names(first), first.total_count]).toEqual([["page-c", "page-b"], 3]);
    const second = await list(`limit=2&cursor=${first.pagination.next_cursor}`);
    expect([names(second), second.pagination.next_cursor]).toEqual([["page-a"], null]);
    expect(names(await list("limit=2&offset=2"))).toEqual(["page-a"]);
    expect(names(await list("page=2&page_size=2"))).toEqual(["page-a"]);
    // A regular expression cannot be decided by SQL alone: the same pages must come out of the scan.
    body.filters = { field: "collection_name", operator: "regex", value: "^page-" };
    const scanned = await list("limit=2");
    expect([names(scanned), scanned.total_count]).toEqual([["page-c", "page-b"], 3]);
    expect(names(await list(`limit=2&cursor=${scanned.pagination.next_cursor}`))).toEqual(["page-a"]);
    const garbled = await call("POST", "/v1/collections/list?cursor=xyz", { namespace, body });
    expect([garbled.status, garbled.json.error.code]).toEqual([400, "invalid_cursor"]);
  });
});

describe("documents", () => {
  it("lives from create to delete", async () => {
    const body = { document_id: "doc a/1", payload: { title: "one", tags: ["x"] }, vectors: { position: [1, 2] } };
    const created = await ok("POST", documents(), { namespace, body });
    expect(created).toMatchObject({
      document_id: "doc a/1",
      collection_id: collection,
      title: "one",
      _vectors: ["position"],
      _internal: { namespace_id: namespace },
    });
    const path = `${documents()}/${encodeURIComponent("doc a/1")}`;
    expect((await ok("GET", `${path}?return_vectors=true`, { namespace })).vectors).toEqual({ position: [1, 2] });
    const again = await call("POST", documents(), { namespace, body });
    expect([again.status, again.json.error.code]).toEqual([409, "document_exists"]);

    const patched = await ok("PATCH", path, { namespace, body: { read: true, document_id: "other" } });
    expect(patched).toMatchObject({ document_id: "doc a/1", title: "one", read: true });
    expect(patched.warnings).toEqual([{ loc: ["body", "document_id"], msg: expect.any(String) }]);
    const put = await ok("PUT", path, { namespace, body: { title: "two" } });
    expect([put.title, put.read]).toEqual(["two", undefined]);
    const vectors = await call("PATCH", path, { namespace, body: { vectors: { position: [3, 4] } } });
    expect([vectors.status, vectors.json.error.code]).toEqual([422, "invalid_vector"]);

    await ok("DELETE", path, { namespace });
    expect((await call("GET", path, { namespace })).json.error.code).toBe("document_not_found");
    expect((await call("DELETE", path, { namespace })).status).toBe(404);
  });

  it("refuses a bad vector as the request's error", async () => {
    const { status, json } = await call("POST", documents(), { namespace, body: { vectors: { position: [1] } } });
    expect([status, json.error.code]).toEqual([422, "invalid_vector"]);
  });

  it("imports, reports refused rows, lists, groups, aggregates and edits in bulk", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      document_id: `d${i}`,
      payload: { label: i % 2 ? "odd" : "even", n: i },
      vectors: { position: [i, -i] },
    }));
    const body = ndjson([...rows, { document_id: "bad", vectors: { position: [1, 2, 3] } }]);
    const headers = { "Content-Type": "application/x-ndjson" };
    const summary = await ok("POST", `${documents()}/import`, { namespace, body, headers });
    expect(summary).toMatchObject({ received: 21, inserted: 20, failed: 1, status: "COMPLETED_WITH_ERRORS" });
    expect(summary.errors).toEqual([
      { line: 21, document_id: "bad", code: "invalid_vector", message: expect.any(String) },
    ]);
    expect(await ok("GET", `/v1/collections/points/batches/${summary.batch_id}`, { namespace })).toEqual(summary);
    expect((await ok("GET", "/v1/collections/points", { namespace })).document_count).toBe(20);
    const wrong = await call("POST", `${documents()}/import`, {
      namespace,
      body,
      headers: { "Content-Type": "text/csv" },
    });
    expect([wrong.status, wrong.json.error.code]).toEqual([415, "unsupported_media_type"]);

    const list = (given: unknown, query = "") => ok("POST", `${documents()}/list${query}`, { namespace, body: given });
    const page = await list(
      {
        filters: { label: "odd", case_sensitive: false },
        sort: { field: "n", direction: "desc" },
        limit: 3,
        select: ["n"],
      },
      "?include_total=true",
    );
    expect(page.results.map((doc: Json) => [doc.document_id, doc.n, doc.label])).toEqual([
      ["d19", 19, undefined],
      ["d17", 17, undefined],
      ["d15", 15, undefined],
    ]);
    expect(page).toMatchObject({ groups: null, total_documents: 10, pagination: { total: 10, page_size: 3 } });
    const next = await list({
      filters: { label: "odd" },
      sort: { field: "n", direction: "desc" },
      limit: 3,
      cursor: page.pagination.next_cursor,
    });
    expect(next.results.map((doc: Json) => doc.n)).toEqual([13, 11, 9]);

    const grouped = await list({ group_by: "label", limit: 1 });
    expect(grouped.groups.map((group: Json) => [group.group_key, group.count])).toEqual([["even", 10]]);
    const rest = await list({ group_by: "label", limit: 1, cursor: grouped.pagination.next_cursor });
    expect(rest.groups.map((group: Json) => [group.group_key, group.count])).toEqual([["odd", 10]]);
    expect(rest).toMatchObject({ results: null, group_by_field: "label", stats: { total_groups: 2 } });

    const aggregate = await ok("POST", `${documents()}/aggregate`, {
      namespace,
      body: {
        group_by: [{ field: "label" }],
        aggregations: [{ function: "count" }, { function: "sum", field: "n", alias: "total" }],
        sort_by: "total",
      },
    });
    expect(aggregate.results).toEqual([
      { group: { label: "odd" }, metrics: { count: 10, total: 100 } },
      { group: { label: "even" }, metrics: { count: 10, total: 90 } },
    ]);

    const batch = await ok("POST", `${documents()}/batch`, {
      namespace,
      body: {
        updates: [
          { document_id: "d0", update_data: { n: 100 } },
          { document_id: "gone", update_data: {} },
        ],
      },
    });
    expect(batch).toMatchObject({ updated_count: 1, failed_count: 1 });
    expect(batch.results.map((result: Json) => result.success)).toEqual([true, false]);
    const bulk = await ok("PATCH", `${documents()}/bulk`, {
      namespace,
      body: { filters: { label: "odd" }, update_data: { seen: true } },
    });
    expect(bulk.updated_count).toBe(10);
    const unsaid = await call("DELETE", `${documents()}/batch`, { namespace, body: { filters: {} } });
    expect(unsaid.status).toBe(422);
    const deleted = await ok("DELETE", `${documents()}/batch`, { namespace, body: { filters: { seen: true } } });
    expect(deleted.deleted_count).toBe(10);
    const byId = await ok("DELETE", `${documents()}/batch`, { namespace, body: { document_ids: ["d0", "d1"] } });
    expect(byId).toMatchObject({ deleted_count: 1, failed_count: 1 });
  });
});

describe("tasks", () => {
  it("follows a run: get, list by status and type, kill", async () => {
    const { namespace_id } = await ok("POST", "/v1/namespaces", { body: { namespace_name: "tasks" } });
    const within = { namespace: namespace_id };
    await ok("POST", "/v1/collections", { ...within, body: collectionBody("labelled") });
    await ok("POST", "/v1/collections/labelled/documents/import", {
      ...within,
      body: ndjson(Array.from({ length: 12 }, (_, i) => ({ payload: { label: `l${i % 3}` } }))),
      headers: { "Content-Type": "application/x-ndjson" },
    });
    const { cluster_id } = await ok("POST", "/v1/clusters", {
      ...within,
      body: { collection_ids: ["labelled"], cluster_type: "attribute", attribute_config: { attributes: ["label"] } },
    });
    const started = await ok("POST", `/v1/clusters/${cluster_id}/execute?wait=20`, within);
    const task = await ok("GET", `/v1/tasks/${started.task_id}`);
    expect(task).toMatchObject({ status: "COMPLETED", outputs: [{ cluster_id, num_clusters: 3 }], error: null });

    const list = (body: unknown) => ok("POST", "/v1/tasks/list", { body });
    expect((await list({ status: "COMPLETED", task_type: "engine_cluster_build" })).results).toEqual([task]);
    expect((await list({ filters: { "additional_data.cluster_id": cluster_id } })).total_count).toBe(1);
    expect((await list({ search: task.task_id.toUpperCase() })).total_count).toBe(1);
    expect((await list({ status: "FAILED" })).total_count).toBe(0);

    const { key } = await ok("POST", "/v1/keys", {
      body: { key_name: "n", scopes: ["write"], namespaces: [namespace] },
    });
    expect((await call("GET", `/v1/tasks/${task.task_id}`, { key })).status).toBe(404);
    expect((await ok("POST", "/v1/tasks/list", { key })).total_count).toBe(0);

    await ok("DELETE", `/v1/tasks/${task.task_id}`);
    expect((await ok("GET", `/v1/tasks/${task.task_id}`)).status).toBe("COMPLETED");
    await ok("DELETE", "/v1/namespaces/tasks");
    expect((await call("GET", `/v1/tasks/${task.task_id}`)).status).toBe(404);
  });

  it("answers 404 for what is not there, and kills it all the same", async () => {
    expect((await call("GET", "/v1/tasks/task_none")).json.error.code).toBe("task_not_found");
    expect(await ok("DELETE", "/v1/tasks/task_none")).toMatchObject({ success: true });
  });
});

describe("requests of the published client", () => {
  it("takes bodies without a media type, empty ones, and nulls", async () => {
    const empty = await send("POST", "/v1/collections/list", { namespace, body: "" });
    expect(empty.status).toBe(200);
    const nulls = await call("POST", "/v1/collections/list?limit=10", {
      namespace,
      body: JSON.stringify({ filters: null, sort: null, search: null, case_sensitive: false }),
    });
    expect(nulls.status).toBe(200);
  });

  it("reads the namespace from the query where the header is missing", async () => {
    expect((await call("POST", "/v1/collections/list")).json.error.code).toBe("namespace_required");
    expect((await call("POST", "/v1/collections/list?namespace=api")).status).toBe(200);
  });
});
