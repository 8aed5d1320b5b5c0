import { describe, expect, it } from "vitest";
import { AVAILABLE } from "../../src/domain/definition/effects";
import type { VectorConfig } from "../../src/domain/definition/model";
import { IMPLEMENTED } from "../../src/engine/methods/registry";
import { resolveRunSpec } from "../../src/engine/resolve";
import { definition, URI } from "./definitions";
import { KMEANS } from "./fixtures";

const ids = { runId: "run_1", clusterId: "clust_1", namespaceId: "ns_1", taskId: "task_1", createdAt: "2026-01-01" };
const collection = (collectionId: string, dimensions = 64) => ({
  collectionId,
  features: [{ uri: URI, name: "pixels", dimensions }],
});
const resolve = (vector: Partial<VectorConfig>, overrides = {}, collections = [collection("col_a")]) =>
  resolveRunSpec(definition(vector), { ids, collections, overrides });

describe("a definition resolves to a run", () => {
  it("with its features, and the overrides of this run", () => {
    expect(resolve({})).toMatchObject({
      seed: 7,
      sampleSize: null,
      method: { kind: "kmeans", params: { n_clusters: 4 } },
      features: [{ uri: URI, name: "pixels", dimensions: 64, weight: 1 }],
      map: { method: "pca", components: 2 },
      warnings: [],
    });
    expect(resolve({ sample_size: 9 }, { random_state: 3, sample_size: 50 })).toMatchObject({
      seed: 3,
      sampleSize: 50,
    });
  });

  it("with given weights, and a seed of its own where the definition has none", () => {
    const weighted = resolve({ multi_feature_strategy: "weighted", feature_weights: { [URI]: 2.5 } });
    expect(weighted.features[0]!.weight).toBe(2.5);
    const open = resolve({ algorithm_params: { ...KMEANS, random_state: null } });
    expect(open.seed).toBe(resolve({ algorithm_params: { ...KMEANS, random_state: null } }).seed);
    expect(open.seed).toBeGreaterThan(0);
  });

  it("splits clusters as deep and as small as asked for, or not at all", () => {
    const asked = resolve({ hierarchical: true, max_hierarchy_depth: 2, min_subcluster_size: 80 });
    expect(asked.subclusters).toEqual({ depth: 2, minSize: 80 });
    expect(resolve({}).subclusters).toBeUndefined();
  });

  it("warns of what it does differently", () => {
    expect(resolve({ feature_weights: {} }).warnings.map((one) => one.loc[1])).toEqual(["feature_weights"]);
  });

  it("without a vector configuration when it groups by attributes", () => {
    const config = { attributes: ["a.b"], hierarchical_grouping: false, aggregation_method: "first" } as const;
    const attribute = definition(
      {},
      { cluster_type: "attribute", vector_config: null, attribute_config: { ...config, attributes: ["a.b"] } },
    );
    const spec = resolveRunSpec(attribute, { ids, collections: [collection("col_a")], overrides: {} });
    expect(spec).toMatchObject({ method: { kind: "attribute", config }, features: [], map: null });
  });
});

it("what definitions are told to be available is what files implement", () => {
  expect([...AVAILABLE].sort()).toEqual([...IMPLEMENTED, "attribute_based"].sort());
});

describe("parameters that only the kernels refuse, or that change nothing there", () => {
  const dbscan = (params: Record<string, unknown>) =>
    resolve({
      clustering_method: "dbscan",
      algorithm_params: {
        eps: 0.5,
        min_samples: 5,
        metric: "euclidean",
        metric_params: null,
        algorithm: "auto",
        p: 2,
        ...params,
      },
    });

  it("are named with the value and what is accepted", () => {
    expect(() => dbscan({ metric: "mahalanobis" })).toThrow(
      expect.objectContaining({
        status: 422,
        code: "validation_failed",
        details: expect.objectContaining({ field: "metric", value: "mahalanobis" }),
      }),
    );
  });

  it("are warned of", () => {
    expect(dbscan({}).warnings).toEqual([]);
    expect(dbscan({ algorithm: "ball_tree", metric: "l1" }).warnings.map((one) => one.loc.at(-1))).toEqual([
      "algorithm",
    ]);
  });
});

describe("refusals", () => {
  it.each<[Partial<VectorConfig>, string]>([
    [{ clustering_method: "attribute_based" }, "algorithm_not_available"],
    [{ preprocessing_steps: [{ method: "umap", metric: "braycurtis" }] }, "validation_failed"],

    [{ feature_uris: ["mixpeek://other@v1/x"] }, "feature_not_found"],
  ])("%o", (vector, code) => {
    expect(() => resolve(vector)).toThrow(expect.objectContaining({ code, status: 422 }));
  });

  it("of features that differ between collections", () => {
    expect(() => resolve({}, {}, [collection("col_a"), collection("col_b", 32)])).toThrow(
      /32 dimensions in collection col_b/,
    );
  });
});
