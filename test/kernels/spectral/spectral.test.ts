import { describe, expect, it } from "vitest";
import { type Affinity, type Kernels, run, type SpectralOptions, type SpectralResult } from "../../../src/kernels";
import { BASE_BYTES, matrixBytes } from "../../../src/kernels/memory";
import { spectralBytes } from "../../../src/kernels/spectral/memory";
import { polar } from "../../../src/kernels/spectral/polar";
import { adjustedRand, blobs, bytes, generator, load, plain, squaredDistance } from "../support";

const OPTIONS: SpectralOptions = { clusters: 3, assignLabels: "kmeans", restarts: 10, seed: 4 };
const KNN: Affinity = { kind: "nearest_neighbors", neighbors: 10 };
const AFFINITIES: Affinity[] = [KNN, { kind: "rbf", gamma: 0.05 }];
const ASSIGN = ["kmeans", "discretize", "cluster_qr"] as const;

function solve(values: Float32Array, d: number, affinity: Affinity, options: Partial<SpectralOptions> = {}) {
  const kernels = plain();
  return run(kernels.spectral(load(kernels, values, d), affinity, { ...OPTIONS, ...options }));
}

const print = (result: SpectralResult): string[] => [result.labels, result.embedding, result.eigenvalues].map(bytes);

/** Three rings around one centre: no centroid tells them apart. */
function rings(rows: number): { values: Float32Array; classes: number[] } {
  const next = generator(3);
  const classes = Array.from({ length: rows }, (_, i) => i % 3);
  const values = classes.flatMap((ring) => {
    const angle = 2 * Math.PI * next();
    const radius = 1 + 3 * ring + 0.2 * next();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  return { values: Float32Array.from(values), classes };
}

/** Symmetric affinities with a zero diagonal, by brute force. */
function affinities(values: Float32Array, d: number, affinity: Affinity): number[][] {
  const n = values.length / d;
  const squared = (i: number, j: number): number => squaredDistance(values, i, values, j, d);
  const rows = [...Array(n).keys()];
  if (affinity.kind === "rbf") {
    return rows.map((i) => rows.map((j) => (i === j ? 0 : Math.exp(-affinity.gamma * squared(i, j)))));
  }
  const near = rows.map((i) => {
    const others = rows.filter((j) => j !== i).sort((a, b) => squared(i, a) - squared(i, b) || a - b);
    return new Set(others.slice(0, affinity.neighbors - 1));
  });
  return rows.map((i) => rows.map((j) => (Number(near[i]!.has(j)) + Number(near[j]!.has(i))) / 2));
}

describe("spectral clustering", () => {
  it.each(AFFINITIES)("embeds by eigenvectors of the random walk: $kind", (affinity) => {
    const d = 3;
    const values = blobs(150, d, 4, 2);
    const { embedding, eigenvalues, converged } = solve(values, d, affinity, { clusters: 4 });
    expect(converged).toBe(true);
    expect(eigenvalues).toEqual(eigenvalues.toSorted());
    const weights = affinities(values, d, affinity);
    const degrees = weights.map((row) => row.reduce((a, b) => a + b, 0));
    for (const [j, value] of eigenvalues.entries()) {
      // D⁻¹ W u = (1 − λ) u, ‖D^½ u‖ = 1, and the largest entry is positive.
      const u = degrees.map((_, i) => embedding[i * 4 + j]!);
      for (const [i, row] of weights.entries()) {
        const walked = row.reduce((sum, weight, to) => sum + weight * u[to]!, 0) / degrees[i]!;
        expect(Math.abs(walked - (1 - value) * u[i]!)).toBeLessThan(1e-6);
      }
      expect(u.reduce((sum, entry, i) => sum + degrees[i]! * entry * entry, 0)).toBeCloseTo(1, 6);
      expect(Math.max(...u)).toBe(Math.max(...u.map(Math.abs)));
    }
  });

  it.each(ASSIGN)("separates rings that no centroid separates (%s)", (assignLabels) => {
    const { values, classes } = rings(600);
    expect(adjustedRand(solve(values, 2, KNN, { assignLabels }).labels, classes)).toBe(1);
    expect(adjustedRand(solve(values, 2, { kind: "rbf", gamma: 2 }, { assignLabels }).labels, classes)).toBe(1);
  });

  it.each(ASSIGN)("separates blobs (%s)", (assignLabels) => {
    const values = blobs(400, 5, 4, 8);
    const classes = Array.from({ length: 400 }, (_, i) => i % 4);
    for (const affinity of AFFINITIES) {
      const { labels } = solve(values, 5, affinity, { clusters: 4, assignLabels });
      expect(adjustedRand(labels, classes)).toBe(1);
    }
  });

  it("takes another number of components than clusters", () => {
    const result = solve(blobs(200, 4, 3, 1), 4, KNN, { clusters: 3, components: 5 });
    expect(result.embedding).toHaveLength(1_000);
    expect(new Set(result.labels).size).toBe(3);
  });

  it.each(AFFINITIES)("gives the same bytes twice, and leaves the matrix and the arena alone: $kind", (affinity) => {
    const values = blobs(300, 6, 3, 5);
    const kernels = plain();
    const matrix = load(kernels, values, 6);
    const before = kernels.mark();
    const first = print(run(kernels.spectral(matrix, affinity, OPTIONS)));
    expect(print(run(kernels.spectral(matrix, affinity, OPTIONS)))).toEqual(first);
    const abandoned = kernels.spectral(matrix, affinity, OPTIONS);
    abandoned.next();
    abandoned.return({} as never);
    expect(kernels.mark()).toBe(before);
    expect(matrix.read(0, 300)).toEqual(values);
  });
});

describe("spectral clustering at the edges", () => {
  it.each(AFFINITIES)("of few rows: $kind", (affinity) => {
    expect(() => solve(new Float32Array(0), 2, affinity, { clusters: 1 })).toThrow(/1 clusters need as many rows/);
    expect([...solve(Float32Array.of(1, 2), 2, affinity, { clusters: 1 }).labels]).toEqual([0]);
    const two = solve(Float32Array.of(0, 0, 1, 1), 2, affinity, { clusters: 2 }).labels;
    expect(two[0]).not.toBe(two[1]);
    expect(new Set(solve(blobs(6, 2, 6, 1), 2, affinity, { clusters: 6 }).labels).size).toBe(6);
    expect(() => solve(blobs(6, 2, 6, 1), 2, affinity, { clusters: 7 })).toThrow(/7 clusters need as many rows/);
  });

  it.each(AFFINITIES)("of equal rows, one dimension, zeros, constant columns: $kind", (affinity) => {
    for (const values of [new Float32Array(120).fill(3), new Float32Array(120), blobs(120, 1, 3, 2)]) {
      expect(solve(values, 1, affinity).labels).toHaveLength(120);
    }
    const constant = blobs(150, 3, 3, 4).map((v, i) => (i % 3 === 2 ? 5 : v));
    const classes = Array.from({ length: 150 }, (_, i) => i % 3);
    expect(adjustedRand(solve(constant, 3, affinity).labels, classes)).toBe(1);
  });

  it.each([1e-20, 1e18])("of magnitude %f", (magnitude) => {
    const values = blobs(150, 3, 3, 4).map((v) => v * magnitude);
    const classes = Array.from({ length: 150 }, (_, i) => i % 3);
    expect(adjustedRand(solve(values, 3, KNN).labels, classes)).toBe(1);
    const gamma = 0.05 / magnitude / magnitude;
    expect(adjustedRand(solve(values, 3, { kind: "rbf", gamma }).labels, classes)).toBe(1);
  });

  it("of affinities that all vanish, and of a graph without edges", () => {
    const vanished = solve(blobs(80, 3, 3, 4), 3, { kind: "rbf", gamma: 1e9 });
    expect(vanished.labels).toHaveLength(80);
    expect(solve(blobs(80, 3, 3, 4), 3, { kind: "nearest_neighbors", neighbors: 1 }).labels).toHaveLength(80);
  });

  it.each([
    [KNN, { clusters: 0 }, /clusters/],
    [KNN, { components: 0 }, /components/],
    [KNN, { restarts: 0 }, /restarts/],
    [KNN, { seed: 0.5 }, /seed/],
    [{ kind: "nearest_neighbors", neighbors: 0 }, {}, /neighbors/],
    [{ kind: "rbf", gamma: 0 }, {}, /gamma/],
  ] as [Affinity, Partial<SpectralOptions>, RegExp][])("refuses %o %o", (affinity, options, message) => {
    expect(() => solve(blobs(50, 2, 3, 1), 2, affinity, options)).toThrow(message);
  });

  it.each(AFFINITIES)("refuses values that are not finite, naming the place: $kind", (affinity) => {
    const values = blobs(50, 3, 2, 1);
    values[13] = Number.NaN;
    expect(() => solve(values, 3, affinity)).toThrow(/row 4, dimension 1/);
  });
});

describe("the polar factor", () => {
  it.each([1, 2, 5, 9])("is the rotation of U S Vᵀ, and sums S: k = %i", (k) => {
    const next = generator(k);
    const a = Float64Array.from({ length: k * k }, () => next() - 0.5);
    if (k === 9) a.copyWithin(0, 9, 18);
    const { rotation, nuclear } = polar(a, k);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        let product = 0;
        for (let t = 0; t < k; t++) product += rotation[i * k + t]! * rotation[j * k + t]!;
        expect(product).toBeCloseTo(i === j ? 1 : 0, 10);
      }
    }
    // tr(Rᵀ A) is the sum of the singular values, and no rotation gives more.
    const trace = a.reduce((sum, value, at) => sum + value * rotation[at]!, 0);
    expect(trace).toBeCloseTo(nuclear, 10);
  });
});

describe("memory of spectral clustering", () => {
  const uses: [number, number, Affinity, Partial<SpectralOptions>][] = [
    [3_000, 20, KNN, {}],
    [3_000, 2, { kind: "nearest_neighbors", neighbors: 30 }, { clusters: 20 }],
    [900, 10, { kind: "rbf", gamma: 0.05 }, {}],
  ];
  it.each(uses)("of %i × %i stays within its formula, and not far below: %o %o", (n, d, affinity, given) => {
    const kernels: Kernels = plain();
    const matrix = load(kernels, blobs(n, d, 1, 1), d);
    const before = kernels.mark();
    const options = { ...OPTIONS, ...given };
    let most = 0;
    const slices = kernels.spectral(matrix, affinity, options);
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    const formula = spectralBytes(affinity, options, { rows: n, dimensions: d }) + BASE_BYTES;
    expect(most).toBeLessThanOrEqual(formula);
    expect(most).toBeGreaterThan(0.5 * formula);
  });

  it("fits 50,000 × 50 into an isolate's share by neighbours, and not by all pairs", () => {
    const bytes = (affinity: Affinity): number =>
      spectralBytes(affinity, { ...OPTIONS, clusters: 10 }, { rows: 50_000, dimensions: 50 }) + matrixBytes(50_000, 50);
    expect(bytes(KNN)).toBeLessThan(48 * 2 ** 20);
    expect(bytes({ kind: "rbf", gamma: 1 })).toBeGreaterThan(4 * 50_000 ** 2);
  });
});
