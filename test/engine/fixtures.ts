import type { AttributeConfig, KMeansParams } from "../../src/domain/definition/model";
import type { RunSpec } from "../../src/domain/run/types";
import type { Limits } from "../../src/engine/limits";
import { FakeCollection, type FakeDocument } from "./fake-collection";
import { type Chaos, generator, World } from "./harness";

export const KMEANS: KMeansParams = {
  n_clusters: 4,
  max_iter: 100,
  random_state: 7,
  n_init: 4,
  tol: 1e-4,
  init: "k-means++",
  algorithm: "lloyd",
};

export function kmeansSpec(
  changes: Partial<RunSpec> = {},
  params: Partial<KMeansParams> = {},
  dimensions = 6,
): RunSpec {
  return {
    runId: "run_test",
    clusterId: "clust_test",
    namespaceId: "ns_test",
    taskId: "task_test",
    createdAt: "2026-01-01T00:00:00.000Z",
    collections: [{ collectionId: "col_a" }, { collectionId: "col_b" }],
    filters: null,
    sampleSize: null,
    seed: 7,
    method: { kind: "kmeans", params: { ...KMEANS, ...params } },
    features: [{ uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions, weight: 1 }],
    normalize: true,
    preparation: [],
    centroid: "mean",
    map: { method: "pca", components: 2 },
    labeling: null,
    computeMetrics: true,
    reproducible: true,
    warnings: [],
    definition: {},
    ...changes,
  };
}

export function attributeSpec(config: Partial<AttributeConfig>, changes: Partial<RunSpec> = {}): RunSpec {
  return kmeansSpec({
    method: {
      kind: "attribute",
      config: {
        attributes: ["category"],
        hierarchical_grouping: false,
        aggregation_method: "most_frequent",
        ...config,
      },
    },
    features: [],
    normalize: false,
    map: null,
    computeMetrics: false,
    ...changes,
  });
}

/** Points around `centers` seeded directions; every `zeroEvery`-th is a zero vector, every `missingEvery`-th has none. */
export function blobs(
  name: string,
  rows: number,
  { dimensions = 6, centers = 4, spread = 0.15, zeroEvery = 0, missingEvery = 0, seed = 3 } = {},
): FakeDocument[] {
  const random = generator(seed);
  const middle = Array.from({ length: centers }, () => Array.from({ length: dimensions }, () => random() * 2 - 1));
  return Array.from({ length: rows }, (_, i) => {
    const vector = middle[i % centers]!.map((value) => value + spread * (random() + random() - 1));
    if (zeroEvery && i % zeroEvery === zeroEvery - 1) vector.fill(0);
    const missing = missingEvery > 0 && i % missingEvery === missingEvery - 1;
    return { id: `${name}_${i}`, vector: missing ? null : vector };
  });
}

export interface WorldOptions {
  a?: FakeDocument[];
  b?: FakeDocument[];
  dimensions?: number;
  limits?: Partial<Limits>;
  chaos?: Partial<Chaos>;
  segmentRows?: number;
}

export async function makeWorld(spec: RunSpec, options: WorldOptions = {}): Promise<World> {
  const { dimensions = spec.features[0]?.dimensions ?? 0 } = options;
  const collections = new Map([
    [
      "col_a",
      new FakeCollection(options.a ?? blobs("a", 3000, { dimensions, zeroEvery: 211, missingEvery: 401 }), dimensions),
    ],
    ["col_b", new FakeCollection(options.b ?? blobs("b", 1500, { dimensions, zeroEvery: 173, seed: 3 }), dimensions)],
  ]);
  const world = new World(spec, collections, options.limits, options.chaos);
  for (const [id, collection] of collections)
    await collection.write(world.objects, `documents/${id}`, options.segmentRows);
  return world;
}
