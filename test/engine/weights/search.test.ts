import { describe, expect, it } from "vitest";
import { expectedImprovement, fitProcess } from "../../../src/engine/weights/process";
import { bayesianSearch, bestOf, gridSearch } from "../../../src/engine/weights/search";

/** Smooth, with its maximum of 1 where the second weight is 0.5 and the third 0.2. */
const hill = async ([a, b, c]: number[]) =>
  Math.exp(-3 * (Math.log(b! / a! / 0.5) ** 2 + Math.log(c! / a! / 0.2) ** 2));

describe("a Gaussian process", () => {
  const points = [[0], [0.3], [0.55], [0.8], [1]];
  const values = points.map(([x]) => Math.sin(6 * x!));

  it("goes through its points and is less sure between them", () => {
    const process = fitProcess(points, values);
    for (const [i, point] of points.entries()) {
      const { mean, deviation } = process(point);
      expect(mean).toBeCloseTo(values[i]!, 2);
      expect(deviation).toBeLessThan(process([0.42]).deviation);
    }
    expect(process([0.42]).mean).toBeCloseTo(Math.sin(6 * 0.42), 0);
  });

  it("takes equal values and repeated points", () => {
    const { mean, deviation } = fitProcess([[0.5], [0.5], [0.2]], [2, 2, 2])([0.5]);
    expect(mean).toBeCloseTo(2);
    expect(deviation).toBeGreaterThanOrEqual(0);
  });

  it("expects the improvement that a normal distribution has above the best", () => {
    // E[max(0, X - 1)] of a normal X with mean 1 and deviation 2 is 2 / sqrt(2 pi).
    expect(expectedImprovement({ mean: 1, deviation: 2 }, 1)).toBeCloseTo(2 / Math.sqrt(2 * Math.PI), 6);
    expect(expectedImprovement({ mean: 3, deviation: 0 }, 1)).toBe(2);
    expect(expectedImprovement({ mean: 0, deviation: 0 }, 1)).toBe(0);
  });
});

describe("the search for weights", () => {
  it.each([
    ["grid", gridSearch],
    ["bayesian", bayesianSearch],
  ] as const)("by %s stays within its iterations and its bounds, and starts from equal weights", async (_, search) => {
    for (const features of [2, 3, 5, 14]) {
      const tried = await search(features, 20, 7, async (weights) => weights[0]! - weights[1]!);
      expect(tried[0]!.weights).toEqual(new Array(features).fill(1));
      expect(tried.length).toBeGreaterThan(1);
      expect(tried.length).toBeLessThanOrEqual(20);
      for (const { weights } of tried) {
        expect(Math.max(...weights)).toBe(1);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0.1);
      }
      expect(new Set(tried.map(({ weights }) => weights.join())).size).toBe(tried.length);
    }
  });

  it("by a Gaussian process comes nearer to the best than a grid of as many points", async () => {
    const bayesian = bestOf(await bayesianSearch(3, 40, 1, hill));
    const grid = bestOf(await gridSearch(3, 40, 1, hill));
    expect(bayesian.value).toBeGreaterThan(0.97);
    expect(bayesian.value).toBeGreaterThan(grid.value!);
  });

  it("is the same for the same seed", async () => {
    expect(await bayesianSearch(3, 25, 5, hill)).toEqual(await bayesianSearch(3, 25, 5, hill));
  });

  it("keeps equal weights where nothing can be measured, or nothing is better", async () => {
    expect(bestOf(await bayesianSearch(2, 8, 1, async () => null)).weights).toEqual([1, 1]);
    expect(bestOf(await gridSearch(2, 8, 1, async () => 0.5)).weights).toEqual([1, 1]);
  });
});
