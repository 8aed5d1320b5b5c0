import { describe, expect, it } from "vitest";
import { createKernels, type KMeansOptions, type KMeansResult, kernelMath, run } from "../../src/kernels";
import { blobs, bytes, loadCentred, nearest, plain, relaxedModule, squaredDistance } from "./support";

const OPTIONS: KMeansOptions = {
  clusters: 4,
  init: "k-means++",
  maxIter: 300,
  tolerance: 0,
  seed: 42,
  restart: 0,
  algorithm: "auto",
  weights: null,
};

function solve(values: Float32Array, dimensions: number, options: Partial<KMeansOptions> = {}): KMeansResult {
  const kernels = plain();
  const { matrix } = loadCentred(kernels, values, dimensions);
  return run(kernels.kmeans(matrix, { ...OPTIONS, ...options }));
}

const print = (result: KMeansResult): unknown => [
  bytes(result.centroids),
  result.inertia,
  result.iterations,
  result.converged,
];

/** Lloyd's rounds in f64, with the same stopping rule; no empty clusters expected. */
function lloyd(
  x: Float32Array,
  d: number,
  start: Float32Array,
  k: number,
): { centroids: Float32Array; iterations: number } {
  let centroids = start.slice();
  let previous = "";
  for (let iterations = 1; ; iterations++) {
    const labels = Array.from({ length: x.length / d }, (_, i) => nearest(x, i, centroids, k, d).label);
    const next = new Float64Array(k * d);
    const counts = new Float64Array(k);
    for (const [i, label] of labels.entries()) {
      counts[label]!++;
      for (let t = 0; t < d; t++) next[label * d + t]! += x[i * d + t]!;
    }
    centroids = Float32Array.from(next, (sum, i) => sum / counts[Math.floor(i / d)]!);
    if (labels.join() === previous) return { centroids, iterations };
    previous = labels.join();
  }
}

describe("k-means", () => {
  it.each([
    [200, 3, 4],
    [300, 17, 13],
    [150, 64, 5],
  ])("follows brute-force Lloyd from a given start: %i × %i, k = %i", (rows, d, k) => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, blobs(rows, d, k, rows), d);
    const x = matrix.read(0, rows);
    const init = x.slice(0, k * d);
    const expected = lloyd(x, d, init, k);
    const result = run(kernels.kmeans(matrix, { ...OPTIONS, clusters: k, init }));
    expect(result.iterations).toBe(expected.iterations);
    expect(result.converged).toBe(true);
    for (const [i, value] of result.centroids.entries()) expect(value).toBeCloseTo(expected.centroids[i]!, 5);
    let inertia = 0;
    for (let i = 0; i < rows; i++) inertia += nearest(x, i, result.centroids, k, d).squared;
    expect(result.inertia).toBeCloseTo(inertia, 6);
  });

  it.each([
    [2_000, 2, 10],
    [1_500, 50, 60],
    [700, 130, 7],
    [900, 8, 300],
  ])("gives the same bytes with and without bounds: %i × %i, k = %i", (rows, d, k) => {
    const values = blobs(rows, d, 9, rows);
    const plainRounds = solve(values, d, { clusters: k, algorithm: "lloyd" });
    expect(print(solve(values, d, { clusters: k, algorithm: "elkan" }))).toEqual(print(plainRounds));
    expect(print(solve(values, d, { clusters: k, algorithm: "auto" }))).toEqual(print(plainRounds));
  });

  it("gives the same bytes twice, and others for another seed or restart", () => {
    const values = blobs(1_000, 6, 20, 3);
    const first = print(solve(values, 6, { clusters: 12 }));
    expect(print(solve(values, 6, { clusters: 12 }))).toEqual(first);
    expect(print(solve(values, 6, { clusters: 12, seed: 43 }))).not.toEqual(first);
    expect(print(solve(values, 6, { clusters: 12, restart: 1 }))).not.toEqual(first);
  });

  it("treats a weight as that many rows", () => {
    const d = 5;
    const values = blobs(300, d, 6, 8);
    const weights = Float64Array.from({ length: 300 }, (_, i) => 1 + (i % 3));
    const repeated: number[] = [];
    for (let i = 0; i < 300; i++) {
      for (let copy = 0; copy < weights[i]!; copy++) repeated.push(...values.subarray(i * d, (i + 1) * d));
    }
    const init = values.slice(0, 6 * d);
    const kernels = plain();
    const weigh = (rows: Float32Array, w: Float64Array | null) => {
      const matrix = kernels.matrix(rows.length / d, d);
      matrix.write(0, rows);
      return run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 6, init, weights: w }));
    };
    const weighted = weigh(values, weights);
    const expanded = weigh(Float32Array.from(repeated), null);
    expect(weighted.iterations).toBe(expanded.iterations);
    expect(weighted.inertia).toBeCloseTo(expanded.inertia, 6);
    for (const [i, c] of weighted.centroids.entries()) expect(c).toBeCloseTo(expanded.centroids[i]!, 6);
  });

  it("never starts on rows of weight 0, and lets them pull nothing", () => {
    const values = Float32Array.of(0, 1, 10, 11, 1_000);
    const weights = Float64Array.of(1, 1, 1, 1, 0);
    const kernels = plain();
    const matrix = kernels.matrix(5, 1);
    matrix.write(0, values);
    for (const init of ["k-means++", "random"] as const) {
      for (let restart = 0; restart < 10; restart++) {
        const result = run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 2, init, restart, weights }));
        expect([...result.centroids].sort((a, b) => a - b)).toEqual([0.5, 10.5]);
      }
    }
  });

  it("moves an empty cluster to the row farthest from its centroid", () => {
    const kernels = plain();
    const matrix = kernels.matrix(5, 1);
    matrix.write(0, Float32Array.of(0, 1, 2, 50, 60));
    const init = Float32Array.of(1, -1_000, -2_000);
    const result = run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 3, init }));
    expect([...result.centroids].sort((a, b) => a - b)).toEqual([1, 50, 60]);
    expect(result.inertia).toBe(2);
  });

  it("spreads k-means++ starts better than random ones", () => {
    const values = blobs(2_000, 2, 40, 5);
    const total = (init: "k-means++" | "random"): number => {
      let sum = 0;
      for (let restart = 0; restart < 8; restart++)
        sum += solve(values, 2, { clusters: 40, init, restart, maxIter: 1 }).inertia;
      return sum;
    };
    expect(total("k-means++")).toBeLessThan(0.8 * total("random"));
  });

  it("stops at maxIter and says so", () => {
    const result = solve(blobs(2_000, 3, 30, 5), 3, { clusters: 30, init: "random", maxIter: 2 });
    expect(result).toMatchObject({ iterations: 2, converged: false });
  });

  it("stops by tolerance before labels settle", () => {
    const values = blobs(3_000, 2, 1, 5);
    const exact = solve(values, 2, { clusters: 20 });
    const loose = solve(values, 2, { clusters: 20, tolerance: 1e-2 });
    expect(loose.iterations).toBeLessThan(exact.iterations);
    expect(loose.converged).toBe(true);
  });

  it("yields steps whose iterations never go back", () => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, blobs(2_000, 16, 10, 5), 16);
    const done: number[] = [];
    run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 10, init: "random" }), (step) => done.push(step.done));
    expect(done.length).toBeGreaterThan(3);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  it("runs in the relaxed build with the same quality", () => {
    const values = blobs(2_000, 30, 10, 5);
    const kernels = createKernels(relaxedModule);
    const { matrix } = loadCentred(kernels, values, 30);
    const result = run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 10 }));
    expect(kernels.relaxed).toBe(true);
    expect(result.inertia / solve(values, 30, { clusters: 10 }).inertia).toBeCloseTo(1, 4);
  });
});

describe("k-means at the edges", () => {
  it("puts one cluster on the mean", () => {
    const result = solve(blobs(500, 3, 4, 1), 3, { clusters: 1 });
    for (const value of result.centroids) expect(Math.abs(value)).toBeLessThan(1e-5);
  });

  it.each(["k-means++", "random"] as const)("gives every row its own cluster when k = n (%s)", (init) => {
    const values = blobs(20, 3, 20, 4);
    expect(solve(values, 3, { clusters: 20, init }).inertia).toBe(0);
  });

  it.each(["k-means++", "random"] as const)("leaves clusters empty when k > n (%s)", (init) => {
    const result = solve(Float32Array.of(1, 2, 3), 1, { clusters: 7, init });
    expect(result.inertia).toBe(0);
    expect(result.centroids.every(Number.isFinite)).toBe(true);
  });

  it("handles rows that are all equal, and a single row", () => {
    expect(solve(new Float32Array(300).fill(3.7), 3, { clusters: 5 })).toMatchObject({ inertia: 0, converged: true });
    expect(solve(Float32Array.of(5, 6), 2, { clusters: 1 })).toMatchObject({ inertia: 0, converged: true });
  });

  it("finds the distinct rows among duplicates", () => {
    const values = Float32Array.from({ length: 400 }, (_, i) => (i % 4) * 10);
    expect(solve(values, 1, { clusters: 4 }).inertia).toBe(0);
  });

  it.each([1e-40, 1e-30, 1e-12, 1e12, 1e30, 1e36])("scales with the data: magnitude %f", (magnitude) => {
    const values = blobs(400, 4, 5, 2);
    const reference = solve(values, 4, { clusters: 5 });
    const power = 2 ** Math.round(Math.log2(magnitude));
    const result = solve(
      values.map((v) => v * power),
      4,
      { clusters: 5 },
    );
    const ratio = result.inertia / power / power / reference.inertia;
    expect(Math.abs(ratio - 1)).toBeLessThan(magnitude < 1e-35 ? 1e-2 : 1e-6);
  });

  it.each([
    [{ clusters: 0 }, /clusters/],
    [{ maxIter: 0 }, /maxIter/],
    [{ tolerance: -1 }, /tolerance/],
    [{ init: new Float32Array(3) }, /init has 3 values/],
    [{ init: new Float32Array(8).fill(Number.NaN) }, /not a finite number/],
    [{ weights: new Float64Array(3) }, /3 weights/],
    [{ weights: new Float64Array(100) }, /at least one weight/],
    [{ weights: new Float64Array(100).fill(-1) }, /finite and ≥ 0/],
    [{ seed: 0.5 }, /seed/],
  ] as [Partial<KMeansOptions>, RegExp][])("refuses %o", (options, message) => {
    expect(() => solve(blobs(100, 2, 4, 1), 2, options)).toThrow(message);
  });

  it("refuses values that are not finite, naming the place", () => {
    const kernels = plain();
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const mark = kernels.mark();
      const matrix = kernels.matrix(10, 3);
      matrix.write(4, Float32Array.of(0, bad, 0));
      expect(() => kernels.maxAbs(matrix)).toThrow(/row 4, dimension 1/);
      expect(() => run(kernels.kmeans(matrix, OPTIONS))).toThrow(RangeError);
      kernels.release(mark);
    }
  });
});

describe("updateCentroids", () => {
  it("agrees with one round of k-means and keeps an empty cluster's centroid", () => {
    const kernels = plain();
    const { matrix, grid } = loadCentred(kernels, blobs(500, 4, 3, 2), 4);
    const start = Float32Array.of(...matrix.read(0, 3), 1e6, 1e6, 1e6, 1e6);
    const { sums } = run(kernels.assign(matrix, start, 4, grid));
    const { centroids, shift } = kernelMath.updateCentroids(start, sums, 4);
    const round = run(kernels.kmeans(matrix, { ...OPTIONS, clusters: 3, init: start.slice(0, 12), maxIter: 1 }));
    expect(bytes(centroids.slice(0, 12))).toBe(bytes(round.centroids));
    expect([...centroids.slice(12)]).toEqual([1e6, 1e6, 1e6, 1e6]);
    let expected = 0;
    for (let c = 0; c < 4; c++) expected += squaredDistance(centroids, c, start, c, 4);
    expect(shift).toBeCloseTo(expected, 9);
  });
});
