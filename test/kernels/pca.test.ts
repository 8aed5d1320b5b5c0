import { describe, expect, it } from "vitest";
import { run } from "../../src/kernels";
import { blobs, bytes, generator, load, loadCentred, plain } from "./support";

const kernels = plain();

/** Largest |A v − λ v| and largest |vᵢ · vⱼ − δᵢⱼ|. */
function residuals(matrix: Float64Array, n: number, values: Float64Array, vectors: Float64Array) {
  let [residual, orthogonality] = [0, 0];
  for (const [j, value] of values.entries()) {
    const v = vectors.subarray(j * n, (j + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = -value * v[i]!;
      for (let t = 0; t < n; t++) sum += matrix[i * n + t]! * v[t]!;
      residual = Math.max(residual, Math.abs(sum));
    }
    for (let other = 0; other <= j; other++) {
      let product = other === j ? -1 : 0;
      for (let t = 0; t < n; t++) product += v[t]! * vectors[other * n + t]!;
      orthogonality = Math.max(orthogonality, Math.abs(product));
    }
  }
  return { residual, orthogonality };
}

function symmetric(n: number, entry: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) matrix[i * n + j] = matrix[j * n + i] = entry(i, j);
  return matrix;
}

describe("eigenSymmetric", () => {
  const next = generator(4);
  const signs = Array.from({ length: 3 }, () => Array.from({ length: 50 }, () => (next() < 0.5 ? -1 : 1)));
  const cases: [string, number, (i: number, j: number) => number][] = [
    ["one number", 1, () => 3],
    ["2 × 2", 2, (i, j) => (i === j ? 2 : 1)],
    ["zeros", 6, () => 0],
    ["the identity", 7, (i, j) => (i === j ? 1 : 0)],
    ["a diagonal with repeats", 8, (i, j) => (i === j ? [3, 3, 1, 5, 5, 5, 0, -2][i]! : 0)],
    ["all ones (rank one)", 9, () => 1],
    ["three rows of signs", 50, (i, j) => signs.reduce((sum, row) => sum + row[i]! * row[j]!, 0)],
    ["two equal blocks", 8, (i, j) => (Math.floor(i / 4) === Math.floor(j / 4) ? 1 + (i === j ? 1 : 0) : 0)],
    ["Wilkinson's W21+", 21, (i, j) => (i === j ? Math.abs(i - 10) : j - i === 1 ? 1 : 0)],
    ["random", 60, () => next() - 0.5],
    ["graded", 30, (i, j) => 10 ** -((i + j) / 4) * (next() + (i === j ? 1 : 0))],
    ["huge", 12, () => 1e200 * (next() - 0.5)],
    ["tiny", 12, () => 1e-200 * (next() - 0.5)],
  ];

  it.each(cases)("solves %s", (_, n, entry) => {
    const matrix = symmetric(n, entry);
    const { values, vectors } = run(kernels.eigenSymmetric(matrix, n, n));
    const norm = matrix.reduce((most, v) => Math.max(most, Math.abs(v)), 0) * n;
    const { residual, orthogonality } = residuals(matrix, n, values, vectors);
    expect(residual).toBeLessThanOrEqual(1e-13 * norm);
    expect(orthogonality).toBeLessThan(1e-12);
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    let trace = 0;
    for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
    expect(Math.abs(values.reduce((a, b) => a + b, 0) - trace)).toBeLessThanOrEqual(1e-13 * norm);
  });

  it("gives the largest ones alone, the same as among all, with the largest entry positive", () => {
    const n = 40;
    const matrix = symmetric(n, () => next() - 0.5);
    const all = run(kernels.eigenSymmetric(matrix, n, n));
    const three = run(kernels.eigenSymmetric(matrix, n, 3));
    expect(bytes(three.values)).toBe(bytes(all.values.slice(0, 3)));
    expect(bytes(three.vectors)).toBe(bytes(all.vectors.slice(0, 3 * n)));
    for (let j = 0; j < n; j++) {
      const vector = all.vectors.subarray(j * n, (j + 1) * n);
      const lead = vector.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0);
      expect(lead).toBeGreaterThan(0);
    }
  });

  const large: [string, (i: number, j: number) => number][] = [
    ["the identity", (i, j) => (i === j ? 1 : 0)],
    ["zeros", () => 0],
    ["eight equal blocks", (i, j) => (Math.floor(i / 20) === Math.floor(j / 20) ? 1 : 0)],
    ["a diagonal whose values repeat", (i, j) => (i === j ? Math.floor(i / 10) : 0)],
    ["negative values", (i, j) => (i === j ? -1 - i : 0)],
    ["random", () => next() - 0.5],
    ["huge", () => 1e200 * (next() - 0.5)],
  ];

  it.each(large)("finds ten of 160 pairs without the others: %s", (_, entry) => {
    const n = 160;
    const matrix = symmetric(n, entry);
    const { values, vectors } = run(kernels.eigenSymmetric(matrix, n, 10));
    const all = run(kernels.eigenSymmetric(matrix, n, n)).values;
    const norm = matrix.reduce((most, v) => Math.max(most, Math.abs(v)), 0) * n;
    const { residual, orthogonality } = residuals(matrix, n, values, vectors);
    expect(residual).toBeLessThanOrEqual(1e-12 * norm);
    expect(orthogonality).toBeLessThan(1e-12);
    for (const [i, value] of values.entries()) expect(Math.abs(value - all[i]!)).toBeLessThanOrEqual(1e-12 * norm);
  });

  it("refuses shapes and values that make no sense", () => {
    expect(() => run(kernels.eigenSymmetric(new Float64Array(5), 2, 1))).toThrow(/5 values/);
    expect(() => run(kernels.eigenSymmetric(new Float64Array(4), 2, 3))).toThrow(/from 1 to 2/);
    expect(() => run(kernels.eigenSymmetric(new Float64Array(4).fill(Number.NaN), 2, 1))).toThrow(/finite/);
  });
});

describe("scatter and project", () => {
  it.each([
    [1, 1],
    [130, 3],
    [1_100, 13],
    [300, 40],
    [50, 260],
  ])("multiply as brute force does: %i × %i", (rows, d) => {
    const own = plain();
    const { matrix, grid } = loadCentred(own, blobs(rows, d, 4, d), d);
    const x = matrix.read(0, rows);
    const scatter = run(own.scatter(matrix, 0, grid));
    for (let i = 0; i < d; i += 1 + (d >> 4)) {
      for (let j = 0; j < d; j++) {
        let [sum, magnitude] = [0, 0];
        for (let r = 0; r < rows; r++) {
          sum += x[r * d + i]! * x[r * d + j]!;
          magnitude += Math.abs(x[r * d + i]! * x[r * d + j]!);
        }
        expect(Math.abs(scatter[i * d + j]! - sum)).toBeLessThanOrEqual(2e-6 * magnitude);
      }
    }
    const count = Math.min(3, d);
    const { vectors } = run(own.eigenSymmetric(scatter, d, count));
    const coordinates = own.project(matrix, vectors, count);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < count; c++) {
        let sum = 0;
        for (let t = 0; t < d; t++) sum += x[r * d + t]! * vectors[c * d + t]!;
        expect(coordinates[r * count + c]).toBeCloseTo(sum, 3);
      }
    }
  });

  it("refuse a shard that does not start at a block, and too many dimensions", () => {
    const own = plain();
    const matrix = load(own, new Float32Array(12), 3);
    const grid = { maxAbs: 1, rows: 5_000 };
    expect(() => own.scatter(matrix, 100, grid)).toThrow(/multiple of 1024/);
    expect(() => own.scatter(own.matrix(1, 1_025), 0, grid)).toThrow(/1024 dimensions/);
    expect(() => own.project(matrix, new Float64Array(4), 1)).toThrow(/4 axis values/);
  });
});
