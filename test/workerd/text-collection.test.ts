import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Api, api } from "./clusters-support";

const NAMESPACE = "texts";
const shoal = api(NAMESPACE);

beforeAll(async () => {
  const extractors = [{ feature_extractor_name: "text_extractor", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: NAMESPACE, feature_extractors: extractors });
});

const create = (collection_name: string, extractor: Record<string, unknown>) =>
  shoal.post("/v1/collections", {
    collection_name,
    feature_extractor: { feature_extractor_name: "text_extractor", version: "v1", ...extractor },
  });

async function imported(to: Api, collection: string, rows: unknown[]) {
  const body = rows.map((row) => JSON.stringify(row)).join("\n");
  const response = await to.send("POST", `/v1/collections/${collection}/documents/import`, body, {
    "Content-Type": "application/x-ndjson",
  });
  return (await response.json()) as Record<string, unknown>;
}

const vectors = async (collection: string) => {
  const { body } = await shoal.post(`/v1/collections/${collection}/documents/list`, { return_vectors: true });
  return Object.fromEntries(
    body.results.map((document: { document_id: string; vectors: unknown }) => [document.document_id, document.vectors]),
  );
};

describe("a text collection", () => {
  it("says what its features are and where they come from", async () => {
    const created = await create("articles", { input_mappings: { text: ["title", "tags"], image: "photo" } });
    expect(created.body).toMatchObject({
      feature_extractor: { feature_extractor_id: "text_extractor_v1", input_mappings: { text: ["title", "tags"] } },
      features: [{ uri: "mixpeek://text_extractor@v1/lexical", name: "lexical", dimensions: 262_144, kind: "sparse" }],
      output_schema: { properties: { lexical: { type: "sparse_vector", dimensions: 262_144 } } },
      warnings: [{ loc: ["body", "feature_extractor", "input_mappings", "image"] }],
    });
    const { body } = await shoal.get("/v1/collections/articles/features");
    expect(body.features).toMatchObject([
      { vector_index: "text_extractor_v1_lexical", kind: "sparse", made_from: ["title", "tags"] },
    ]);
  });

  it("makes vectors of documents that come with text only", async () => {
    expect(
      await imported(shoal, "articles", [
        { document_id: "a", payload: { title: "Sea shells", tags: ["shore"] } },
        { document_id: "b", payload: { tags: [] } },
        { document_id: "c", payload: { title: { en: "x" } } },
      ]),
    ).toMatchObject({
      status: "COMPLETED",
      inserted: 3,
      warnings: [{ msg: "line 3: 'title' holds something else than text; it is left out" }],
    });
    const one = await shoal.post("/v1/collections/articles/documents", {
      document_id: "d",
      title: "Sea shells",
      tags: "shore",
    });
    expect(one.body).toMatchObject({ _vectors: ["lexical"] });
    const found = await vectors("articles");
    expect(found).toMatchObject({ b: {}, c: {}, d: found.a });
    expect(found.a.lexical.indices.length).toBeGreaterThan(20);
    expect(found.a.lexical.values.length).toBe(found.a.lexical.indices.length);
  });

  it("makes the vector anew when an edit changes the text", async () => {
    const before = await vectors("articles");
    const patched = await shoal.patch("/v1/collections/articles/documents/b", { title: "Sea shells", tags: ["shore"] });
    expect(patched.body._vectors).toEqual(["lexical"]);
    await shoal.post("/v1/collections/articles/documents/batch", {
      updates: [{ document_id: "d", update_data: { tags: [], title: "Harbour" } }],
    });
    const after = await vectors("articles");
    expect(after.b).toEqual(before.a);
    expect(after.a).toEqual(before.a);
    expect(after.d.lexical).not.toEqual(before.d.lexical);
  });

  it("is refused where its settings are wrong", async () => {
    const refused = async (extractor: Record<string, unknown>) => {
      const { status, body } = await create("refused", extractor);
      return [status, body.error.code, body.detail?.[0]?.loc?.slice(2).join(".") ?? null];
    };
    const embedding = { provider: "openai_compatible", model: "m", dimensions: 8, base_url: "http://127.0.0.1:9/v1" };
    expect(await refused({ input_mappings: { text: [] } })).toEqual([422, "validation_failed", "input_mappings.text"]);
    expect(await refused({ parameters: { embedding: { ...embedding, dimensions: 0 } } })).toEqual([
      422,
      "validation_failed",
      "parameters.embedding.dimensions",
    ]);
    expect(await refused({ parameters: { embedding: { ...embedding, output_name: "lexical" } } })).toEqual([
      422,
      "validation_failed",
      "parameters.embedding.output_name",
    ]);
    expect(await refused({ parameters: { embedding: { ...embedding, base_url: "gopher://x" } } })).toEqual([
      422,
      "validation_failed",
      "parameters.embedding.base_url",
    ]);
    expect(await refused({ parameters: { embedding: { ...embedding, provider: "workers_ai" } } })).toEqual([
      503,
      "not_configured",
      null,
    ]);
  });

  it("stores nothing when its model cannot be reached", async () => {
    const embedding = { provider: "openai_compatible", model: "m", dimensions: 8, base_url: "http://127.0.0.1:9/v1" };
    expect((await create("embedded", { parameters: { embedding } })).body.features).toMatchObject([
      { name: "lexical", kind: "sparse" },
      { name: "text_embedding", kind: "dense", dimensions: 8 },
    ]);
    const summary = await imported(shoal, "embedded", [{ payload: { text: "a" } }, { payload: { text: "b" } }]);
    expect(summary).toMatchObject({ status: 503, error: { code: "provider_failed" } });
    expect(await vectors("embedded")).toEqual({});
    const given = { document_id: "g", text: "a", vectors: { text_embedding: Array(8).fill(1) } };
    expect(await imported(shoal, "embedded", [given])).toMatchObject({ inserted: 1 });
    const patched = await shoal.patch("/v1/collections/embedded/documents/g", { text: "b" });
    expect(patched.body).toMatchObject({ _vectors: ["lexical"], warnings: [{ loc: ["body", "text"] }] });
  }, 20_000);
});

describe("a collection of vectors", () => {
  it("takes sparse ones and several a document", async () => {
    const features = [
      { name: "splade", dimensions: 30_522, type: "sparse" },
      { name: "colbert", dimensions: 2, type: "multi_vector", pooling: "max" },
      { name: "plain", dimensions: 2 },
    ];
    const created = await shoal.post("/v1/collections", {
      collection_name: "kinds",
      feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters: { features } },
    });
    expect(created.body.features.map(({ kind }: { kind: string }) => kind)).toEqual([
      "sparse",
      "multi_vector",
      "dense",
    ]);
    const described = await shoal.get("/v1/collections/kinds/features");
    expect(described.body.features).toMatchObject([
      { kind: "sparse", pooling: null },
      { kind: "multi_vector", pooling: "max" },
      { kind: "dense" },
    ]);
    const splade = { indices: [30_521, 4], values: [-1, 0.5] };
    expect(
      await imported(shoal, "kinds", [
        {
          document_id: "a",
          vectors: {
            splade,
            colbert: [
              [0, 2],
              [3, 4],
            ],
            plain: [1, 2],
          },
        },
        { document_id: "b", vectors: { splade: { indices: [30_522], values: [1] } } },
      ]),
    ).toMatchObject({
      inserted: 1,
      failed: 1,
      errors: [
        {
          line: 2,
          code: "invalid_vector",
          message: "'splade'.indices[0] must be an integer from 0 to 30521, not 30522",
        },
      ],
    });
    expect(await vectors("kinds")).toEqual({
      a: { splade: { indices: [4, 30_521], values: [0.5, -1] }, colbert: [expect.closeTo(0.6), 1], plain: [1, 2] },
    });
  });
});

describe("a clustering of texts", () => {
  it("needs no model: words in, named clusters out", async () => {
    const topics = {
      sea: ["ocean wave", "shore tide", "sailing harbour", "coral reef"],
      bread: ["flour dough", "oven crust", "baker yeast", "wheat loaf"],
      stars: ["galaxy nebula", "telescope orbit", "planet comet", "moon eclipse"],
    };
    const { body: collection } = await create("topics", { input_mappings: { text: ["title"] } });
    const rows = Object.entries(topics).flatMap(([topic, words]) =>
      Array.from({ length: 20 }, (_, i) => ({
        document_id: `${topic}_${i}`,
        payload: { title: `${topic} ${words[i % 4]} ${topic} ${words[(i + 1 + (i % 3)) % 4]}` },
      })),
    );
    expect(await imported(shoal, collection.collection_id, rows)).toMatchObject({ inserted: 60 });
    const created = await shoal.post("/v1/clusters", {
      cluster_name: "topics",
      collection_ids: [collection.collection_id],
      vector_config: {
        feature_uris: ["mixpeek://text_extractor@v1/lexical"],
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 3, n_init: 4, random_state: 1 },
      },
    });
    expect(created.status).toBe(200);
    const cluster = `/v1/clusters/${created.body.cluster_id}`;
    const run = (await shoal.post(`${cluster}/execute`, { random_state: 1 })).body.additional_data.run_id;
    const path = `${cluster}/executions/${run}`;
    await vi.waitFor(async () => expect((await shoal.get(path)).body.status).toBe("completed"), {
      timeout: 20_000,
      interval: 100,
    });
    const { body } = await shoal.get(`${path}/artifacts?include_members=true`);
    const found = body.centroids.map(({ cluster_id, label, keywords }: Record<string, string | string[]>) => {
      const members: { document_id: string; cluster_id: string }[] = body.members;
      const own = members.filter((member) => member.cluster_id === cluster_id);
      return {
        label,
        first: keywords?.[0],
        topics: [...new Set(own.map((member) => member.document_id.split("_")[0]))],
      };
    });
    expect(found.map(({ topics }: { topics: string[] }) => topics).sort()).toEqual([["bread"], ["sea"], ["stars"]]);
    for (const { label, first, topics } of found) {
      expect(first).toBe(topics[0]);
      expect(label.toLowerCase()).toContain(topics[0]);
    }
  });
});
