/** Agglomerative runs from rows to tables: the tree that is kept, its cuts, what is refused and what is said. */
import { describe, expect, it } from "vitest";
import type { AgglomerativeParams } from "../../../src/domain/definition/params/agglomerative";
import type { RunSpec } from "../../../src/domain/run/types";
import { agglomerative } from "../../../src/engine/methods/agglomerative";
import { adjustedRandIndex, cutTree } from "../../../src/kernels";
import { blobs } from "../fixtures";
import { methodSpec, outcome, SHARDS, scattered } from "./support";

const PARAMS: AgglomerativeParams = {
  n_clusters: 6,
  affinity: "euclidean",
  connectivity: null,
  linkage: "ward",
  distance_threshold: null,
};

const spec = (params: Partial<AgglomerativeParams> = {}, changes: Partial<RunSpec> = {}) =>
  methodSpec({ kind: "agglomerative", params: { ...PARAMS, ...params } }, changes);

const labelsOf = (members: Record<string, unknown>[]): Int32Array =>
  Int32Array.from(members, (row) => Number(String(row.cluster_id).replace("cl_", "")));

describe.each(["ward", "complete", "average", "single"] as const)("%s linkage", (linkage) => {
  it("keeps a tree over the members, whose cut is the run's clusters", async () => {
    const { record, members, table, manifest } = await outcome(spec({ linkage }), { a: scattered(400) });
    expect(record).toMatchObject({ status: "completed", numClusters: 6, noisePoints: 0 });
    expect(manifest).toMatchObject({ method: "agglomerative", result: "exact" });
    const rows = await table("tree.parquet");
    expect(rows).toHaveLength(399);
    const tree = {
      rows: 400,
      children: Int32Array.from(rows.flatMap((row) => [row.left as number, row.right as number])),
      distances: Float64Array.from(rows, (row) => row.distance as number),
    };
    expect(rows.at(-1)!.size).toBe(400);
    expect(adjustedRandIndex(cutTree(tree, { clusters: 6 }).labels, labelsOf(members))).toBe(1);
    // A threshold between two merges is the same cut as their number.
    const distance_threshold = (tree.distances[394]! + tree.distances[393]!) / 2;
    const other = await outcome(spec({ linkage, n_clusters: null, distance_threshold }), { a: scattered(400) });
    expect(labelsOf(other.members)).toEqual(labelsOf(members));
  });

  it("gives the same bytes for any shards", async () => {
    const a = scattered(1500);
    const whole = await outcome(spec({ linkage }), { a });
    const limits = { ...SHARDS, isolateBytes: 48 * 2 ** 20 };
    const shards = await outcome(spec({ linkage }), { a, limits });
    expect(shards.record.plan!.shards).toBeGreaterThan(1);
    expect(shards.bytes).toEqual(whole.bytes);
  });
});

describe("agglomerative runs", () => {
  it("take every affinity, and rows outside of the sample go with their nearest", async () => {
    for (const affinity of ["l1", "manhattan", "cosine", "l2"] as const) {
      const { record } = await outcome(spec({ linkage: "average", affinity }), {
        a: blobs("a", 200, { dimensions: 4 }),
      });
      expect(record).toMatchObject({ status: "completed", numClusters: 6 });
    }
    const sampled = await outcome(spec(), { a: scattered(1200), limits: { pairwiseRows: 500 } });
    expect(sampled.manifest).toMatchObject({ result: "approximate", rows: { total: 1200, fitted: 500 } });
    expect(sampled.record.numPoints).toBe(1200);
  });

  it("say what is refused and what has no effect", () => {
    const limits = {} as never;
    expect(() => agglomerative.check!({ ...PARAMS, n_clusters: 9 }, { rows: 8, dimensions: 2 }, limits)).toThrow(
      /n_clusters = 9 needs as many documents; 8 can take part/,
    );
    const warnings = agglomerative.review!({ ...PARAMS, connectivity: [[0, 1]] });
    expect(warnings.map((one) => one.loc.at(-1))).toEqual(["connectivity"]);
    expect(agglomerative.review!(PARAMS)).toEqual([]);
  });

  it("reckon with what complete linkage takes, and with Ward's in place of a large matrix", () => {
    const bytes = (linkage: AgglomerativeParams["linkage"], rows: number, dimensions: number) =>
      agglomerative.plan({ ...PARAMS, linkage }, { rows, dimensions }).bytes / 2 ** 20;
    expect(bytes("complete", 50_000, 50)).toBeGreaterThan(4_000);
    expect(bytes("average", 4_500, 64)).toBeLessThan(48);
    expect(bytes("ward", 50_000, 50)).toBeLessThan(48);
    expect(bytes("ward", 10_000, 784)).toBeLessThan(48);
    expect(bytes("single", 50_000, 50)).toBeLessThan(48);
  });
});
