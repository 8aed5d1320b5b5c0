/** Mean shift runs from rows to tables: the modes that are kept, rows outside of the sample, what is refused. */
import { describe, expect, it } from "vitest";
import type { MeanShiftParams } from "../../../src/domain/definition/params/mean-shift";
import { meanShift } from "../../../src/engine/methods/mean-shift";
import { blobs } from "../fixtures";
import { failure, methodSpec, outcome, SHARDS, scattered } from "./support";

const PARAMS: MeanShiftParams = {
  bandwidth: 0.4,
  seeds: null,
  bin_seeding: false,
  min_bin_freq: 1,
  cluster_all: true,
  max_iter: 300,
};

const spec = (params: Partial<MeanShiftParams> = {}) =>
  methodSpec({ kind: "mean_shift", params: { ...PARAMS, ...params } });

const tight = (rows: number) => blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.1 });

describe("mean shift runs", () => {
  it("find the blobs and keep their modes", async () => {
    const { record, members, table, manifest } = await outcome(spec(), { a: tight(600) });
    expect(record).toMatchObject({ status: "completed", numClusters: 4, noisePoints: 0 });
    expect(manifest).toMatchObject({ method: "mean_shift", result: "exact" });
    expect(manifest.metrics.bandwidth).toBe(0.4);
    expect(members).toHaveLength(600);
    const modes = await table("modes.parquet");
    expect(modes).toHaveLength(4);
    for (const { mode } of modes) expect(mode).toHaveLength(4);
  });

  it("estimate a bandwidth, start from bins, and leave orphans to no mode", async () => {
    const estimated = await outcome(spec({ bandwidth: null }), { a: tight(300) });
    expect(estimated.manifest.metrics.bandwidth).toBeGreaterThan(0);
    const binned = await outcome(spec({ bin_seeding: true, min_bin_freq: 20, cluster_all: false }), {
      a: scattered(800),
    });
    expect(binned.record.numClusters).toBe(4);
    expect(binned.record.noisePoints).toBeGreaterThan(0);
  });

  it("give the same bytes for any shards", async () => {
    const a = scattered(1500);
    const whole = await outcome(spec(), { a });
    const shards = await outcome(spec(), { a, limits: { ...SHARDS, isolateBytes: 48 * 2 ** 20 } });
    expect(shards.record.plan!.shards).toBeGreaterThan(1);
    expect(shards.bytes).toEqual(whole.bytes);
  });

  it("give rows outside of the sample to the nearest mode", async () => {
    const { record, members, manifest } = await outcome(spec(), { a: tight(900), limits: { pairwiseRows: 300 } });
    expect(record).toMatchObject({ status: "completed", numClusters: 4, noisePoints: 0 });
    expect(manifest.result).toBe("approximate");
    expect(members).toHaveLength(900);
  });

  it.each([
    [{ seeds: [[900, 900, 900, 900]] }, /bandwidth: no row is within the bandwidth of 0.4 of any seed/],
    [{ bin_seeding: true, min_bin_freq: 500 }, /min_bin_freq: no bin .* has min_bin_freq = 500 rows/],
  ])("with %o fail at once and name the parameter", async (params, message) => {
    expect(await failure(spec(params), { a: tight(300) })).toMatch(message);
  });

  it("refuse seeds of another width, and say what seeds make idle", () => {
    const sizes = { rows: 100, dimensions: 3 };
    expect(() => meanShift.check!({ ...PARAMS, seeds: [[1, 2]] }, sizes, {} as never)).toThrow(/seed 0 has 2 values/);
    expect(() => meanShift.check!({ ...PARAMS, seeds: [[1, 2, 3]] }, sizes, {} as never)).not.toThrow();
    expect(meanShift.review!({ ...PARAMS, seeds: [[1]], bin_seeding: true })).toHaveLength(1);
    expect(meanShift.plan(PARAMS, { rows: 50_000, dimensions: 50 }).bytes).toBeLessThan(48 * 2 ** 20);
  });
});
