/** Spectral clustering over whole runs: both affinities, refusals, shards, samples. */
import { describe, expect, it } from "vitest";
import type { SpectralParams } from "../../../src/domain/definition/params/spectral";
import type { RunSpec } from "../../../src/domain/run/types";
import { spectral } from "../../../src/engine/methods/spectral";
import { blobs } from "../fixtures";
import { methodSpec, outcome, SHARDS } from "./support";

const SPECTRAL: SpectralParams = {
  n_clusters: 4,
  eigen_solver: null,
  n_components: null,
  random_state: 42,
  n_init: 10,
  gamma: 1,
  affinity: "nearest_neighbors",
  n_neighbors: 10,
  eigen_tol: 0,
  assign_labels: "kmeans",
  degree: 3,
  coef0: 1,
  kernel_params: null,
};

const spec = (params: Partial<SpectralParams> = {}, changes: Partial<RunSpec> = {}) =>
  methodSpec({ kind: "spectral", params: { ...SPECTRAL, ...params } }, changes);
const apart = (rows = 800) => blobs("a", rows, { dimensions: 4, centers: 4, spread: 0.2 });

describe("spectral clustering", () => {
  it.each([
    {},
    { assign_labels: "discretize" },
    { affinity: "rbf" },
    { affinity: "rbf", assign_labels: "cluster_qr" },
  ] as Partial<SpectralParams>[])("finds the blobs: %o", async (params) => {
    const { record, members, manifest } = await outcome(spec(params), { a: apart() });
    expect(record).toMatchObject({ status: "completed", numClusters: 4, noisePoints: 0 });
    expect(manifest).toMatchObject({ method: "spectral", result: "exact" });
    const groups = members.map(
      ({ cluster_id, document_id }) => `${cluster_id} ${Number((document_id as string).slice(2)) % 4}`,
    );
    expect(new Set(groups).size).toBe(4);
  });

  it("gives the same bytes for any shards", async () => {
    const [whole, shards] = [{}, SHARDS].map((limits) => outcome(spec(), { a: apart(3000), limits }));
    expect((await shards!).record.plan!.shards).toBe(3);
    expect((await shards!).bytes).toEqual((await whole!).bytes);
  });

  it("fits a sample of more documents than its cap", async () => {
    const { manifest, record } = await outcome(spec(), { a: apart(3000), limits: { pairwiseRows: 700 } });
    expect(manifest).toMatchObject({ result: "approximate", rows: { total: 3000, fitted: 700 } });
    expect(record.numClusters).toBe(4);
  });

  it("says what is refused, what has no effect, and what fits", () => {
    const review = (params: Partial<SpectralParams>) => spectral.review!({ ...SPECTRAL, ...params });
    expect(() => review({ affinity: "cosine" })).toThrow(/accepted: "rbf", "nearest_neighbors"/);
    expect(review({})).toEqual([]);
    expect(review({ eigen_solver: "lobpcg", degree: 2 }).map((one) => one.loc.at(-1))).toEqual([
      "eigen_solver",
      "degree",
    ]);
    expect(() => spectral.check!(SPECTRAL, { rows: 3, dimensions: 4 }, {} as never)).toThrow(
      /n_clusters = 4 needs as many documents; 3 can take part/,
    );
    const bytes = (params: Partial<SpectralParams>, rows: number) =>
      spectral.plan({ ...SPECTRAL, ...params }, { rows, dimensions: 50 }).bytes;
    expect(bytes({}, 50_000)).toBeLessThan(48 * 2 ** 20);
    expect(bytes({ affinity: "rbf" }, 3_000)).toBeLessThan(48 * 2 ** 20);
    expect(bytes({ affinity: "rbf" }, 4_000)).toBeGreaterThan(48 * 2 ** 20);
  });
});
