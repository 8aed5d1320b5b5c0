/** What the contract promises of every operation: examples that fit, and nothing ignored in silence. */
import { beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../src/api/routes";
import { call, type Json, ok, world } from "../api/client";

let namespace: string;
beforeAll(async () => {
  ({ namespace } = await world("contract"));
});

interface Content {
  schema: unknown;
  example?: unknown;
}
const contentOf = (part: unknown): [string, Content][] =>
  Object.entries((part as { content?: Record<string, Content> } | undefined)?.content ?? {});

describe("every operation", () => {
  it.each(operations)("$id shows an answer that it could give", ({ id, route, answers }) => {
    for (const [status, schema] of Object.entries(answers)) {
      if (status === "204") continue;
      const [[type, shown] = ["", null]] = contentOf(route.responses[Number(status)]);
      if (type === "text/html") continue;
      expect(shown?.example, `${id} ${status} has no example`).toBeDefined();
      const parsed = schema.safeParse(shown?.example);
      expect(parsed.error?.issues ?? [], `${id} ${status}`).toEqual([]);
    }
  });

  const asking = operations.filter(({ route }) => contentOf(route.request?.body).length > 0);
  it.each(asking)("$id shows a request", ({ route }) => {
    expect(contentOf(route.request?.body).some(([, { example }]) => example !== undefined)).toBe(true);
  });
});

describe("unknown fields", () => {
  const warned = (answer: Json) => (answer.warnings ?? []).map((warning: Json) => warning.loc.join("."));

  it("are named wherever they are in a body", async () => {
    const feature_extractor = {
      feature_extractor_name: "passthrough",
      version: "v1",
      mode: "fast",
      parameters: { features: [{ name: "a", dimensions: 2, metric: "cosine" }], size: 1 },
    };
    const body = { collection_name: "warned", feature_extractor, source: { type: "bucket", bucket_ids: ["b"] } };
    expect(warned(await ok("POST", "/v1/collections", { namespace, body }))).toEqual([
      "body.feature_extractor.parameters.features.0.metric",
      "body.feature_extractor.parameters.size",
      "body.feature_extractor.mode",
      "body.source",
    ]);
    const list = { sort: { field: "created_at", direction: "asc", nulls: "last" }, filter: {} };
    expect(warned(await ok("POST", "/v1/collections/list", { namespace, body: list }))).toEqual([
      "body.sort.nulls",
      "body.filter",
    ]);
    const aggregate = {
      group_by: [{ field: "a", order: 1 }],
      aggregations: [{ function: "count", distinct: true }],
    };
    const path = "/v1/collections/points/documents/aggregate";
    expect(warned(await ok("POST", path, { namespace, body: aggregate }))).toEqual([
      "body.group_by.0.order",
      "body.aggregations.0.distinct",
    ]);
  });

  it("of a definition are named in its steps too", async () => {
    const vector_config = {
      clustering_method: "kmeans",
      preprocessing_steps: [{ method: "whitening", strength: 2 }],
      weight_learning_config: { method: "bayesian", rounds: 3 },
    };
    const body = { collection_ids: ["points"], vector_config };
    const locs = warned(await ok("POST", "/v1/clusters", { namespace, body }));
    expect(locs).toContain("body.vector_config.preprocessing_steps.0.strength");
    expect(locs).toContain("body.vector_config.weight_learning_config.rounds");
  });

  it("that are the caller's own are no warnings", async () => {
    const body = { document_id: "d", payload: { any: { thing: 1 } }, colour: "blue", metadata: { free: true } };
    expect(warned(await ok("POST", "/v1/collections/points/documents", { namespace, body }))).toEqual([]);
    const filters = { AND: [{ field: "a", operator: "eq", value: 1, case_sensitive: false }], case_sensitive: false };
    expect(warned(await ok("POST", "/v1/clusters/list", { namespace, body: { filters } }))).toEqual([]);
  });
});

describe("changes at the same time", () => {
  it("of a cluster, a collection or a namespace do not undo each other", async () => {
    const body = { collection_ids: ["points"], vector_config: { clustering_method: "kmeans" } };
    const { cluster_id } = await ok("POST", "/v1/clusters", { namespace, body });
    const changes = [{ algorithm_params: { n_clusters: 4 } }, { algorithm_params: { n_init: 3 } }, { sample_size: 99 }];
    await Promise.all(changes.map((body) => ok("PATCH", `/v1/clusters/${cluster_id}`, { namespace, body })));
    expect((await ok("GET", `/v1/clusters/${cluster_id}`, { namespace })).vector_config).toMatchObject({
      algorithm_params: { n_clusters: 4, n_init: 3 },
      sample_size: 99,
    });
    await Promise.all([
      ok("PATCH", "/v1/collections/points", { namespace, body: { description: "d" } }),
      ok("PATCH", "/v1/collections/points", { namespace, body: { metadata: { m: 1 } } }),
      ok("PATCH", `/v1/namespaces/${namespace}`, { body: { description: "d" } }),
      ok("PUT", `/v1/namespaces/${namespace}`, { body: { metadata: { m: 1 } } }),
    ]);
    const both = { description: "d", metadata: { m: 1 } };
    expect(await ok("GET", "/v1/collections/points", { namespace })).toMatchObject(both);
    expect(await ok("GET", `/v1/namespaces/${namespace}`)).toMatchObject(both);
  });
});

describe("a document", () => {
  const path = "/v1/collections/points/documents";

  it("may name its collection, and only that", async () => {
    await ok("POST", path, { namespace, body: { collection_id: "points", a: 1 } });
    const other = await call("POST", path, { namespace, body: { collection_id: "col_other", a: 1 } });
    expect([other.status, other.json.detail[0].loc]).toEqual([422, ["body", "collection_id"]]);
  });

  it("shows the names of its vectors unless they are not wanted", async () => {
    const body = { document_id: "named", vectors: { position: [1, 2] } };
    expect((await ok("POST", path, { namespace, body }))._vectors).toEqual(["position"]);
    const bare = await ok("GET", `${path}/named?return_vector_names=false`, { namespace });
    expect(bare).not.toHaveProperty("_vectors");
    const listed = await ok("POST", `${path}/list`, { namespace, body: { return_vector_names: false } });
    expect(listed.results.every((doc: Json) => !("_vectors" in doc))).toBe(true);
  });
});

describe("sizes", () => {
  it("of definitions are bounded by what a row holds, over all changes", async () => {
    const half = { text: "x".repeat(300_000) };
    const vector_config = { clustering_method: "kmeans" };
    const created = await ok("POST", "/v1/clusters", {
      namespace,
      body: { collection_ids: ["points"], vector_config, metadata: half },
    });
    const path = `/v1/clusters/${created.cluster_id}`;
    for (const [method, where, body] of [
      ["PATCH", path, { description: half.text }],
      ["PATCH", "/v1/collections/points", { metadata: { a: half, b: half } }],
      ["POST", "/v1/namespaces", { namespace_name: "large", metadata: { a: half, b: half } }],
    ] as const) {
      const { status, json } = await call(method, where, { namespace, body });
      expect([status, json.error.code, json.error.details.limit_bytes]).toEqual([413, "payload_too_large", 524_288]);
    }
    expect((await ok("GET", path, { namespace })).description).toBe(null);
  });

  it("of the list of collections too", async () => {
    const body = { collection_ids: Array(501).fill("points"), vector_config: { clustering_method: "kmeans" } };
    const { json } = await call("POST", "/v1/clusters", { namespace, body });
    expect(json.detail[0]).toMatchObject({
      loc: ["body", "collection_ids"],
      msg: "must be at most 500 items, got an array of 501",
    });
    body.collection_ids = Array(500).fill("points");
    expect((await ok("POST", "/v1/clusters", { namespace, body })).collection_ids).toHaveLength(1);
    body.collection_ids = ["points", "nowhere"];
    const missing = await call("POST", "/v1/clusters", { namespace, body });
    expect([missing.status, missing.json.error.details.id]).toEqual([404, "nowhere"]);
  });
});

describe("an identifier in a path", () => {
  it("may be an id or a name, and an id wins", async () => {
    const make = (cluster_name: string) =>
      ok("POST", "/v1/clusters", {
        namespace,
        body: {
          cluster_name,
          collection_ids: ["points"],
          cluster_type: "attribute",
          attribute_config: { attributes: ["a"] },
        },
      });
    const first = await make("first");
    const decoy = await make(first.cluster_id);
    expect((await ok("GET", `/v1/clusters/${first.cluster_id}`, { namespace })).cluster_name).toBe("first");
    expect((await ok("GET", "/v1/clusters/first", { namespace })).cluster_id).toBe(first.cluster_id);
    expect((await ok("GET", `/v1/clusters/${decoy.cluster_id}`, { namespace: "contract" })).cluster_name).toBe(
      first.cluster_id,
    );
    const { namespace: other } = await world("contract-2");
    expect((await call("GET", `/v1/clusters/${first.cluster_id}`, { namespace: other })).status).toBe(404);
  });
});
