/** What a run measures of its clustering beyond a pass over the rows: silhouette, DBCV, stability. */
import { describe, expect, it } from "vitest";
import type { Shape } from "../../src/domain/run/types";
import { IMPLEMENTED } from "../../src/engine/methods/registry";
import { plan } from "../../src/engine/planner";
import { sampleRows } from "../../src/engine/sampling";
import { adjustedRandIndex } from "../../src/kernels/measures/agreement";
import type { FakeDocument } from "./fake-collection";
import { blobs, kmeansSpec } from "./fixtures";
import { generator } from "./harness";
import { byDefault, DBSCAN, methodSpec, outcome, SHARDS, scattered } from "./methods/support";

const shape = (rows: number, dimensions: number): Shape => ({
  rows,
  dimensions,
  noiseRows: 0,
  missingRows: 0,
  perCollection: [rows],
});

const MEASURES = ["silhouette", "dbcv", "stability"];
/** CPU milliseconds that measures may take in any run; each is told in whole ones. */
const FREE_MS = 50 + MEASURES.length;

const apart = (rows = 1200): FakeDocument[] => blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.1 });

function uniform(rows = 1200): FakeDocument[] {
  const random = generator(5);
  return Array.from({ length: rows }, (_, i) => ({ id: `u_${i}`, vector: Array.from({ length: 4 }, () => random()) }));
}

const kmeans = kmeansSpec({ normalize: false }, { n_clusters: 4 }, 4);
const hdbscan = methodSpec(byDefault("hdbscan"));

describe("the plan", () => {
  it.each(IMPLEMENTED)("gives the measures of %s a fifth of the time before them at most", (kind) => {
    let planned = 0;
    for (const [rows, dimensions] of [
      [150, 4],
      [1797, 64],
      [10_000, 50],
      [60_000, 8],
      [70_000, 50],
      [1_000_000, 16],
      [200_000, 256],
      [3_000_000, 2],
    ] as const) {
      const spec = kmeansSpec({ method: byDefault(kind) }, {}, dimensions);
      let stages: ReturnType<typeof plan>["stages"];
      try {
        ({ stages } = plan(spec, shape(rows, dimensions)));
      } catch {
        continue;
      }
      planned++;
      const time = (measures: boolean) =>
        stages.reduce((sum, one) => sum + (MEASURES.includes(one.kind) === measures ? one.cpuMs : 0), 0);
      expect(time(true)).toBeLessThanOrEqual(Math.max(FREE_MS, 0.2 * time(false) + MEASURES.length));
      const stability = stages.find((stage) => stage.kind === "stability");
      if (!stability) continue;
      const { samples, size } = stability.params as { samples: number; size: number };
      expect(samples).toBeGreaterThanOrEqual(2);
      expect(size).toBeGreaterThanOrEqual(50);
      expect(size).toBeLessThanOrEqual(rows / 2);
      expect(stability.span.units).toBe(samples);
    }
    expect(planned).toBeGreaterThan(1);
  });

  it("says so where no two subsamples of the least size fit", () => {
    const few = plan(kmeansSpec(), shape(80, 6));
    expect(few.stages.some((stage) => stage.kind === "stability")).toBe(false);
    expect(few.notes.at(-1)).toContain("stability: not measured, a subsample of half the rows has fewer than 50");
    const many = plan(kmeansSpec({}, { n_clusters: 1000, n_init: 1, max_iter: 1 }, 64), shape(20_000, 64));
    expect(many.notes.at(-1)).toContain("2 subsamples of 5000 rows or more would take more");
  });

  it("has DBCV for methods that look for dense regions only", () => {
    const kinds = (kind: "hdbscan" | "optics" | "dbscan" | "leiden" | "auto") =>
      plan(kmeansSpec({ method: byDefault(kind) }), shape(2000, 6)).stages.map((stage) => stage.kind);
    for (const kind of ["hdbscan", "optics", "dbscan", "auto"] as const) expect(kinds(kind)).toContain("dbcv");
    expect(kinds("leiden")).not.toContain("dbcv");
  });
});

describe("stability", () => {
  it("is high for blobs apart and low for uniform rows", async () => {
    const high = await outcome(kmeans, { a: apart() });
    expect(high.record.metrics!.stability).toBeGreaterThan(0.99);
    const low = await outcome(
      { ...kmeans, method: { kind: "kmeans", params: { ...byKMeans, n_clusters: 9 } } },
      {
        a: uniform(),
      },
    );
    expect(low.record.metrics!.stability).toBeLessThan(0.7);
    expect(low.record.metrics!.stability).toBeGreaterThan(0);
  });

  it("tells the agreement of every subsample", async () => {
    const { record, manifest } = await outcome(hdbscan, { a: scattered() });
    const { samples, sample_rows, agreements } = manifest.audits.stability;
    expect(agreements).toHaveLength(samples);
    const mean = agreements.reduce((sum: number, one: number) => sum + one, 0) / samples;
    expect(record.metrics!.stability).toBeCloseTo(mean, 12);
    expect(record.plan!.notes.join()).toContain(`${samples} subsamples of ${sample_rows} rows`);
    // Outliers that are noise in the run and in the subsamples agree too.
    expect(mean).toBeGreaterThan(0.9);
  });

  it("is null for a run without clusters", async () => {
    const none = await outcome(methodSpec({ kind: "dbscan", params: { ...DBSCAN, eps: 1e-6 } }));
    expect(none.record.metrics).toMatchObject({ stability: null, dbcv: null });
    expect(none.manifest.audits.stability).toBeUndefined();
  });
});

describe("DBCV", () => {
  it("is high for blobs apart, and counts what is left out against them", async () => {
    const high = await outcome(hdbscan, { a: apart(600) });
    const noisy = await outcome(hdbscan, { a: scattered(600) });
    expect(high.record.metrics!.dbcv).toBeGreaterThan(0.7);
    expect(noisy.record.metrics!.dbcv).toBeLessThan(high.record.metrics!.dbcv!);
    const uneven = await outcome(methodSpec({ kind: "dbscan", params: { ...DBSCAN, eps: 0.12, min_samples: 3 } }), {
      a: uniform(600),
    });
    expect(uneven.record.metrics!.dbcv ?? 0).toBeLessThan(0.2);
  });

  it("estimates from a stratified sample what all rows have", async () => {
    const whole = await outcome(hdbscan, { a: scattered(500) });
    const sampled = await outcome(hdbscan, { a: scattered(3000) });
    expect(whole.manifest.audits.dbcv.sample_rows).toBe(500 - whole.record.noisePoints);
    expect(sampled.manifest.audits.dbcv.sample_rows).toBeLessThan(1500);
    expect(Math.abs(sampled.record.metrics!.dbcv! - whole.record.metrics!.dbcv!)).toBeLessThan(0.1);
  });
});

describe("the same values", () => {
  it.each(["hdbscan", "optics", "leiden", "gaussian_mixture"] as const)(
    "of %s for any shards, and whoever dies",
    async (kind) => {
      const spec = methodSpec(byDefault(kind));
      const whole = await outcome(spec, { a: scattered(3000) });
      const chaos = { seed: 4, duplicate: 0.1, lose: 0.1, kill: 0.01, restart: 0.05 };
      const shards = await outcome(spec, { a: scattered(3000), limits: { ...SHARDS, taskCpuMs: 5 }, chaos });
      expect(shards.record.metrics).toEqual(whole.record.metrics);
      expect(shards.manifest.audits.stability).toEqual(whole.manifest.audits.stability);
      expect(shards.manifest.audits.dbcv).toEqual(whole.manifest.audits.dbcv);
      expect(whole.record.metrics!.stability).not.toBeNull();
    },
  );
});

describe("subsamples", () => {
  it("are the rows of the smallest hashes, another set for every purpose", () => {
    const one = sampleRows(70_000, 500, 7, 16);
    expect(one).toEqual(Uint32Array.from(new Set(one)).sort());
    expect(one).toHaveLength(500);
    expect(sampleRows(70_000, 500, 7, 17)).not.toEqual(one);
    const larger = new Set(sampleRows(70_000, 900, 7, 16));
    expect([...one].every((row) => larger.has(row))).toBe(true);
    expect([...sampleRows(5, 9, 7, 16)]).toEqual([0, 1, 2, 3, 4]);
  });

  it("are compared in memory that grows with their rows, not with clusters squared", () => {
    const labels = Int32Array.from({ length: 200_000 }, (_, i) => i >> 1);
    expect(adjustedRandIndex(labels, labels)).toBe(1);
  });
});

const byKMeans = (kmeans.method as { params: typeof import("./fixtures").KMEANS }).params;
