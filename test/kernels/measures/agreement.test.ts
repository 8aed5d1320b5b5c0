import { describe, expect, it } from "vitest";
import { adjustedRandIndex, jaccardMatches, stability, stratifiedMean } from "../../../src/kernels";
import { generator } from "../support";

const labels = (...values: number[]): Int32Array => Int32Array.from(values);

describe("the adjusted Rand index", () => {
  it("is 1 for the same partition by other names, and what pairs say otherwise", () => {
    expect(adjustedRandIndex(labels(0, 0, 1, 1, 2), labels(7, 7, 3, 3, -1))).toBe(1);
    // Hubert and Arabie by hand: 2 pairs together in both, 4 and 4 in each, 15 in all.
    const value = adjustedRandIndex(labels(0, 0, 0, 1, 1, 2), labels(0, 0, 1, 1, 2, 2));
    const expected = (1 - (4 * 3) / 15) / ((4 + 3) / 2 - (4 * 3) / 15);
    expect(value).toBeCloseTo(expected, 12);
  });

  it("is symmetric, 0 for chance, 1 where both are trivial", () => {
    const next = generator(3);
    const [a, b] = [0, 1].map(() => Int32Array.from({ length: 20_000 }, () => Math.floor(5 * next())));
    expect(Math.abs(adjustedRandIndex(a!, b!))).toBeLessThan(2e-3);
    expect(adjustedRandIndex(a!, b!)).toBe(adjustedRandIndex(b!, a!));
    expect(adjustedRandIndex(labels(0, 0, 0), labels(4, 4, 4))).toBe(1);
    expect(adjustedRandIndex(labels(0, 1, 2), labels(2, 1, 0))).toBe(1);
    expect(adjustedRandIndex(labels(0, 0, 0), labels(0, 1, 2))).toBe(0);
    expect(adjustedRandIndex(labels(), labels())).toBe(1);
    expect(adjustedRandIndex(labels(0), labels(3))).toBe(1);
    expect(() => adjustedRandIndex(labels(0), labels())).toThrow(/1 labels against 0/);
  });
});

describe("Jaccard matches", () => {
  it("are the best of each cluster; noise matches nothing", () => {
    const best = jaccardMatches(labels(0, 0, 0, 1, 1, -1, 3), labels(5, 5, -1, 5, 2, 2, -1), 5);
    expect([...best]).toEqual([2 / 4, 1 / 3, Number.NaN, 0, Number.NaN]);
    expect(() => jaccardMatches(labels(4), labels(0), 3)).toThrow(/label 4/);
  });
});

describe("stability", () => {
  it("is 1 where subsamples give the same clusters, and tells which one dissolves", () => {
    const whole = labels(0, 0, 0, 0, 1, 1, 1, 1, -1);
    const same = { rows: Uint32Array.of(0, 1, 4, 5, 8), labels: labels(3, 3, 1, 1, -1) };
    expect(stability(whole, 2, [same, same])).toEqual({
      adjustedRand: 1,
      clusters: Float64Array.of(1, 1),
      dissolved: labels(0, 0),
    });
    const split = { rows: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7), labels: labels(0, 0, 0, 0, 1, 1, 2, 2) };
    const { adjustedRand, clusters, dissolved } = stability(whole, 3, [same, split]);
    expect(adjustedRand).toBeGreaterThan(0.7);
    expect(adjustedRand).toBeLessThan(1);
    expect([...clusters]).toEqual([1, 0.75, Number.NaN]);
    expect([...dissolved]).toEqual([0, 1, 0]);
    expect(() => stability(whole, 2, [])).toThrow(/at least one replicate/);
  });
});

describe("a mean over strata", () => {
  it("weighs each by its rows, and has no error where all rows were drawn", () => {
    const all = stratifiedMean(Float64Array.of(1, 3, 8), labels(0, 0, 1), Float64Array.of(2, 1));
    expect(all).toEqual({ mean: 4, standardError: 0, low: 4, high: 4 });
    // s² = 2 in the first stratum: 0.75² · 2/2 · (1 − 2/6); the second has one row drawn of two and borrows it.
    const part = stratifiedMean(Float64Array.of(1, 3, 8, 99), labels(0, 0, 1, -1), Float64Array.of(6, 2));
    expect(part.mean).toBeCloseTo(0.75 * 2 + 0.25 * 8, 12);
    expect(part.standardError ** 2).toBeCloseTo(0.75 ** 2 * (2 / 3) + 0.25 ** 2 * 2 * 0.5, 12);
    expect(stratifiedMean(new Float64Array(0), labels(), Float64Array.of(3)).mean).toBe(0);
    expect(() => stratifiedMean(Float64Array.of(1), labels(2), Float64Array.of(3))).toThrow(/label 2/);
  });

  it("covers the true mean in about 95 of 100 samples", () => {
    const next = generator(11);
    const sizes = Float64Array.of(6_000, 3_000, 1_000);
    const values = Array.from(sizes, (size, c) => Float64Array.from({ length: size }, () => c + next() + next()));
    const truth = values.flatMap((own) => [...own]).reduce((sum, value) => sum + value, 0) / 10_000;
    let covered = 0;
    for (let repeat = 0; repeat < 400; repeat++) {
      const drawn = values.flatMap((own, c) =>
        Array.from({ length: 20 * (3 - c) }, () => ({ c, value: own[Math.floor(next() * own.length)]! })),
      );
      const { low, high } = stratifiedMean(
        Float64Array.from(drawn, ({ value }) => value),
        Int32Array.from(drawn, ({ c }) => c),
        sizes,
      );
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.91);
    expect(covered / 400).toBeLessThan(0.985);
  });
});
