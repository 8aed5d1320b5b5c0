/** Leiden over whole runs: communities of the neighbour graph, noise by size, objectives, samples. */
import { describe, expect, it } from "vitest";
import type { LeidenParams } from "../../../src/domain/definition/params/leiden";
import type { RunSpec } from "../../../src/domain/run/types";
import { blobs } from "../fixtures";
import { methodSpec, outcome, SHARDS } from "./support";

const LEIDEN: LeidenParams = {
  resolution: 1,
  n_neighbors: 10,
  metric: "euclidean",
  min_cluster_size: 0,
  objective_function: "RBConfiguration",
  n_iterations: 2,
  random_state: 42,
};

const spec = (params: Partial<LeidenParams> = {}, changes: Partial<RunSpec> = {}) =>
  methodSpec({ kind: "leiden", params: { ...LEIDEN, ...params } }, changes);
/** Four blobs, apart. */
const apart = (rows = 1200) => blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.2 });

describe("Leiden", () => {
  it("labels every row by its community, never across separate groups, and tells quality and modularity", async () => {
    const { record, members, manifest } = await outcome(spec(), { a: apart() });
    expect(record).toMatchObject({ status: "completed", numPoints: 1200, noisePoints: 0 });
    expect(manifest).toMatchObject({ method: "leiden", result: "exact", rows: { fitted: 1200, noise: 0 } });
    const blobOf = new Map<unknown, Set<number>>();
    for (const { cluster_id, document_id } of members) {
      const blob = Number((document_id as string).slice(2)) % 4;
      blobOf.set(cluster_id, (blobOf.get(cluster_id) ?? new Set()).add(blob));
    }
    expect(blobOf.size).toBeGreaterThanOrEqual(4);
    expect([...blobOf.values()].every((blobs) => blobs.size === 1)).toBe(true);
    expect(record.metrics!.modularity).toBeGreaterThan(0.74);
    expect(record.metrics!.quality).toBeGreaterThan(1_000);
  });

  it("finds more communities at a higher resolution; small ones become noise", async () => {
    const low = await outcome(spec({ resolution: 0.1 }), { a: apart() });
    const high = await outcome(spec({ resolution: 9, min_cluster_size: 20 }), { a: apart() });
    expect(low.record.numClusters).toBe(4);
    expect(high.record.numClusters).toBeGreaterThan(8);
    const sizes = high.centroids.map((row) => row.num_members as number);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(20);
    expect(high.record.noisePoints).toBe(1200 - sizes.reduce((sum, size) => sum + size, 0));
  });

  it("runs by every objective and metric", async () => {
    for (const changes of [
      { objective_function: "modularity" },
      { objective_function: "CPM", resolution: 0.05 },
      { metric: "cosine", n_iterations: -1 },
      { metric: "manhattan" },
    ] as Partial<LeidenParams>[]) {
      const { record } = await outcome(spec(changes), { a: apart(400) });
      expect(record.status).toBe("completed");
      expect(record.numClusters).toBeGreaterThan(1);
    }
  });

  it("gives the same bytes for any shards", async () => {
    const [whole, shards] = [{}, SHARDS].map((limits) => outcome(spec(), { a: apart(3000), limits }));
    expect((await shards!).record.plan!.shards).toBe(3);
    expect((await shards!).bytes).toEqual((await whole!).bytes);
  });

  it("fits a sample of more documents than its cap, and two documents", async () => {
    const { manifest, record } = await outcome(spec(), { a: apart(3000), limits: { fittedRows: 700 } });
    expect(manifest).toMatchObject({ result: "approximate", rows: { total: 3000, fitted: 700, noise: 0 } });
    expect(record.metrics!.modularity).toBeGreaterThan(0.7);
    expect((await outcome(spec(), { a: apart(2) })).record.status).toBe("completed");
  });
});
