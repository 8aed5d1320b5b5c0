/** HDBSCAN runs from rows to tables: members with their strengths, the tree that is kept, what is refused. */
import { describe, expect, it } from "vitest";
import type { HdbscanParams } from "../../../src/domain/definition/params/hdbscan";
import { hdbscan } from "../../../src/engine/methods/hdbscan";
import { adjustedRandIndex, selectClusters } from "../../../src/kernels";
import { methodSpec, outcome, SHARDS, scattered } from "./support";

const PARAMS: HdbscanParams = {
  min_cluster_size: 100,
  min_samples: 5,
  cluster_selection_epsilon: 0,
  max_cluster_size: null,
  metric: "euclidean",
  alpha: 1,
  cluster_selection_method: "eom",
  allow_single_cluster: false,
  match_reference_implementation: false,
};

const spec = (params: Partial<HdbscanParams> = {}) => methodSpec({ kind: "hdbscan", params: { ...PARAMS, ...params } });

const labelsOf = (members: Record<string, unknown>[]): Int32Array =>
  Int32Array.from(members, ({ cluster_id: id }) => (String(id) === "-1" ? -1 : Number(String(id).replace("cl_", ""))));

describe("hdbscan runs", () => {
  it("find the blobs, keep strengths and scores, and a tree that can be cut again", async () => {
    const { record, members, table, manifest } = await outcome(spec(), { a: scattered(800) });
    expect(record).toMatchObject({ status: "completed", numClusters: 4 });
    expect(record.noisePoints).toBeGreaterThan(0);
    expect(manifest).toMatchObject({ method: "hdbscan", result: "exact" });
    expect(manifest.metrics.mst_weight).toBeGreaterThan(0);
    for (const { probability, outlier_score } of members) {
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(outlier_score).toBeLessThanOrEqual(1);
    }
    const rows = await table("condensed_tree.parquet");
    const column = (name: string): number[] => rows.map((row) => row[name] as number);
    const tree = {
      points: 800,
      parents: Int32Array.from(column("parent")),
      children: Int32Array.from(column("child")),
      lambdas: Float64Array.from(column("lambda")),
      sizes: Int32Array.from(column("size")),
    };
    const cut = selectClusters(tree, {
      clusterSelectionMethod: "eom",
      clusterSelectionEpsilon: 0,
      maxClusterSize: null,
      allowSingleCluster: false,
      matchReferenceImplementation: false,
    });
    expect(adjustedRandIndex(cut.labels, labelsOf(members))).toBe(1);
  });

  it("give the same bytes for any shards", async () => {
    const a = scattered(1500);
    const whole = await outcome(spec({ metric: "manhattan" }), { a });
    const limits = { ...SHARDS, isolateBytes: 48 * 2 ** 20 };
    const shards = await outcome(spec({ metric: "manhattan" }), { a, limits });
    expect(shards.record.plan!.shards).toBeGreaterThan(1);
    expect(shards.bytes).toEqual(whole.bytes);
  });

  it("complete without a cluster, refuse unknown metrics, and fit 50,000 × 50", async () => {
    const none = await outcome(spec({ min_cluster_size: 300 }), { a: scattered(400) });
    expect(none.record).toMatchObject({ status: "completed", numClusters: 0, noisePoints: 400 });
    expect(() => hdbscan.review!({ ...PARAMS, metric: "jaccard" })).toThrow(/metric/);
    expect(hdbscan.plan(PARAMS, { rows: 50_000, dimensions: 50 }).bytes).toBeLessThan(48 * 2 ** 20);
  });
});
