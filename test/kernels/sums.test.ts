import { describe, expect, it } from "vitest";
import { type AssignmentSums, type Grid, kernelMath, type Moments, run } from "../../src/kernels";
import { ceilLog2, gridMagic } from "../../src/kernels/grid";
import { blobs, bytes, generator, load, plain } from "./support";

const D = 7;
const ROWS = 5_000;
const CLUSTERS = 5;
/** Columns of very different magnitude, so that inexact sums would show. */
const values = blobs(ROWS, D, CLUSTERS, 1).map((v, i) => v * 10 ** ((i % D) - 3));
const grid: Grid = { maxAbs: values.reduce((most, v) => Math.max(most, Math.abs(v)), 0), rows: ROWS };
const centroids = values.slice(0, CLUSTERS * D);

const SPLITS = [[ROWS], [1, 4_999], [1_024, 2_048, 1_928], [777, 1, 2_222, 2_000], Array<number>(50).fill(100)];

/** Merges in the order of a shuffled list, pairwise from both ends: neither left to right nor balanced. */
function mergeShuffled<T>(parts: T[], merge: (a: T, b: T) => T, seed: number): T {
  const next = generator(seed);
  const pool = [...parts];
  while (pool.length > 1) {
    const [a] = pool.splice(Math.floor(next() * pool.length), 1);
    const [b] = pool.splice(Math.floor(next() * pool.length), 1);
    pool.push(merge(a!, b!));
  }
  return pool[0]!;
}

function shards<T>(sizes: number[], work: (rows: Float32Array, firstRow: number) => T): T[] {
  let from = 0;
  return sizes.map((size) => {
    const first = from;
    from += size;
    return work(values.subarray(first * D, from * D), first);
  });
}

const momentsOf = (rows: Float32Array): Moments => {
  const kernels = plain();
  return kernels.moments(load(kernels, rows, D), grid);
};
const sumsOf = (rows: Float32Array): AssignmentSums => {
  const kernels = plain();
  return run(kernels.assign(load(kernels, rows, D), centroids, CLUSTERS, grid)).sums;
};
const fingerprint = (sums: AssignmentSums): string[] => [
  bytes(sums.counts),
  bytes(sums.sums),
  bytes(Float64Array.of(sums.inertia)),
  bytes(sums.distances),
  bytes(sums.squaredDistances),
];

describe("sums over rows", () => {
  it("of moments are the same bytes for every split and merge order", () => {
    const whole = momentsOf(values);
    for (const [i, split] of SPLITS.entries()) {
      const merged = mergeShuffled(shards(split, momentsOf), kernelMath.mergeMoments, i);
      expect(merged.rows).toBe(ROWS);
      expect(bytes(merged.sum)).toBe(bytes(whole.sum));
      expect(bytes(merged.sumSquares)).toBe(bytes(whole.sumSquares));
    }
  });

  it("of an assignment are the same bytes for every split and merge order", () => {
    const whole = fingerprint(sumsOf(values));
    for (const [i, split] of SPLITS.entries()) {
      const merged = mergeShuffled(shards(split, sumsOf), kernelMath.mergeAssignmentSums, i);
      expect(fingerprint(merged)).toEqual(whole);
    }
  });

  it("of an assignment do not depend on the order of rows", () => {
    const next = generator(9);
    const order = Array.from({ length: ROWS }, (_, i) => ({ i, key: next() })).sort((a, b) => a.key - b.key);
    const permuted = new Float32Array(values.length);
    for (const [to, { i }] of order.entries()) permuted.set(values.subarray(i * D, (i + 1) * D), to * D);
    expect(fingerprint(sumsOf(permuted))).toEqual(fingerprint(sumsOf(values)));
  });

  it("of a scatter matrix are the same bytes for shards of whole blocks", () => {
    const scatterOf = (rows: Float32Array, firstRow: number): Float64Array => {
      const kernels = plain();
      return run(kernels.scatter(load(kernels, rows, D), firstRow, grid));
    };
    const whole = bytes(scatterOf(values, 0));
    for (const split of [
      [1_024, 3_976],
      [3_072, 1_024, 904],
      [1_024, 1_024, 1_024, 1_024, 904],
    ]) {
      const merged = mergeShuffled(shards(split, scatterOf), (a, b) => a.map((v, i) => v + b[i]!), split.length);
      expect(bytes(merged)).toBe(whole);
    }
  });

  it("of silhouette distances are the same bytes for every split", () => {
    const labels = Int32Array.from({ length: ROWS }, (_, i) => (i % (CLUSTERS + 1)) - 1);
    const queries = values.slice(0, 11 * D);
    const sumsFrom = (rows: Float32Array, firstRow: number): Float64Array => {
      const kernels = plain();
      const own = labels.slice(firstRow, firstRow + rows.length / D);
      return run(kernels.silhouetteSums(queries, load(kernels, rows, D), own, CLUSTERS, grid));
    };
    const whole = bytes(sumsFrom(values, 0));
    for (const split of SPLITS) {
      const merged = mergeShuffled(shards(split, sumsFrom), (a, b) => a.map((v, i) => v + b[i]!), split.length);
      expect(bytes(merged)).toBe(whole);
    }
  });

  it("stay close to the true sums", () => {
    const { sum, sumSquares } = momentsOf(values);
    for (let t = 0; t < D; t++) {
      let [exact, squares] = [0, 0];
      for (let i = t; i < values.length; i += D) {
        exact += values[i]!;
        squares += values[i]! ** 2;
      }
      expect(Math.abs(sum[t]! - exact)).toBeLessThan(1e-9 * grid.maxAbs);
      expect(Math.abs(sumSquares[t]! - squares)).toBeLessThan(1e-8 * grid.maxAbs ** 2);
    }
  });

  it("refuse a grid that does not cover the matrix", () => {
    const kernels = plain();
    const matrix = load(kernels, values, D);
    expect(() => kernels.moments(matrix, { maxAbs: grid.maxAbs / 2, rows: ROWS })).toThrow(/magnitudes up to/);
    expect(() => kernels.moments(matrix, { maxAbs: grid.maxAbs, rows: ROWS - 1 })).toThrow(/4999 rows/);
  });
});

describe("the grid", () => {
  it("takes the ceiling of the binary logarithm from the bits", () => {
    expect([1, 2, 3, 4, 0.5, 0.75, 2 ** 60 + 2 ** 10].map(ceilLog2)).toEqual([0, 1, 2, 2, -1, 0, 61]);
  });

  it("adds a million worst-case addends without a rounding", () => {
    const [bound, addends] = [0.1, 1_000_000];
    const magic = gridMagic(bound, addends);
    const rounded = bound + magic - magic;
    let sum = 0;
    for (let i = 0; i < addends; i++) sum += rounded;
    expect(sum).toBe(rounded * addends);
    for (let i = 0; i < addends; i++) sum -= rounded;
    expect(sum).toBe(0);
  });
});
