import { beforeAll, describe, expect, it } from "vitest";
import { type Api, api } from "./clusters-support";

const URI = (name: string) => `mixpeek://passthrough@v1/${name}`;
const DOCUMENTS = 240;

/** Deterministic and without structure: what the second feature consists of. */
const noise = (i: number) => {
  const value = Math.sin(i * 12.9898) * 43_758.5453;
  return value - Math.floor(value) - 0.5;
};

/** Three well separated groups in `shape`, nothing at all in `noise`. */
async function populate(shoal: Api, namespace: string): Promise<string> {
  const extractors = [{ feature_extractor_name: "passthrough", version: "v1" }];
  await shoal.post("/v1/namespaces", { namespace_name: namespace, feature_extractors: extractors });
  const features = [
    { name: "shape", dimensions: 3 },
    { name: "noise", dimensions: 6 },
  ];
  const created = await shoal.post("/v1/collections", {
    collection_name: "two_features",
    feature_extractor: { feature_extractor_name: "passthrough", version: "v1", parameters: { features } },
  });
  const id = created.body.collection_id as string;
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => {
    const shape = [0, 1, 2].map((axis) => (axis === i % 3 ? 1 : 0) + 0.1 * noise(9 * i + axis));
    const rest = Array.from({ length: 6 }, (_, axis) => noise(1000 + 7 * i + axis));
    return JSON.stringify({ document_id: `doc_${i}`, vectors: { shape, noise: rest } });
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
