import { describe, expect, it } from "vitest";
import { createKernels, kernelMath, run } from "../../../src/kernels";
import { membersBytes, silhouetteScoresBytes } from "../../../src/kernels/measures/memory";
import * as memory from "../../../src/kernels/memory";
import { blobs, bytes, generator, load, loadCentred, plain, plainModule, squaredDistance } from "../support";

const PAGE = 64 * 1024;
type Metric = "euclidean" | "cosine";

function distance(x: Float32Array, i: number, j: number, d: number, metric: Metric): number {
  if (i === j) return 0;
  if (metric === "euclidean") return Math.sqrt(squaredDistance(x, i, x, j, d));
  let [ab, aa, bb] = [0, 0, 0];
  for (let t = 0; t < d; t++) {
    const [a, b] = [x[i * d + t]!, x[j * d + t]!];
    ab += a * b;
    aa += a * a;
    bb += b * b;
  }
  return aa === 0 || bb === 0 ? 1 : 1 - ab / Math.sqrt(aa * bb);
}

/** By the definition, O(n² d). */
function definition(x: Float32Array, labels: Int32Array, clusters: number, d: number, metric: Metric): Float64Array {
  return Float64Array.from(labels, (own, i) => {
    if (own < 0) return Number.NaN;
    const sums = new Float64Array(clusters);
    const counts = new Float64Array(clusters);
    for (const [j, label] of labels.entries()) {
      if (label < 0 || j === i) continue;
      sums[label]! += distance(x, i, j, d, metric);
      counts[label]!++;
    }
    if (counts[own] === 0) return 0;
    const means = sums.map((sum, c) => sum / counts[c]!);
    const others = [...means].filter((mean, c) => c !== own && !Number.isNaN(mean));
    if (others.length === 0) return 0;
    const nearest = Math.min(...others);
    return (nearest - means[own]!) / Math.max(nearest, means[own]!, Number.MIN_VALUE);
  });
}

function randomLabels(rows: number, clusters: number, seed: number, noise: number): Int32Array {
  const next = generator(seed);
  return Int32Array.from({ length: rows }, () => (next() < noise ? -1 : Math.floor(clusters * next() ** 2)));
}

describe.each(["euclidean", "cosine"] as const)("silhouettes by %s distances", (metric) => {
  it.each([
    [700, 5, 3, 0],
    [900, 70, 2, 0.2],
    [601, 3, 150, 0.1],
    [530, 1, 4, 0],
    [2, 4, 2, 0],
    [1, 4, 1, 0],
  ])("are those of the definition: %i × %i, %i clusters, %f noise", (n, d, k, noise) => {
    const kernels = plain();
    const x = blobs(n, d, 4, n);
    const labels = randomLabels(n, k, n, noise);
    const expected = definition(x, labels, k, d, metric);
    const { scores, mean } = run(kernels.silhouetteScores(load(kernels, x, d), labels, k, metric));
    for (const [i, score] of scores.entries()) {
      if (labels[i]! < 0) expect(score).toBeNaN();
      else expect(Math.abs(score - expected[i]!)).toBeLessThan(2e-6);
    }
    const kept = expected.filter((score) => !Number.isNaN(score));
    expect(mean).toBeCloseTo(kept.reduce((sum, score) => sum + score, 0) / kept.length, 7);
  });

  it("take duplicates, zero rows, one cluster, all noise, no rows", () => {
    const kernels = plain();
    const x = Float32Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 3, 5, 1);
    const labels = Int32Array.of(0, 0, 1, 1, 2, 2);
    const matrix = load(kernels, x, 2);
    const expected = definition(x, labels, 3, 2, metric);
    const { scores } = run(kernels.silhouetteScores(matrix, labels, 3, metric));
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 6);
    const one = run(kernels.silhouetteScores(matrix, new Int32Array(6), 1, metric));
    expect(one).toEqual({ scores: new Float64Array(6), mean: 0 });
    expect(run(kernels.silhouetteScores(matrix, new Int32Array(6).fill(-1), 2, metric)).mean).toBe(0);
    expect(run(kernels.silhouetteScores(kernels.matrix(0, 2), new Int32Array(0), 2, metric)).mean).toBe(0);
  });

  it.each([1e17, 1e-20])("do not depend on the magnitude: %f", (magnitude) => {
    const x = blobs(400, 8, 3, 2);
    const labels = Int32Array.from({ length: 400 }, (_, i) => i % 3);
    const mean = (values: Float32Array): number => {
      const kernels = plain();
      return run(kernels.silhouetteScores(load(kernels, values, 8), labels, 3, metric)).mean;
    };
    expect(mean(x.map((value) => value * magnitude))).toBeCloseTo(mean(x), 6);
  });

  it("are the same bytes again, and refuse what does not fit", () => {
    const kernels = plain();
    const matrix = load(kernels, blobs(300, 9, 3, 1), 9);
    const labels = randomLabels(300, 5, 1, 0.1);
    const before = kernels.mark();
    const once = run(kernels.silhouetteScores(matrix, labels, 5, metric));
    expect(bytes(run(kernels.silhouetteScores(matrix, labels, 5, metric)).scores)).toBe(bytes(once.scores));
    expect(() => kernels.silhouetteScores(matrix, labels, 3, metric)).toThrow(/is not below 3 clusters/);
    expect(() => kernels.silhouetteScores(matrix, labels.subarray(1), 5, metric)).toThrow(/299 labels/);
    const broken = load(kernels, Float32Array.of(1, Number.NaN), 1);
    expect(() => kernels.silhouetteScores(broken, new Int32Array(2), 1, metric)).toThrow(/row 1, dimension 0/);
    kernels.release(before);
    expect(kernels.mark()).toBe(before);
  });

  it.each([
    [40_000, 2, 3],
    [1_000, 784, 10],
  ])("stay within the memory formula at %i × %i", (n, d, k) => {
    const kernels = createKernels(plainModule);
    const matrix = load(kernels, blobs(n, d, 3, 1), d);
    const slices = kernels.silhouetteScores(matrix, randomLabels(n, k, 1, 0), k, metric);
    slices.next();
    const bound = memory.BASE_BYTES + memory.matrixBytes(n, d) + silhouetteScoresBytes(n, d, k, metric === "cosine");
    expect(kernels.memoryBytes).toBeLessThanOrEqual(Math.ceil(bound / PAGE) * PAGE);
    expect(kernels.memoryBytes).toBeGreaterThan(0.8 * bound - PAGE);
    slices.return({} as never);
  });
});

describe("measures of centroids", () => {
  it("leave noise out", () => {
    const [n, d, k] = [500, 4, 3];
    const x = blobs(n, d, k, 9);
    const labels = Int32Array.from({ length: n }, (_, i) => (i % 7 === 0 ? -1 : i % k));
    const kept = Float32Array.from([...x].filter((_, i) => labels[Math.floor(i / d)]! >= 0));
    const measures = (values: Float32Array, own: Int32Array): number[] => {
      const kernels = plain();
      const { matrix, grid } = loadCentred(kernels, values, d);
      const { centroids, sums } = run(kernels.members(matrix, own, k, grid));
      const rows = sums.counts.reduce((sum, count) => sum + count, 0);
      const mean = new Float64Array(d);
      for (const [i, sum] of sums.sums.entries()) mean[i % d]! += sum / rows;
      return [
        kernelMath.daviesBouldin(centroids, d, sums),
        kernelMath.calinskiHarabasz(centroids, d, sums, mean),
        sums.inertia,
      ];
    };
    const [withNoise, without] = [
      measures(x, labels),
      measures(
        kept,
        labels.filter((label) => label >= 0),
      ),
    ];
    for (const [i, value] of withNoise.entries()) expect(Math.abs(value / without[i]! - 1)).toBeLessThan(1e-5);
  });

  it("know clusters without rows, and stay within the memory formula", () => {
    const kernels = plain();
    const { matrix, grid } = loadCentred(kernels, blobs(30_000, 6, 3, 1), 6);
    const labels = Int32Array.from({ length: 30_000 }, (_, i) => (i % 3 === 0 ? -1 : 4 * (i % 3)));
    const { centroids, sums } = run(kernels.members(matrix, labels, 9, grid));
    expect([...sums.counts]).toEqual([0, 0, 0, 0, 10_000, 0, 0, 0, 10_000]);
    expect(centroids.subarray(0, 24).every((value) => value === 0)).toBe(true);
    const bound = memory.BASE_BYTES + memory.matrixBytes(30_000, 6) + membersBytes(30_000, 6, 9);
    expect(kernels.memoryBytes).toBeLessThanOrEqual(Math.ceil(bound / PAGE) * PAGE);
    expect(kernels.memoryBytes).toBeGreaterThan(0.9 * bound - PAGE);
  });
});
