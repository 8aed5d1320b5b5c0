import { beforeAll, describe, expect, it } from "vitest";
import { type Api, api } from "./clusters-support";

const URI = (name: string) => `mixpeek://passthrough@v1/${name}`;
const DOCUMENTS = 240;

/** Deterministic and without structure: what the second feature consists of. */
const noise = (i: number) => {
  const value = Math.sin(i * 12.9898) * 43_758.5453;
  return value - Math.floor(value) - 0.5;
};

/** Three well separated groups in `shape`, two of them one group in `pair`, nothing at all in `noise`. */
async function populate(shoal: Api, namespace: string): Promise<string> {
  const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: namespace, feature_extractors: extractors });
  const features = [
    { name: "shape", dimensions: 3 },
    { name: "pair", dimensions: 2 },
    { name: "noise", dimensions: 6 },
  ];
  const created = await shoal.post("/v1/collections", {
    collection_name: "two_features",
    feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters: { features } },
  });
  const id = created.body.collection_id as string;
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => {
    const shape = [0, 1, 2].map((axis) => (axis === i % 3 ? 1 : 0) + 0.1 * noise(9 * i + axis));
    const pair = [0, 1].map((axis) => (axis === Number(i % 3 === 2) ? 1 : 0) + 0.1 * noise(5000 + 3 * i + axis));
    const rest = Array.from({ length: 6 }, (_, axis) => noise(1000 + 7 * i + axis));
    return JSON.stringify({ document_id: `doc_${i}`, vectors: { shape, pair, noise: rest } });
  });
  const headers = { "Content-Type": "application/x-ndjson" };
  const imported = await shoal.send("POST", `/v1/collections/${id}/documents/import`, `${lines.join("\n")}\n`, headers);
  if (!imported.ok) throw new Error(`import: ${await imported.text()}`);
  return id;
}

describe("learned weights", () => {
  const shoal = api("weights");
  let collection = "";
  beforeAll(async () => {
    collection = await populate(shoal, "weights");
  });

  const run = async (learning: Record<string, unknown>) => {
    const created = await shoal.post("/v1/clusters", {
      collection_ids: [collection],
      vector_config: {
        feature_uris: [URI("shape"), URI("noise")],
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 3 },
        multi_feature_strategy: "weighted",
        ...learning,
      },
    });
    expect(created.status).toBe(200);
    const id = created.body.cluster_id as string;
    const executed = await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    expect(executed.body.status).toBe("COMPLETED");
    const [cluster, execution] = [
      await shoal.get(`/v1/clusters/${id}`),
      await shoal.get(`/v1/clusters/${id}/executions`),
    ];
    return { cluster: cluster.body, execution: execution.body };
  };

  it.each([
    ["bayesian", "silhouette"],
    ["grid_search", "davies_bouldin"],
    ["bayesian", "calinski_harabasz"],
  ])("by %s on %s leave the feature that tells nothing behind", async (method, metric) => {
    const { cluster, execution } = await run({ weight_learning_config: { method, metric, max_iterations: 12 } });
    expect(cluster.learned_weights[URI("shape")]).toBe(1);
    expect(cluster.learned_weights[URI("noise")]).toBeLessThan(0.4);
    expect(cluster.learning_quality_score).toBeGreaterThan(0);
    expect(execution.centroids.map((one: { num_members: number }) => one.num_members)).toEqual([80, 80, 80]);
    expect(JSON.stringify(execution.warnings)).toContain("learned from");
  });

  it("are learned when none are given, and the same each time", async () => {
    const [first, second] = [await run({}), await run({})];
    expect(first.cluster.learned_weights).toEqual(second.cluster.learned_weights);
    expect(Object.keys(first.cluster.learned_weights)).toEqual([URI("shape"), URI("noise")]);
  });

  it("are not where weights are given", async () => {
    const { cluster } = await run({ feature_weights: { [URI("shape")]: 1, [URI("noise")]: 0.5 } });
    expect(cluster.learned_weights).toBeNull();
  });
});

describe("independent features", () => {
  const shoal = api("independent");
  let collection = "";
  beforeAll(async () => {
    collection = await populate(shoal, "independent");
  });

  const create = (uris: string[], more: Record<string, unknown> = {}) =>
    shoal.post("/v1/clusters", {
      collection_ids: [collection],
      vector_config: {
        feature_uris: uris,
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 3 },
        multi_feature_strategy: "independent",
        ...more,
      },
    });

  it("are clustered one by one, and told apart by their clusters' features", async () => {
    const id = (await create([URI("shape"), URI("noise")])).body.cluster_id as string;
    const plan = await shoal.post(`/v1/clusters/${id}/plan`);
    expect(plan.body.plan.notes.filter((note: string) => note.startsWith("noise kmeans"))).toHaveLength(1);
    const executed = await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    expect(executed.body.status).toBe("COMPLETED");
    const { body: execution } = await shoal.get(`/v1/clusters/${id}/executions`);
    expect(execution).toMatchObject({ num_clusters: 6, num_points: DOCUMENTS, noise_points: 0 });
    expect(execution.centroids.map((one: { cluster_id: string }) => one.cluster_id)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `cl_${i}`),
    );
    expect(execution.metrics["shape.silhouette_score"]).toBeGreaterThan(0.8);
    expect(execution.metrics["noise.silhouette_score"]).toBeLessThan(0.4);
    const { body: tables } = await shoal.get(`/v1/clusters/${id}/artifacts?include_members=true&limit=1000`);
    const features = tables.centroids.map((one: { feature_name: string }) => one.feature_name);
    expect(features).toEqual([...Array(3).fill(URI("shape")), ...Array(3).fill(URI("noise"))]);
    const ofDocument = new Map<string, string[]>();
    for (const { document_id, cluster_id } of tables.members)
      ofDocument.set(document_id, [...(ofDocument.get(document_id) ?? []), cluster_id]);
    expect(ofDocument.size).toBe(DOCUMENTS);
    for (const [first, second] of ofDocument.values()) {
      expect(["cl_0", "cl_1", "cl_2"]).toContain(first);
      expect(["cl_3", "cl_4", "cl_5"]).toContain(second);
    }
  });

  it("give what each of them gives by itself", async () => {
    const joint = (await create([URI("noise"), URI("shape")])).body.cluster_id as string;
    const alone = (await create([URI("shape")])).body.cluster_id as string;
    for (const id of [joint, alone]) await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    const members = async (id: string) =>
      (await shoal.get(`/v1/clusters/${id}/artifacts?include_members=true&limit=1000`)).body.members as Record<
        string,
        unknown
      >[];
    const offset = (cluster: unknown) => `cl_${Number(String(cluster).slice(3)) + 3}`;
    // What a cluster without text is called follows from its number.
    const unnamed = ({ cluster_label: _, ...one }: Record<string, unknown>) => one;
    expect((await members(joint)).slice(DOCUMENTS).map(unnamed)).toEqual(
      (await members(alone)).map((one) => ({ ...unnamed(one), cluster_id: offset(one.cluster_id) })),
    );
  });

  it("tell which cluster of one lies inside a cluster of another", async () => {
    const method = { clustering_method: "hdbscan", algorithm_params: { min_cluster_size: 20 } };
    const id = (await create([URI("pair"), URI("shape")], method)).body.cluster_id as string;
    await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    const { body: cluster } = await shoal.get(`/v1/clusters/${id}`);
    expect(cluster).toMatchObject({ num_clusters: 5, hierarchy_detected: true });
    const { hierarchy_relationships: found } = cluster;
    // The larger group of `pair` holds two of `shape`; its smaller one is a group of `shape`.
    expect(found).toHaveLength(3);
    expect(found.map((one: { parent_cluster_id: string }) => one.parent_cluster_id).sort()).toEqual([
      "cl_0",
      "cl_0",
      "cl_1",
    ]);
    expect(new Set(found.map((one: { child_cluster_id: string }) => one.child_cluster_id)).size).toBe(3);
    for (const one of found) {
      expect(one).toMatchObject({ parent_feature: URI("pair"), child_feature: URI("shape") });
      expect(one.overlap).toBeGreaterThan(0.95);
    }
  });

  const settled = async (id: string) => {
    const get = () => shoal.get(`/v1/clusters/${id}`);
    await expect.poll(async () => (await get()).body.enrichment?.status, { timeout: 20_000 }).toBe("COMPLETED");
    return (await get()).body;
  };
  const list = async (collection: string) =>
    (await shoal.post(`/v1/collections/${collection}/documents/list`, { limit: 1000, return_vectors: true })).body
      .results as (Record<string, unknown> & { vectors: Record<string, number[]> })[];

  it("write their clusters into a collection each, in the order of the features, or into one with all", async () => {
    const features = [URI("shape"), URI("noise")];
    const created = await create(features, { output_strategy: "per_feature" });
    expect(created.body.warnings ?? []).toEqual([]);
    const id = created.body.cluster_id as string;
    expect((await shoal.post(`/v1/clusters/${id}/execute?wait=20`)).body.status).toBe("COMPLETED");
    const cluster = await settled(id);
    expect(cluster.output_collection_ids).toHaveLength(2);
    expect(cluster.output_collection_names).toEqual([
      expect.stringContaining("_shape_clusters"),
      expect.stringContaining("_noise_clusters"),
    ]);
    expect(cluster.enrichment).toMatchObject({ target: "output_collection", clusters: 6 });
    for (const [i, output] of cluster.output_collection_ids.entries()) {
      const documents = await list(output);
      expect(documents.map((one) => one.cluster_id).sort()).toEqual(
        [3 * i, 3 * i + 1, 3 * i + 2].map((n) => `cl_${n}`),
      );
      expect(documents.every((one) => one.feature_name === features[i])).toBe(true);
      expect(documents.every((one) => one.vectors.centroid!.length === [3, 6][i])).toBe(true);
    }
    // Again: the same collections. With one for all: another, and those before stay as they were.
    await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    await expect
      .poll(async () => (await list(cluster.output_collection_ids[1]))[0]!.run_id)
      .not.toBe(cluster.last_run_id);
    expect((await settled(id)).output_collection_ids).toEqual(cluster.output_collection_ids);
    const joint = (await create(features)).body.cluster_id as string;
    await shoal.post(`/v1/clusters/${joint}/execute?wait=20`);
    const { output_collection_ids: one } = await settled(joint);
    expect(one).toHaveLength(1);
    const documents = await list(one[0]);
    expect(documents.map(({ vectors }) => Object.keys(vectors).join()).sort()).toEqual([
      ...Array(3).fill("noise_centroid"),
      ...Array(3).fill("shape_centroid"),
    ]);
  });

  it("are clustered again by their centroids", async () => {
    const id = (await create([URI("noise")], { algorithm_params: { n_clusters: 8 } })).body.cluster_id as string;
    await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    const [output] = (await settled(id)).output_collection_ids;
    const again = await shoal.post("/v1/clusters", {
      collection_ids: [output],
      vector_config: {
        feature_uris: [URI("centroid")],
        clustering_method: "kmeans",
        algorithm_params: { n_clusters: 2 },
      },
    });
    const task = await shoal.post(`/v1/clusters/${again.body.cluster_id}/execute?wait=20`);
    expect(task.body.status).toBe("COMPLETED");
    const { body: execution } = await shoal.get(`/v1/clusters/${again.body.cluster_id}/executions`);
    expect(execution).toMatchObject({ num_clusters: 2, num_points: 8 });
  });

  it("enrich documents under a key each", async () => {
    const id = (await create([URI("shape"), URI("noise")])).body.cluster_id as string;
    await shoal.post(`/v1/clusters/${id}/execute?wait=20`);
    const counts = await shoal.post(`/v1/clusters/${id}/enrich`, { batch_size: 50, parallelism: 3 });
    expect(counts.body).toMatchObject({ processed: 2 * DOCUMENTS, enriched: 2 * DOCUMENTS, failed: 0 });
    const copied = await shoal.post(`/v1/clusters/${id}/enrich`, { target_collection_id: "both_features" });
    expect(copied.body).toMatchObject({ enriched: 2 * DOCUMENTS, failed: 0 });
    for (const identifier of [collection, "both_features"]) {
      const documents = await list(identifier);
      expect(documents).toHaveLength(DOCUMENTS);
      for (const one of documents) {
        expect(["cl_0", "cl_1", "cl_2"]).toContain(one.shape_cluster_id);
        expect(["cl_3", "cl_4", "cl_5"]).toContain(one.noise_cluster_id);
        expect(one).not.toHaveProperty("cluster_id");
      }
    }
  });
});
