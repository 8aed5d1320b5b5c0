/** OPTICS runs from rows to tables: the ordering that is kept, other clusters of it, what is refused. */
import { describe, expect, it } from "vitest";
import type { OpticsParams } from "../../../src/domain/definition/params/optics";
import { optics } from "../../../src/engine/methods/optics";
import { adjustedRandIndex, opticsLabels } from "../../../src/kernels";
import { methodSpec, outcome, SHARDS, scattered } from "./support";

const PARAMS: OpticsParams = {
  min_samples: 5,
  max_eps: null,
  metric: "minkowski",
  p: 2,
  metric_params: null,
  cluster_method: "dbscan",
  eps: 0.4,
  xi: 0.05,
  predecessor_correction: true,
  min_cluster_size: null,
  algorithm: "auto",
};

const spec = (params: Partial<OpticsParams> = {}) => methodSpec({ kind: "optics", params: { ...PARAMS, ...params } });

const labelsOf = (members: Record<string, unknown>[]): Int32Array =>
  Int32Array.from(members, ({ cluster_id: id }) => (String(id) === "-1" ? -1 : Number(String(id).replace("cl_", ""))));

/** The kept ordering by members, as the kernels have it. */
function orderOf(rows: Record<string, unknown>[]) {
  const order = {
    ordering: new Int32Array(rows.length),
    reachability: new Float64Array(rows.length),
    coreDistances: new Float64Array(rows.length),
    predecessor: new Int32Array(rows.length),
  };
  for (const [place, { member, reachability, core_distance, predecessor }] of rows.entries()) {
    const row = member as number;
    order.ordering[place] = row;
    order.reachability[row] = reachability as number;
    order.coreDistances[row] = core_distance as number;
    order.predecessor[row] = (predecessor as number | null) ?? -1;
  }
  return order;
}

describe("optics runs", () => {
  it("find the blobs by a cut, and keep an ordering from which other clusters are read", async () => {
    const a = scattered(800);
    const { record, members, table, manifest } = await outcome(spec(), { a });
    expect(record).toMatchObject({ status: "completed", numClusters: 4 });
    expect(record.noisePoints).toBeGreaterThanOrEqual(80);
    expect(manifest).toMatchObject({ method: "optics", result: "exact" });
    const order = orderOf(await table("ordering.parquet"));
    expect([...order.ordering].sort((x, y) => x - y)).toEqual(members.map((_, i) => i));
    const cut = opticsLabels(order, { method: "dbscan", eps: 0.4 }, 5, Infinity);
    expect(adjustedRandIndex(cut, labelsOf(members))).toBe(1);

    const steep = await outcome(spec({ cluster_method: "xi", min_cluster_size: 0.05 }), { a });
    expect(steep.record.numClusters).toBeGreaterThan(1);
    const extraction = { method: "xi", xi: 0.05, predecessorCorrection: true, minClusterSize: 0.05 } as const;
    expect(adjustedRandIndex(opticsLabels(order, extraction, 5, Infinity), labelsOf(steep.members))).toBeGreaterThan(
      0.99,
    );
  });

  it("give the same bytes for any shards", async () => {
    const a = scattered(1500);
    const whole = await outcome(spec({ metric: "cosine", eps: 0.01 }), { a });
    const limits = { ...SHARDS, isolateBytes: 48 * 2 ** 20 };
    const shards = await outcome(spec({ metric: "cosine", eps: 0.01 }), { a, limits });
    expect(shards.record.plan!.shards).toBeGreaterThan(1);
    expect(shards.bytes).toEqual(whole.bytes);
  });

  it("refuse what the kernel cannot do, say what has no effect, and fit 50,000 × 50", () => {
    expect(() => optics.review!({ ...PARAMS, metric: "jaccard" })).toThrow(/metric/);
    expect(optics.review!({ ...PARAMS, cluster_method: "dbscan", xi: 0.1 })).toHaveLength(1);
    expect(optics.review!({ ...PARAMS, metric: "cosine", p: 3 })).toHaveLength(1);
    expect(optics.review!({ ...PARAMS, algorithm: "kd_tree" })).toHaveLength(1);
    expect(() => optics.check!({ ...PARAMS, min_samples: 30 }, { rows: 20, dimensions: 2 }, {} as never)).toThrow(
      /min_samples = 30/,
    );
    expect(() => optics.check!({ ...PARAMS, min_cluster_size: 30 }, { rows: 20, dimensions: 2 }, {} as never)).toThrow(
      /30/,
    );
    expect(optics.plan(PARAMS, { rows: 50_000, dimensions: 50 }).bytes).toBeLessThan(48 * 2 ** 20);
  });
});
