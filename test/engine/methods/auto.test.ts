import { describe, expect, it } from "vitest";
import { survey } from "../../../src/engine/methods/auto/survey";
import type { Fit } from "../../../src/engine/methods/method";
import { run } from "../../../src/kernels";
import { plain } from "../../kernels/support";
import { blobs } from "../fixtures";
import { generator } from "../harness";
import { methodSpec, outcome, SHARDS } from "./support";

const spec = methodSpec({ kind: "auto", params: {} });
const rows = (count: number) => blobs("a", count, { dimensions: 4, centers: 4, spread: 0.2 });

describe("a run that chooses its method", () => {
  it("finds the blobs, and tells on the run what was seen, tried and chosen", async () => {
    const { record, manifest, centroids } = await outcome(spec, { a: rows(1200) });
    expect(record).toMatchObject({ status: "completed", numClusters: 4 });
    const { chosen, reasons } = manifest.auto;
    expect(chosen).toMatchObject({ kind: "kmeans", params: { n_clusters: 4 } });
    expect(reasons[0]).toMatch(/of 1200 rows 1200 were looked at: intrinsic dimension [\d.]+ of 4/);
    expect(manifest.method).toBe("auto");
    expect(centroids[0]).toMatchObject({ algorithm: "kmeans", parameters: JSON.stringify(chosen.params) });
    const [warning] = record.warnings.filter((one) => one.loc[1] === "clustering_method");
    expect(warning!.msg).toContain("auto chose kmeans: of 1200 rows");
    expect(record.metrics!.inertia).toBeGreaterThan(0);
  });

  it("takes hdbscan for long clusters that no centroid describes", async () => {
    const random = generator(5);
    const moons = Array.from({ length: 900 }, (_, i) => {
      const [angle, side] = [Math.PI * random(), i % 2];
      const x = side === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
      const y = side === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
      // Denser towards one end.
      const jitter = 0.02 + 0.1 * (angle / Math.PI) ** 2;
      return { id: `m${i}`, vector: [x + jitter * (random() - 0.5), y + jitter * (random() - 0.5), 0, 0] };
    });
    const { record, members, manifest } = await outcome(spec, { a: moons });
    expect(manifest.auto.chosen.kind, manifest.auto.reasons.join("; ")).toBe("hdbscan");
    expect(record.metrics!.mst_weight).toBeGreaterThan(0);
    const sides = new Map<unknown, Set<number>>();
    for (const [i, row] of members.entries())
      sides.set(row.cluster_id, (sides.get(row.cluster_id) ?? new Set()).add(i % 2));
    sides.delete("-1");
    expect(sides.size).toBeGreaterThanOrEqual(2);
    expect([...sides.values()].every((own) => own.size === 1)).toBe(true);
  });

  it("does not try densities where the rows fill many dimensions", async () => {
    const a = blobs("a", 800, { dimensions: 24, centers: 6, spread: 1 });
    const wide = methodSpec({ kind: "auto", params: {} }, { features: [{ ...spec.features[0]!, dimensions: 24 }] });
    const { manifest } = await outcome(wide, { a, dimensions: 24 });
    expect(manifest.auto.reasons.join("; ")).toContain("no hdbscan");
    expect(["kmeans", "leiden"]).toContain(manifest.auto.chosen.kind);
  });

  it("gives the same bytes for any shards, whoever dies", async () => {
    const whole = await outcome(spec, { a: rows(3000) });
    const chaos = { seed: 3, duplicate: 0.2, lose: 0.2, kill: 0.02, restart: 0.05 };
    const shards = await outcome(spec, { a: rows(3000), limits: SHARDS, chaos });
    expect(shards.bytes).toEqual(whole.bytes);
    expect(shards.manifest.auto).toEqual(whole.manifest.auto);
  });

  it("fits as many rows as whichever is chosen can hold, and the others follow their nearest", async () => {
    const limits = { pairwiseRows: 900 };
    const { record, manifest } = await outcome(spec, { a: rows(3000), limits });
    expect(manifest).toMatchObject({ result: "approximate", rows: { fitted: 900 } });
    expect(record.numClusters).toBe(4);
  });

  it.each([2, 3, 30])("ends well over %i rows", async (count) => {
    const { record, manifest } = await outcome(spec, { a: rows(count) });
    expect(record.status).toBe("completed");
    expect(manifest.auto.chosen.kind).toBe("kmeans");
  });

  it("ends well where all rows are equal", async () => {
    const equal = Array.from({ length: 150 }, (_, i) => ({ id: `e${i}`, vector: [1, 2, 3, 4] }));
    const { record, manifest } = await outcome(spec, { a: equal });
    expect(record.status).toBe("completed");
    expect(manifest.auto.reasons[0]).toContain("intrinsic dimension unknown");
  });
});

describe("the intrinsic dimension", () => {
  it.each([
    [1, 6],
    [2, 6],
    [4, 8],
  ])("of a flat piece of %i dimensions in %i", async (own, dimensions) => {
    const kernels = plain();
    const random = generator(11);
    const count = 1500;
    const axes = Array.from({ length: own * dimensions }, () => random() - 0.5);
    const matrix = kernels.matrix(count, dimensions);
    for (let row = 0; row < count; row++) {
      const place = Array.from({ length: own }, random);
      const values = Array.from({ length: dimensions }, (_, i) =>
        place.reduce((sum, at, axis) => sum + at * axes[axis * dimensions + i]!, 0),
      );
      matrix.write(row, Float32Array.from(values));
    }
    const sample: Fit<unknown> = {
      params: null,
      rows: count,
      dimensions,
      seed: 1,
      kernels,
      matrix: async () => matrix,
      centered: async () => matrix,
      spent: () => undefined,
      neighbors: async (wish) => run(kernels.knn(matrix, wish)),
      run: async (slices) => run(slices),
      compute: (call) => call(),
    };
    const found = await survey(sample);
    expect(Math.abs(found.intrinsicDimension! - own)).toBeLessThan(0.12 * own);
    expect(found.densityRange).toBeGreaterThan(0);
  });
});
