import { describe, expect, it } from "vitest";
import type { ShoalError } from "../../src/domain/errors";
import type { Shape } from "../../src/domain/run/types";
import { LIMITS } from "../../src/engine/limits";
import { plan } from "../../src/engine/planner";
import { attributeSpec, kmeansSpec } from "./fixtures";

const shape = (rows: number, dimensions: number, more: Partial<Shape> = {}): Shape => ({
  rows,
  dimensions,
  noiseRows: 0,
  missingRows: 0,
  perCollection: [rows],
  ...more,
});
const kinds = (rows: number, dimensions: number, spec = kmeansSpec()) =>
  plan(spec, shape(rows, dimensions)).stages.map((stage) => stage.kind);

describe("the method", () => {
  it("is exact in one isolate while the matrix fits, a coreset and Lloyd's rounds above", () => {
    expect(kinds(1797, 64)).toEqual([
      "gather",
      "moments",
      "kmeans",
      "assign",
      "scatter",
      "project",
      "silhouette",
      "stability",
      "keywords",
      "persist",
    ]);
    expect(kinds(200_000, 256)).toEqual([
      "gather",
      "moments",
      "coreset",
      "coreset_solve",
      "lloyd",
      "assign",
      "scatter",
      "project",
      "silhouette",
      "stability",
      "keywords",
      "persist",
    ]);
    expect(kinds(1797, 64, kmeansSpec({ centroid: "median", map: null, computeMetrics: false }))).toEqual([
      "gather",
      "moments",
      "kmeans",
      "assign",
      "median",
      "describe",
      "keywords",
      "persist",
    ]);
  });

  it("depends on rows and dimensions only, never on the size of shards", () => {
    for (const [rows, dimensions] of [
      [5000, 8],
      [300_000, 4],
      [90_000, 90],
      [200_000, 256],
    ] as const) {
      const methods = [1, 7, 64].map((blocks) => {
        const limits = { ...LIMITS, shardRows: 1024 * blocks, shardBytes: 2 ** 20 * blocks, kernelBytes: 2 ** 30 };
        const { stages } = plan(kmeansSpec({}, {}, dimensions), shape(rows, dimensions), limits);
        return stages.map(({ kind, params, exact, method }) => ({ kind, params, exact, method }));
      });
      expect(methods[1]).toEqual(methods[0]);
      expect(methods[2]).toEqual(methods[0]);
    }
  });
});

describe("tasks", () => {
  it("are whole blocks of rows within an isolate's budget", () => {
    for (const [rows, dimensions, clusters = 4] of [
      [4, 1],
      [1797, 64],
      [70_000, 50],
      [200_000, 256],
      [1_000_000, 768],
      [16_000_000, 2],
      [8_000, 1024, 1000],
      [900_000, 1, 1000],
    ] as [number, number, number?][]) {
      const planned = plan(kmeansSpec({}, { n_clusters: clusters }), shape(rows, dimensions));
      expect(planned.shardRows % 1024).toBe(0);
      for (const stage of planned.stages) {
        expect(stage.taskBytes).toBeLessThanOrEqual(48 * 2 ** 20);
        expect(stage.tasks).toBe(Math.ceil(stage.span.units / stage.span.perTask));
      }
      expect(planned.estimate.costUsd).toBeGreaterThan(0);
    }
  });

  it("hold one or two seconds of restarts each", () => {
    const stage = (n_init: number, rows: number) =>
      plan(kmeansSpec({}, { n_init, n_clusters: 50 }), shape(rows, 50)).stages.find((one) => one.kind === "kmeans")!;
    expect(stage(10, 1797).tasks).toBe(1);
    // 0.6 s a restart there, as measured: docs/design/planner.md.
    expect(stage(10, 70_000).tasks).toBe(5);
  });
});

describe("more rows than are clustered", () => {
  it("fits a sample of the cap's size within the sharded stages and assigns the rest", () => {
    const planned = plan(kmeansSpec(), shape(3_000_000, 6));
    expect(planned).toMatchObject({ fittedRows: 1_000_000, exact: false });
    const lloyd = planned.stages.find((stage) => stage.kind === "lloyd")!;
    expect(lloyd).toMatchObject({ exact: false, span: { units: 3_000_000 } });
    expect(lloyd.method).toContain("a seeded sample of 1000000 rows");
    expect(planned.stages.find((stage) => stage.kind === "silhouette")!.exact).toBe(false);
    expect(plan(kmeansSpec(), shape(1_000_000, 6)).fittedRows).toBe(1_000_000);
  });

  it("groups them all by attributes: no sample is needed there", () => {
    expect(plan(attributeSpec({}), shape(3_000_000, 0))).toMatchObject({ fittedRows: 3_000_000, exact: true });
  });
});

describe("approximations are told", () => {
  it("of the silhouette's sample and of PCA above 1,024 dimensions", () => {
    const large = plan(kmeansSpec(), shape(70_000, 50));
    expect(large.stages.find((stage) => stage.kind === "silhouette")).toMatchObject({ exact: false });
    const wide = plan(kmeansSpec(), shape(3000, 2048));
    expect(wide.stages.find((stage) => stage.kind === "scatter")).toMatchObject({ exact: false, tasks: 1 });
    expect(wide.exact).toBe(false);
    expect(plan(kmeansSpec(), shape(1797, 64)).exact).toBe(true);
  });
});

describe("a method that is fitted in one isolate", () => {
  const dbscan = kmeansSpec({
    method: {
      kind: "dbscan",
      params: { eps: 0.5, min_samples: 5, metric: "euclidean", metric_params: null, algorithm: "auto", p: 2 },
    },
  });

  it("has one path from its labels on", () => {
    expect(kinds(1797, 64, dbscan)).toEqual([
      "gather",
      "moments",
      "cluster",
      "label",
      "spread",
      "scatter",
      "project",
      "silhouette",
      "dbcv",
      "stability",
      "keywords",
      "persist",
    ]);
  });

  it("is fitted on 100,000 rows at most, and says so", () => {
    const planned = plan(dbscan, shape(300_000, 16));
    expect(planned).toMatchObject({ fittedRows: 100_000, exact: false });
    expect(planned.stages.find((stage) => stage.kind === "label")!.method).toContain("nearest row");
    for (const stage of planned.stages) expect(stage.taskBytes).toBeLessThanOrEqual(48 * 2 ** 20);
  });

  it("is refused with the bytes it needs, and the jobs nearest to it that fit", () => {
    let refusal: ShoalError | null = null;
    try {
      plan(dbscan, shape(90_000, 512));
    } catch (error) {
      refusal = error as ShoalError;
    }
    expect(refusal).toMatchObject({ code: "job_too_large", details: { field: "sample_size", limit: 48 * 2 ** 20 } });
    const { value, nearest } = refusal!.details as {
      value: number;
      nearest: { sample_size: number; preprocessing_steps: [{ n_components: number }] };
    };
    expect(value).toBeGreaterThan(4 * 90_000 * 512);
    expect(refusal!.message).toContain(`needs ${value} bytes`);
    const [{ n_components: reduced }] = nearest.preprocessing_steps;
    expect(plan(dbscan, shape(nearest.sample_size, 512)).stages.length).toBeGreaterThan(0);
    expect(plan(dbscan, shape(90_000, reduced)).stages.length).toBeGreaterThan(0);
    expect(() => plan(dbscan, shape(nearest.sample_size + 1, 512))).toThrow();
    expect(() => plan(dbscan, shape(90_000, reduced + 1))).toThrow();
  });
});

describe("refusals name the limit and the nearest job that fits", () => {
  it.each([
    [kmeansSpec(), shape(1, 6, { missingRows: 3 }), "too_few_documents", { value: 1, limit: 2, missing: 3 }],
    [
      kmeansSpec({}, { n_clusters: 20 }),
      shape(12, 6),
      "too_few_documents",
      { field: "n_clusters", value: 20, limit: 12 },
    ],
    [kmeansSpec(), shape(2 ** 24 + 1, 6), "job_too_large", { nearest: { sample_size: 2 ** 24 } }],
    [kmeansSpec(), shape(3000, 16_384), "job_too_large", { field: "n_clusters", limit: 48 * 2 ** 20 }],
    [kmeansSpec(), shape(900_000, 4096), "job_too_large", { nearest: { sample_size: 524_288 } }],
    [kmeansSpec({}, { n_clusters: 1000 }), shape(9000, 4096), "job_too_large", { nearest: { n_clusters: 256 } }],
    [kmeansSpec({ centroid: "median" }), shape(900_000, 512), "job_too_large", { field: "effective_feature_method" }],
    [attributeSpec({}), shape(0, 0), "too_few_documents", { value: 0 }],
  ])("case %#", (spec, data, code, details) => {
    expect(() => plan(spec, data)).toThrow(
      expect.objectContaining({ code, details: expect.objectContaining(details) }),
    );
  });
});
