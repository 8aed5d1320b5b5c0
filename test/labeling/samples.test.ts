import { describe, expect, it } from "vitest";
import { chooseSamples, sampleCount } from "../../src/labeling/samples";

describe("the samples of a cluster", () => {
  const candidates = [
    { distance: 0.1, place: [0, 0] },
    { distance: 0.11, place: [0.01, 0] },
    { distance: 0.5, place: [1, 0] },
    { distance: 0.5, place: [-1, 0] },
    { distance: 1, place: [1.01, 0] },
  ];

  it("begin with what is nearest, then show what is unlike it", () => {
    const chosen = chooseSamples(candidates, 3);
    expect(chosen[0]).toBe(0);
    // The second one is nearer than the others, and shows what the first one shows.
    expect(new Set(chosen.slice(1))).toEqual(new Set([2, 3]));
  });

  it("are the first of a longer choice, all different", () => {
    const all = chooseSamples(candidates, 10);
    expect(all.toSorted()).toEqual([0, 1, 2, 3, 4]);
    for (let n = 1; n <= 5; n++) expect(chooseSamples(candidates, n)).toEqual(all.slice(0, n));
    expect(chooseSamples([], 3)).toEqual([]);
  });

  it("do without a map and without distances", () => {
    const alone = candidates.map(({ distance }) => ({ distance, place: [] }));
    expect(chooseSamples(alone, 2)).toEqual([0, 4]);
    expect(
      chooseSamples(
        alone.map(() => ({ distance: 0, place: [] })),
        2,
      ),
    ).toEqual([0, 1]);
  });

  it("are as many as size and spread ask for, 3 to 20", () => {
    expect(sampleCount(2, 1)).toBe(2);
    expect(sampleCount(8, 1)).toBe(3);
    expect(sampleCount(128, 1)).toBe(11);
    expect(sampleCount(128, 0.1)).toBe(7);
    expect(sampleCount(128, 9)).toBe(19);
    expect(sampleCount(1_000_000, 1)).toBe(20);
  });
});
