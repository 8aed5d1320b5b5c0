import { beforeAll, describe, expect, it } from "vitest";
import { api, DOCUMENTS, definition, FEATURE, populate } from "./clusters-support";

const shoal = api("taxonomies");
const stranger = api("taxonomy-strangers");
let collection = "";
let cluster = "";

async function run(rest: Record<string, unknown>, params = {}): Promise<string> {
  const created = await shoal.post("/v1/clusters", definition(collection, rest, params));
  expect(created.status).toBe(200);
  const id = created.body.cluster_id as string;
  const task = await shoal.post(`/v1/clusters/${id}/execute?wait=25`);
  expect(task.body).toMatchObject({ status: "COMPLETED" });
  await expect
    .poll(async () => (await shoal.get(`/v1/clusters/${id}`)).body.enrichment?.status, { timeout: 20_000 })
    .toBe("COMPLETED");
  return id;
}

async function ready(id: string, version = 1) {
  const get = () => shoal.get(`/v1/taxonomies/${id}?version=${version}`);
  await expect.poll(async () => (await get()).body.inference.status, { timeout: 20_000 }).not.toBe("PENDING");
  return (await get()).body;
}

const create = (taxonomy_name: string, config: unknown) => shoal.post("/v1/taxonomies", { taxonomy_name, config });
const documents = async (identifier = collection) =>
  (await shoal.post(`/v1/collections/${identifier}/documents/list`, { limit: 1000, sort: { field: "document_id" } }))
    .body.results as Record<string, unknown>[];

async function ended(taskId: string) {
  const get = () => shoal.get(`/v1/tasks/${taskId}`);
  await expect.poll(async () => (await get()).body.status, { timeout: 20_000 }).not.toMatch(/PENDING|PROCESSING/);
  return (await get()).body;
}

beforeAll(async () => {
  await stranger.post("/v1/namespaces", {
    namespace_name: "taxonomy-strangers",
    feature_extractors: [{ feature_extractor_name: "passthrough", version: "v1" }],
  });
  collection = await populate(shoal, "taxonomies");
});

describe("a taxonomy of clusters", () => {
  // Polls may only stand inside tests.
  it("begins with a clustering", async () => {
    cluster = await run({ cluster_name: "three" });
  });

  it("is promoted in one call, inferred, applied, and agrees with the clustering", async () => {
    const promoted = await shoal.post(`/v1/clusters/${cluster}/promote`, { taxonomy_name: "shapes" });
    expect(promoted.status).toBe(200);
    expect(promoted.body).toMatchObject({ ready: false, version: 1, config: { inference_strategy: "cluster" } });
    const doc = await ready(promoted.body.taxonomy_id);
    expect(doc).toMatchObject({ ready: true, inference: { nodes: 3, leaves_with_centroid: 3, features: [FEATURE] } });
    const nodes = doc.config.hierarchical_nodes as Record<string, unknown>[];
    const [output] = (await shoal.get(`/v1/clusters/${cluster}`)).body.output_collection_ids;
    expect(nodes[0]).toMatchObject({ node_id: `${cluster}/cl_0`, collection_id: output, num_members: DOCUMENTS / 3 });

    const apply = { taxonomy_id: "shapes", batch_size: 100, parallelism: 2 };
    expect((await shoal.post(`/v1/collections/${collection}/apply-taxonomy`, apply)).status).toBe(422);
    const patched = await shoal.patch(`/v1/collections/${collection}`, {
      taxonomy_applications: [{ taxonomy_id: "shapes" }],
    });
    expect(patched.body.taxonomy_applications[0]).toMatchObject({ taxonomy_id: doc.taxonomy_id });
    const started = await shoal.post(`/v1/collections/${collection}/apply-taxonomy`, apply);
    expect(started.body).toMatchObject({ taxonomy_id: doc.taxonomy_id, estimated_documents: DOCUMENTS });
    expect(started.body.warnings).toMatchObject([{ loc: ["body", "parallelism"] }]);
    const task = await ended(started.body.task_id);
    expect(task.outputs[0]).toMatchObject({ processed: DOCUMENTS, enriched: DOCUMENTS, unclassified: 0, failed: 0 });
    await shoal.post(`/v1/clusters/${cluster}/enrich`, {});
    for (const one of await documents()) expect(one.taxonomy_node_id).toBe(`${cluster}/${one.cluster_id}`);
  });

  it("hangs finer clusters below the coarser ones that hold them", async () => {
    const fine = await run({ cluster_name: "six" }, { n_clusters: 6 });
    const doc = await ready(
      (await create("both", { inference_strategy: "cluster", cluster_ids: ["six", "three"] })).body.taxonomy_id,
    );
    const nodes = doc.config.hierarchical_nodes as { node_id: string; parent_node_id: string | null }[];
    const below = nodes.filter(({ node_id }) => node_id.startsWith(fine));
    expect(below).toHaveLength(6);
    expect(below.every(({ parent_node_id }) => parent_node_id?.startsWith(`${cluster}/`))).toBe(true);
    const found = await shoal.post("/v1/taxonomies/execute/both", {
      source_documents: [{ vectors: { position: [10, 0, 0] } }, { title: "nowhere" }],
    });
    expect(found.body).toMatchObject({ join_mode: "on_demand", unclassified: 1 });
    expect(found.body.results[0].taxonomy_path).toHaveLength(2);
    expect(found.body.results[1]).toMatchObject({ title: "nowhere", taxonomy_label: null });
  });

  it("classifies by the stored features where the clusters were found in a prepared space", async () => {
    const vector_config = {
      feature_uris: [FEATURE],
      clustering_method: "kmeans",
      algorithm_params: { n_clusters: 3 },
      normalize_features: false,
      preprocessing_steps: [{ method: "whitening" }],
    };
    await run({ cluster_name: "white", vector_config });
    const doc = await ready(
      (await create("white", { inference_strategy: "cluster", cluster_ids: ["white"] })).body.taxonomy_id,
    );
    expect(doc.inference).toMatchObject({
      leaves_with_centroid: 3,
      notes: [expect.stringContaining("means of members")],
    });
    const started = await shoal.post("/v1/taxonomies/execute/white", {
      source_collection_id: collection,
      target_collection_id: "classified",
      scroll_filters: { blob: "b1" },
      parallelism: 4,
    });
    expect(started.body.warnings.map(({ loc }: { loc: string[] }) => loc[1]).sort()).toEqual([
      "parallelism",
      "target_collection_id",
    ]);
    expect(started.body).toMatchObject({ join_mode: "batch", estimated_documents: DOCUMENTS / 3 });
    await ended(started.body.task_id);
    const copies = await documents("classified");
    expect(copies).toHaveLength(DOCUMENTS / 3);
    expect(new Set(copies.map((one) => one.taxonomy_node_id)).size).toBe(1);
  });
});

describe("other taxonomies", () => {
  it("of fields are made of their values", async () => {
    const doc = await ready(
      (await create("fields", { inference_strategy: "schema", inference_collections: [collection] })).body.taxonomy_id,
    );
    const labels = doc.config.hierarchical_nodes.map(({ label }: { label: string }) => label);
    expect(doc.inference.notes[0]).toContain("levels: ");
    expect(labels).toEqual(expect.arrayContaining(["b0", "b1", "b2"]));
  });

  it("that are flat copy fields of the nearest reference document", async () => {
    const config = {
      taxonomy_type: "flat",
      retriever_id: "ret_1",
      input_mappings: [{ input_key: "vector", source_type: "vector", path: FEATURE }],
      source_collection: {
        collection_id: collection,
        enrichment_fields: [{ field_path: "blob", target_field: "like" }],
      },
    };
    const created = await create("flat", config);
    expect(created.body).toMatchObject({ retriever_id: "ret_1" });
    expect(created.body.warnings[0].loc).toEqual(["body", "config", "retriever_id"]);
    const doc = await ready(created.body.taxonomy_id);
    expect(doc.inference).toMatchObject({ nodes: DOCUMENTS });
    const found = await shoal.post("/v1/taxonomies/execute/flat", {
      source_documents: [{ document_id: "doc_4" }],
      source_collection_id: collection,
    });
    expect(found.body.results[0]).toMatchObject({ blob: "b1", like: "b1" });
  });

  it("of named collections compare by their documents' means", async () => {
    const doc = await ready(
      (await create("named", { hierarchical_nodes: [{ collection_id: collection, label: "All" }] })).body.taxonomy_id,
    );
    expect(doc.inference).toMatchObject({ leaves_with_centroid: 1 });
  });

  it("tell why they could not be inferred, and cannot be applied", async () => {
    const created = await create("nothing", { inference_strategy: "llm", inference_collections: [collection] });
    const doc = await ready(created.body.taxonomy_id);
    expect(doc).toMatchObject({
      ready: false,
      inference: { status: "FAILED", error: expect.stringContaining("is configured on this deployment") },
    });
    const applied = await shoal.post("/v1/taxonomies/execute/nothing", { source_collection_id: collection });
    expect(applied.status).toBe(409);
    expect(applied.body.error.code).toBe("taxonomy_not_ready");
  });
});

describe("a taxonomy of texts", () => {
  const WORDS = {
    sea: ["whale", "wave", "shore", "shell", "tide", "coral"],
    town: ["street", "train", "station", "tower", "market", "bridge"],
    food: ["bread", "cheese", "apple", "soup", "pepper", "honey"],
  };

  it("classifies by the words of its clusters, also texts that come without vectors", async () => {
    await shoal.post("/v1/collections", {
      collection_name: "titles",
      feature_extractor: { feature_extractor_name: "text_extractor", version: "v1", input_mappings: { text: "title" } },
    });
    const lines = Object.entries(WORDS).flatMap(([topic, words]) =>
      Array.from({ length: 30 }, (_, i) => {
        const title = [0, 1, 2].map((step) => words[(i * (step + 1) + step) % words.length]).join(" ");
        return JSON.stringify({ document_id: `${topic}_${i}`, payload: { title, topic } });
      }),
    );
    const headers = { "Content-Type": "application/x-ndjson" };
    await shoal.send("POST", "/v1/collections/titles/documents/import", lines.join("\n"), headers);
    const created = await shoal.post("/v1/clusters", {
      cluster_name: "titles",
      collection_ids: ["titles"],
      vector_config: {
        feature_uris: ["mixpeek://text_extractor@v1/lexical"],
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 3, n_init: 5 },
      },
    });
    const id = created.body.cluster_id as string;
    expect((await shoal.post(`/v1/clusters/${id}/execute?wait=25`)).body.status).toBe("COMPLETED");
    await shoal.post(`/v1/clusters/${id}/enrich`, { fields: ["cluster_id"] });
    const promoted = await shoal.post(`/v1/clusters/${id}/promote`, { taxonomy_name: "topics" });
    expect((await ready(promoted.body.taxonomy_id)).inference).toMatchObject({ leaves_with_centroid: 3 });
    const started = await shoal.post("/v1/taxonomies/execute/topics", { source_collection_id: "titles" });
    expect((await ended(started.body.task_id)).outputs[0]).toMatchObject({ processed: 90, unclassified: 0 });
    for (const one of await documents("titles")) expect(one.taxonomy_node_id).toBe(`${id}/${one.cluster_id}`);
    const asked = await shoal.post("/v1/taxonomies/execute/topics", {
      source_documents: [{ title: "cheese and honey" }, { title: "trains" }, { title: "qqq" }],
    });
    const [cheese] = (await documents("titles")).filter(({ topic }) => topic === "food");
    expect(asked.body.results[0].taxonomy_node_id).toBe(cheese!.taxonomy_node_id);
    expect(asked.body.unclassified).toBe(1);
  });
});

describe("taxonomies as resources", () => {
  it("are listed, renamed, versioned, cloned and deleted", async () => {
    const config = { inference_strategy: "cluster", cluster_ids: [cluster] };
    const first = await create("versioned", config);
    const id = first.body.taxonomy_id as string;
    await ready(id);
    expect((await create("versioned", config)).status).toBe(409);
    const second = await shoal.post(`/v1/taxonomies/${id}/versions`, {
      inference_strategy: "schema",
      inference_collections: ["blobs"],
    });
    expect(second.body).toMatchObject({ version: 2, taxonomy_id: id });
    await ready(id, 2);
    const renamed = await shoal.patch(`/v1/taxonomies/${id}`, {
      taxonomy_name: "renamed",
      metadata: { team: "search" },
    });
    expect(renamed.body).toMatchObject({ taxonomy_name: "renamed", version: 2 });
    const versions = await shoal.get(`/v1/taxonomies/renamed/versions`);
    expect(
      versions.body.results.map(({ version, taxonomy_name, ready: is }: Record<string, unknown>) => [
        version,
        taxonomy_name,
        is,
      ]),
    ).toEqual([
      [2, "renamed", true],
      [1, "renamed", true],
    ]);
    expect((await shoal.get("/v1/taxonomies/renamed?version=1")).body.config.inference_strategy).toBe("cluster");
    expect((await shoal.get("/v1/taxonomies/renamed?version=3")).status).toBe(404);
    const cloned = await shoal.post("/v1/taxonomies/renamed/clone", { taxonomy_name: "clone" });
    expect(cloned.status).toBe(201);
    expect(cloned.body).toMatchObject({ source_taxonomy_id: id, taxonomy: { version: 1, taxonomy_name: "clone" } });
    const listed = await shoal.post("/v1/taxonomies/list", { search: "renamed" });
    expect(listed.body).toMatchObject({ total_count: 1, stats: { flat_taxonomies: 1, taxonomies_with_retrievers: 1 } });
    expect((await shoal.delete(`/v1/taxonomies/${id}`)).body).toMatchObject({ success: true });
    expect((await shoal.get(`/v1/taxonomies/${id}`)).status).toBe(404);
  });

  it("refuse what cannot be, and are another namespace's secret", async () => {
    const bad = (config: unknown) => create("bad", config).then(({ status }) => status);
    expect(await bad({ inference_strategy: "cluster" })).toBe(422);
    expect(await bad({ inference_strategy: "schema" })).toBe(422);
    expect(await bad({})).toBe(422);
    expect(await bad({ inference_strategy: "cluster", cluster_ids: ["none"] })).toBe(404);
    expect(await bad({ inference_strategy: "schema", inference_collections: ["none"] })).toBe(404);
    const idle = await shoal.post("/v1/clusters", definition(collection));
    expect(await bad({ inference_strategy: "cluster", cluster_ids: [idle.body.cluster_id] })).toBe(404);
    expect((await stranger.get("/v1/taxonomies/shapes")).status).toBe(404);
    expect((await stranger.post(`/v1/clusters/${cluster}/promote`, {})).status).toBe(404);
    const theirs = { taxonomy_name: "theirs", config: { inference_strategy: "cluster", cluster_ids: [cluster] } };
    expect((await stranger.post("/v1/taxonomies", theirs)).status).toBe(404);
    const unknown = await shoal.patch(`/v1/collections/${collection}`, {
      taxonomy_applications: [{ taxonomy_id: "none" }],
    });
    expect(unknown.status).toBe(404);
    const extra = await shoal.patch(`/v1/collections/${collection}`, {
      taxonomy_applications: [{ taxonomy_id: "shapes", colour: "red" }],
    });
    expect(extra.status).toBe(422);
  });
});
