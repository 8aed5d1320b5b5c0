/** Gaussian mixtures over whole runs: memberships, criteria, the kept mixture, shards, samples. */
import { describe, expect, it } from "vitest";
import type { GaussianMixtureParams } from "../../../src/domain/definition/params/gaussian-mixture";
import type { RunSpec } from "../../../src/domain/run/types";
import { gaussianMixture } from "../../../src/engine/methods/gaussian-mixture";
import { keepsResponsibilities, mixtureTables } from "../../../src/engine/methods/mixture-tables";
import type { MixtureModel } from "../../../src/kernels";
import { blobs } from "../fixtures";
import { failure, methodSpec, outcome, SHARDS } from "./support";

const MIXTURE: GaussianMixtureParams = {
  n_components: 4,
  covariance_type: "full",
  tol: 1e-3,
  reg_covar: 1e-6,
  max_iter: 100,
  n_init: 1,
  init_params: "kmeans",
  weights_init: null,
  means_init: null,
  precisions_init: null,
  random_state: 42,
};

const spec = (params: Partial<GaussianMixtureParams> = {}, changes: Partial<RunSpec> = {}) =>
  methodSpec({ kind: "gaussian_mixture", params: { ...MIXTURE, ...params } }, changes);
const apart = (rows = 1200) => blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.2 });

describe("Gaussian mixture", () => {
  it.each(["full", "tied", "diag", "spherical"] as const)(
    "finds the blobs, and keeps the mixture and its responsibilities (%s)",
    async (covariance_type) => {
      const { record, members, manifest, table } = await outcome(spec({ covariance_type }), { a: apart() });
      expect(record).toMatchObject({ status: "completed", numPoints: 1200, noisePoints: 0, numClusters: 4 });
      expect(manifest).toMatchObject({ method: "gaussian_mixture", result: "exact" });
      const groups = members.map(
        ({ cluster_id, document_id }) => `${cluster_id} ${Number((document_id as string).slice(2)) % 4}`,
      );
      expect(new Set(groups).size).toBe(4);
      const { bic, aic, loglik_per_sample: likelihood } = record.metrics as Record<string, number>;
      const free = { full: 40, tied: 10, diag: 16, spherical: 4 }[covariance_type] + 16 + 3;
      expect(bic).toBeCloseTo(free * Math.log(1200) - 2400 * likelihood!, 3);
      expect(aic).toBeCloseTo(2 * free - 2400 * likelihood!, 3);
      const mixture = await table("mixture.parquet");
      const widths = { full: 16, tied: 16, diag: 4, spherical: 1 };
      expect(mixture).toHaveLength(4);
      expect(mixture[0]!.covariance).toHaveLength(widths[covariance_type]);
      expect(mixture.reduce((sum, row) => sum + (row.weight as number), 0)).toBeCloseTo(1, 9);
      const responsibilities = await table("responsibilities.parquet");
      expect(responsibilities).toHaveLength(1200);
      for (const { probabilities } of responsibilities.slice(0, 50)) {
        expect((probabilities as number[]).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      }
    },
  );

  it("gives the same bytes for any shards", async () => {
    const [whole, shards] = [{}, SHARDS].map((limits) => outcome(spec(), { a: apart(3000), limits }));
    expect((await shards!).record.plan!.shards).toBe(3);
    expect((await shards!).bytes).toEqual((await whole!).bytes);
  });

  it("labels documents beyond its sample by the mixture", async () => {
    const { manifest, members } = await outcome(spec(), { a: apart(3000), limits: { fittedRows: 700 } });
    expect(manifest).toMatchObject({ result: "approximate", rows: { total: 3000, fitted: 700, noise: 0 } });
    const groups = members.map(
      ({ cluster_id, document_id }) => `${cluster_id} ${Number((document_id as string).slice(2)) % 4}`,
    );
    expect(new Set(groups).size).toBe(4);
  });

  it("starts from given means", async () => {
    const means_init = apart()
      .slice(0, 4)
      .map((one) => one.vector!);
    const { record } = await outcome(spec({ means_init, init_params: "random" }), { a: apart() });
    expect(record.numClusters).toBe(4);
  });

  it("fails at once, and says why, where only the fit can tell that values have no mixture", async () => {
    const indefinite = [
      [1, 5, 0, 0],
      [5, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    const params = { covariance_type: "tied", precisions_init: indefinite } as const;
    expect(await failure(spec(params), { a: apart() })).toMatch(/precisions_init .* is not positive definite/);
  });

  it("refuses lists of another shape and more components than documents, and fits 50,000 × 50", () => {
    const limits = {} as never;
    const check = (params: Partial<GaussianMixtureParams>, rows = 100) =>
      gaussianMixture.check!({ ...MIXTURE, ...params }, { rows, dimensions: 4 }, limits);
    expect(() => check({})).not.toThrow();
    expect(() => check({ means_init: [[1, 2]] })).toThrow(/means_init: must be 4 × 4 numbers, got 1 × 2/);
    expect(() => check({ means_init: Array(8).fill([1, 2]) })).toThrow(/must be 4 × 4 numbers, got 8 × 2/);
    expect(() => check({ means_init: Array(4).fill([1, 2, 3, 4]) })).not.toThrow();
    expect(() => check({}, 3)).toThrow(/n_components = 4 needs as many documents; 3 can take part/);
    expect(gaussianMixture.plan(MIXTURE, { rows: 50_000, dimensions: 50 }).bytes).toBeLessThan(24 * 2 ** 20);
  });

  it("tells of the tables that are too large to be kept", () => {
    const model = (dimensions: number): MixtureModel => ({
      covarianceType: "full",
      components: 2,
      dimensions,
      weights: Float64Array.of(0.5, 0.5),
      means: new Float64Array(2 * dimensions),
      covariances: new Float64Array(dimensions * (dimensions + 1)),
      total: new Float64Array(),
    });
    expect([keepsResponsibilities(2 ** 20, 2), keepsResponsibilities(2 ** 20 + 1, 2)]).toEqual([true, false]);
    const small = mixtureTables(model(3), 4, new Float32Array(8));
    expect(small.tables.map(({ file }) => file)).toEqual(["mixture.parquet", "responsibilities.parquet"]);
    expect(small.warnings).toEqual([]);
    const { tables, warnings } = mixtureTables(model(1025), 2_000_000, null);
    expect(tables).toEqual([]);
    const at = (field: string) => ["vector_config", "algorithm_params", field];
    expect(warnings).toEqual([
      { loc: at("covariance_type"), msg: expect.stringMatching(/mixture\.parquet is left out: .* 2101250 values/) },
      { loc: at("n_components"), msg: expect.stringMatching(/responsibilities\.parquet is left out: .* 4000000/) },
    ]);
  });
});
