import { describe, expect, it } from "vitest";
import { type Assignment, kernelMath, run } from "../../src/kernels";
import { blobs, generator, load, nearest, plain, squaredDistance } from "./support";

function assign(values: Float32Array, d: number, centroids: Float32Array): Assignment {
  const kernels = plain();
  const matrix = load(kernels, values, d);
  const grid = { maxAbs: kernels.maxAbs(matrix), rows: matrix.rows };
  return run(kernels.assign(matrix, centroids, centroids.length / d, grid));
}

describe("assign", () => {
  /** Every remainder of tile rows, panel widths, groups of columns and vector lanes. */
  const shapes = [1, 2, 3, 5, 8, 31].flatMap((rows) => [1, 2, 3, 4, 7, 16, 65].map((d) => [rows, d] as const));
  const clusterCounts = [1, 2, 4, 5, 8, 11, 12, 13, 16, 17, 25, 28, 239, 240, 241, 250, 500];

  it("finds the nearest centroid for any rows, dimensions and clusters", () => {
    for (const [rows, d] of shapes) {
      for (const k of clusterCounts) {
        const values = blobs(rows, d, 3, rows + d);
        const centroids = blobs(k, d, k, k + d);
        const { labels, distances } = assign(values, d, centroids);
        for (let i = 0; i < rows; i++) {
          const { label, squared, gap } = nearest(values, i, centroids, k, d);
          const own = squaredDistance(values, i, centroids, labels[i]!, d);
          if (gap > 1e-3) expect(labels[i], `${rows} × ${d}, k = ${k}, row ${i}`).toBe(label);
          else expect(own).toBeLessThanOrEqual(squared + 1e-3);
          expect(distances[i]).toBeCloseTo(Math.sqrt(own), 4);
        }
      }
    }
  });

  it("sums counts, members, distances and inertia per cluster, and finds the nearest rows", () => {
    const [rows, d, k] = [1_000, 5, 4];
    const values = blobs(rows, d, k, 6);
    const centroids = values.slice(0, k * d);
    const { labels, sums, nearestRows, nearestDistances } = assign(values, d, centroids);
    let inertia = 0;
    for (let c = 0; c < k; c++) {
      const members = [...labels.keys()].filter((i) => labels[i] === c);
      const squared = members.map((i) => squaredDistance(values, i, centroids, c, d));
      const total = squared.reduce((a, b) => a + b, 0);
      inertia += total;
      expect(sums.counts[c]).toBe(members.length);
      expect(sums.squaredDistances[c]).toBeCloseTo(total, 6);
      expect(sums.distances[c]).toBeCloseTo(
        squared.reduce((a, b) => a + Math.sqrt(b), 0),
        6,
      );
      for (let t = 0; t < d; t++) {
        expect(sums.sums[c * d + t]).toBeCloseTo(
          members.reduce((sum, i) => sum + values[i * d + t]!, 0),
          6,
        );
      }
      expect(nearestRows[c]).toBe(members[squared.indexOf(Math.min(...squared))]);
      expect(nearestDistances[c]).toBeCloseTo(Math.sqrt(Math.min(...squared)), 6);
    }
    expect(sums.inertia).toBeCloseTo(inertia, 6);
  });

  it("breaks ties towards the lower centroid and the lower row", () => {
    const centroid = [1, 2, 3];
    const centroids = Float32Array.from(Array.from({ length: 30 }, () => centroid).flat());
    const { labels, nearestRows } = assign(blobs(40, 3, 2, 1), 3, centroids);
    expect(new Set(labels)).toEqual(new Set([0]));
    expect([...nearestRows.slice(1)]).toEqual(Array(29).fill(-1));
    expect(assign(new Float32Array(60), 3, centroids).nearestRows[0]).toBe(0);
  });

  it("takes no rows", () => {
    const { labels, sums } = assign(new Float32Array(0), 3, new Float32Array(6));
    expect(labels.length).toBe(0);
    expect([...sums.counts]).toEqual([0, 0]);
  });

  it("refuses centroids of another shape and centroids that are not finite", () => {
    expect(() => assign(new Float32Array(6), 3, new Float32Array(0))).toThrow(/0 centroid values/);
    expect(() => assign(new Float32Array(6), 3, new Float32Array(3).fill(Infinity))).toThrow(/finite/);
  });
});

describe("silhouette, Davies–Bouldin, Calinski–Harabasz", () => {
  const [rows, d, k] = [300, 9, 5];
  const values = blobs(rows, d, k, 12);
  const next = generator(3);
  const labels = Int32Array.from({ length: rows }, (_, i) => (next() < 0.1 ? -1 : i % k));
  const counts = new Float64Array(k);
  for (const label of labels) if (label >= 0) counts[label]!++;

  it("sums distances from queries to clusters as brute force does, duplicates and the query itself included", () => {
    const kernels = plain();
    const matrix = load(kernels, values, d);
    const queries = values.slice(0, 37 * d);
    const grid = { maxAbs: kernels.maxAbs(matrix), rows };
    const sums = run(kernels.silhouetteSums(queries, matrix, labels, k, grid));
    for (let q = 0; q < 37; q++) {
      const expected = new Float64Array(k);
      for (const [i, label] of labels.entries()) {
        if (label >= 0) expected[label]! += Math.sqrt(squaredDistance(queries, q, values, i, d));
      }
      for (let c = 0; c < k; c++) expect(sums[q * k + c]! / expected[c]!).toBeCloseTo(1, 6);
    }
  });

  it("averages silhouettes over labelled queries, with singletons at 0", () => {
    const sums = Float64Array.of(2, 9, 5, 8, 9, 0);
    const counts = Float64Array.of(2, 3, 1);
    // a = 2, b = 9 / 3; a singleton; noise.
    expect(kernelMath.silhouette(sums, Int32Array.of(0, 2), counts, 3)).toBeCloseTo((1 - 2 / 3) / 2, 12);
    expect(kernelMath.silhouette(Float64Array.of(2, 9, 8), Int32Array.of(-1), counts, 3)).toBe(0);
  });

  it("follows the definitions of both dispersion indexes", () => {
    const centroids = Float32Array.of(0, 0, 3, 4, 0, 0);
    const sums = {
      counts: Float64Array.of(10, 5, 0),
      sums: new Float64Array(6),
      inertia: 30,
      distances: Float64Array.of(20, 5, 0),
      squaredDistances: Float64Array.of(24, 6, 0),
    };
    expect(kernelMath.daviesBouldin(centroids, 2, sums)).toBeCloseTo((2 + 1) / 5, 12);
    const mean = Float64Array.of(1, 4 / 3);
    const between = 10 * (1 + 16 / 9) + 5 * (4 + 64 / 9);
    expect(kernelMath.calinskiHarabasz(centroids, 2, sums, mean)).toBeCloseTo((between * 13) / 30, 9);
  });

  it("refuses labels and queries that do not fit", () => {
    const kernels = plain();
    const matrix = load(kernels, values, d);
    const grid = { maxAbs: kernels.maxAbs(matrix), rows };
    const sums = (queries: Float32Array, own: Int32Array) => kernels.silhouetteSums(queries, matrix, own, k, grid);
    expect(() => sums(new Float32Array(d + 1), labels)).toThrow(/whole queries/);
    expect(() => sums(new Float32Array(d), labels.slice(1))).toThrow(/299 labels/);
    expect(() => sums(new Float32Array(d), new Int32Array(rows).fill(k))).toThrow(/label 5/);
    expect(() => run(sums(new Float32Array(d).fill(1e9), labels))).toThrow(/the queries have/);
  });
});
