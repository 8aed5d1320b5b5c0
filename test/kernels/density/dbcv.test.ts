import { describe, expect, it } from "vitest";
import { type Dbcv, type DbcvOptions, type Metric, run } from "../../../src/kernels";
import { dbcvBytes } from "../../../src/kernels/density/dbcv";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { distance } from "../neighbors/support";
import { blobs, generator, load, plain } from "../support";

const OPTIONS: DbcvOptions = { metric: { name: "euclidean" }, limit: Infinity, seed: 1 };

function validity(values: Float32Array, d: number, labels: Int32Array, options: Partial<DbcvOptions> = {}): Dbcv {
  const kernels = plain();
  return run(kernels.dbcv(load(kernels, values, d), labels, { ...OPTIONS, ...options }));
}

/** The paper's definition over whole matrices: spanning trees by Kruskal, in f64. */
function bruteForce(x: Float32Array, d: number, labels: Int32Array, metric: Metric): number {
  const clusters = Array.from({ length: Math.max(...labels) + 1 }, (_, c) =>
    [...labels.keys()].filter((row) => labels[row] === c),
  );
  const core = new Map<number, number>();
  for (const rows of clusters) {
    for (const row of rows) {
      const others = rows.map((other) => distance(metric, x, row, x, other, d)).filter((value) => value > 0);
      const sum = others.reduce((total, value) => total + (1 / value) ** d, 0);
      core.set(row, (sum / (rows.length - 1)) ** (-1 / d));
    }
  }
  const mutual = (a: number, b: number): number =>
    Math.max(distance(metric, x, a, x, b, d), core.get(a)!, core.get(b)!);
  const trees = clusters.map((rows) => {
    const pairs = rows.flatMap((a, i) =>
      rows.slice(0, i).map((b) => ({ a, b, weight: mutual(a, b), length: distance(metric, x, a, x, b, d) })),
    );
    const group = new Map(rows.map((row) => [row, row]));
    const edges = pairs
      .sort((p, q) => p.weight - q.weight || p.length - q.length)
      .filter(({ a, b }) => {
        const [from, to] = [group.get(a)!, group.get(b)!];
        if (from === to) return false;
        for (const row of rows) if (group.get(row) === from) group.set(row, to);
        return true;
      });
    const inner = rows.filter((row) => edges.filter(({ a, b }) => a === row || b === row).length > 1);
    const within = edges.filter(({ a, b }) => inner.includes(a) && inner.includes(b));
    return { inner, sparseness: Math.max(...(within.length ? within : edges).map(({ weight }) => weight)) };
  });
  return clusters.reduce((sum, rows, c) => {
    const gaps = trees.flatMap((other, o) =>
      o === c ? [] : trees[c]!.inner.flatMap((a) => other.inner.map((b) => mutual(a, b))),
    );
    const separation = Math.min(...gaps);
    const { sparseness } = trees[c]!;
    return sum + ((rows.length / labels.length) * (separation - sparseness)) / Math.max(separation, sparseness);
  }, 0);
}

describe("density-based validation", () => {
  it.each([{ name: "euclidean" }, { name: "cosine" }, { name: "manhattan" }] as Metric[])(
    "is what its definition says: %o",
    (metric) => {
      const values = blobs(90, 3, 3, 5);
      const next = generator(2);
      const separate = Int32Array.from({ length: 90 }, (_, i) => (i % 11 === 0 ? -1 : i % 3));
      const random = Int32Array.from({ length: 90 }, () => Math.floor(4 * next()) - 1);
      for (const labels of [separate, random]) {
        expect(validity(values, 3, labels, { metric }).value).toBeCloseTo(bruteForce(values, 3, labels, metric), 9);
      }
    },
  );

  it("tells separate groups from random ones, whatever the scale and in many dimensions", () => {
    const values = blobs(300, 200, 3, 5);
    const groups = Int32Array.from({ length: 300 }, (_, i) => i % 3);
    const random = Int32Array.from({ length: 300 }, (_, i) => Math.floor(i / 100));
    const { value, exact, rows } = validity(values, 200, groups);
    expect(value).toBeGreaterThan(0.2);
    expect({ exact, rows }).toEqual({ exact: true, rows: 300 });
    expect(validity(values, 200, random).value).toBeLessThan(0);
    for (const factor of [2 ** 60, 2 ** -60]) {
      expect(
        validity(
          values.map((v) => v * factor),
          200,
          groups,
        ).value,
      ).toBeCloseTo(value, 9);
    }
  });

  it("counts noise against the clustering", () => {
    const values = blobs(200, 2, 2, 3).map((v, i) => v + 30 * (Math.floor(i / 2) % 2));
    const all = Int32Array.from({ length: 200 }, (_, i) => i % 2);
    const half = all.map((label, i) => (i < 100 ? label : -1));
    const { clusters, value } = validity(values, 2, half);
    expect(value).toBeCloseTo((clusters[0]! + clusters[1]!) / 4, 12);
    expect(value).toBeLessThan(validity(values, 2, all).value);
  });

  it("samples every cluster above its limit, by the seed alone", () => {
    const values = blobs(900, 4, 3, 8);
    for (let i = 0; i < values.length; i += 4) values[i]! += 30 * (Math.floor(i / 4) % 3);
    const labels = Int32Array.from({ length: 900 }, (_, i) => i % 3);
    const sampled = validity(values, 4, labels, { limit: 300 });
    expect(sampled).toMatchObject({ rows: 300, exact: false });
    expect(Math.abs(sampled.value - validity(values, 4, labels).value)).toBeLessThan(0.1);
    expect(validity(values, 4, labels, { limit: 300 })).toEqual(sampled);
    expect(validity(values, 4, labels, { limit: 300, seed: 2 }).value).not.toBe(sampled.value);
  });

  it("answers at the edges: no rows, no clusters, one, single rows, pairs, duplicates", () => {
    expect(validity(new Float32Array(0), 2, new Int32Array(0)).value).toBe(0);
    const values = blobs(12, 2, 2, 1);
    expect(validity(values, 2, new Int32Array(12).fill(-1))).toMatchObject({ value: 0, rows: 0 });
    expect(validity(values, 2, new Int32Array(12)).value).toBe(0);
    const odd = validity(
      values,
      2,
      Int32Array.from({ length: 12 }, (_, i) => (i === 0 ? 0 : 1)),
    );
    expect([...odd.clusters]).toEqual([Number.NaN, expect.any(Number)]);
    expect(
      validity(
        values,
        2,
        Int32Array.from({ length: 12 }, (_, i) => i >> 1),
      ).clusters,
    ).toHaveLength(6);
    const equal = validity(
      new Float32Array(24).fill(3),
      2,
      Int32Array.from({ length: 12 }, (_, i) => i % 2),
    );
    expect(equal.value).toBe(0);
  });

  it("refuses labels that do not fit, and values that are not finite", () => {
    const values = blobs(12, 2, 2, 1);
    expect(() => validity(values, 2, new Int32Array(11))).toThrow(/11 labels for 12 rows/);
    expect(() => validity(values, 2, new Int32Array(12).fill(99))).toThrow(/label 99 of row 0/);
    expect(() => validity(values, 2, new Int32Array(12), { limit: 1 })).toThrow(/limit/);
    values[5] = Number.NaN;
    expect(() => validity(values, 2, new Int32Array(12))).toThrow(/row 2, dimension 1/);
  });

  it("stays within its memory formula", () => {
    const kernels = plain();
    const matrix = load(kernels, blobs(1_000, 3, 2, 1), 3);
    const before = kernels.mark();
    let most = 0;
    const labels = Int32Array.from({ length: 1_000 }, (_, i) => i % 2);
    const slices = kernels.dbcv(matrix, labels, { metric: { name: "cosine" }, limit: 400, seed: 1 });
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    expect(most).toBeLessThanOrEqual(dbcvBytes(1_000, 400) + BASE_BYTES);
    expect(most).toBeGreaterThan(0.8 * dbcvBytes(1_000, 400));
    expect(kernels.mark()).toBe(before);
  });
});
