import { describe, expect, it } from "vitest";
import { compareSamples } from "../../../src/domain/drift/compare";
import { SampleBuilder, type SampleSummary } from "../../../src/domain/drift/sample";

const FEATURES = [{ name: "position", dimensions: 2, weight: 1 }];
const CENTROIDS = { count: 2, values: Float32Array.of(0, 0, 10, 0) };

function sample(rows: number[][], centroids: typeof CENTROIDS | null = CENTROIDS, normalize = false): SampleSummary {
  const builder = new SampleBuilder(FEATURES, normalize, centroids);
  builder.add(Float32Array.from(rows.flat()));
  return builder.summary(rows.length);
}

const ROWS = [
  [0, 1],
  [0, -1],
  [10, 1],
  [10, -1],
];

describe("a sample", () => {
  it("has the mean, the spread and the places of its rows", () => {
    const { features, shares, meanDistance, sampleRows } = sample(ROWS);
    expect(features).toEqual([{ name: "position", mean: [5, 0], spread: Math.sqrt(26) }]);
    expect([shares, meanDistance, sampleRows]).toEqual([[0.5, 0.5], 1, 4]);
  });

  it("takes each feature at unit length, then at its weight, as a run does", () => {
    const features = [
      { name: "a", dimensions: 2, weight: 3 },
      { name: "b", dimensions: 1, weight: 1 },
    ];
    const builder = new SampleBuilder(features, true, { count: 1, values: Float32Array.of(3, 0, 1) });
    builder.add(Float32Array.of(5, 0, 7, 0, 2, 4));
    const { features: found, meanDistance } = builder.summary(2);
    expect(found.map(({ mean }) => mean)).toEqual([[0.5, 0.5], [1]]);
    expect(meanDistance).toBeCloseTo(Math.sqrt(18) / 2, 6);
  });

  it("of nothing is all zero", () => {
    const empty = sample([]);
    expect(empty).toMatchObject({ sampleRows: 0, shares: null, meanDistance: null });
    expect(compareSamples(empty, empty)).toMatchObject({ embedding_drift: 0, cosine_drift: 0, share_drift: null });
  });
});

describe("drift", () => {
  it("of the same documents is zero", () => {
    expect(compareSamples(sample(ROWS), sample(ROWS))).toEqual({
      embedding_drift: 0,
      cosine_drift: 0,
      mean_shift: 0,
      share_drift: 0,
      population_stability_index: 0,
      spread_drift: 0,
      features: [{ name: "position", cosine_drift: 0, mean_shift: 0 }],
    });
  });

  it("tells how the shares moved", () => {
    const moved = compareSamples(sample(ROWS), sample([ROWS[0]!, ROWS[1]!, ROWS[0]!, ROWS[2]!]));
    expect(moved.share_drift).toBeCloseTo(0.25, 12);
    expect(moved.population_stability_index).toBeCloseTo(
      0.25 * Math.log(0.75 / 0.5) + -0.25 * Math.log(0.25 / 0.5),
      12,
    );
    expect(moved.embedding_drift).toBe(Math.max(moved.mean_shift, 0.25, moved.spread_drift!));
  });

  it("tells how far the mean moved against the spread, and by which angle", () => {
    const moved = compareSamples(sample(ROWS), sample(ROWS.map(([x, y]) => [x! - 5, y! + 5])));
    const distance = Math.sqrt(50);
    expect(moved.mean_shift).toBeCloseTo(distance / (distance + Math.sqrt(26)), 12);
    expect(moved.cosine_drift).toBeCloseTo(1, 12);
  });

  it("tells how the rows left their centroids", () => {
    const wider = compareSamples(sample(ROWS), sample(ROWS.map(([x, y]) => [x!, y! * 4])));
    expect(wider.spread_drift).toBeCloseTo(0.75, 12);
    expect(wider.share_drift).toBe(0);
  });

  it("stays within 0 and 1 however far the documents went", () => {
    const far = compareSamples(sample(ROWS), sample([[-1e9, -1e9]]));
    for (const value of [far.embedding_drift, far.cosine_drift, far.mean_shift, far.share_drift!, far.spread_drift!]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });

  it("without comparable centroids is that of the means", () => {
    const moved = compareSamples(sample(ROWS, null), sample(ROWS.slice(0, 2), null));
    expect(moved).toMatchObject({ share_drift: null, spread_drift: null, population_stability_index: null });
    expect(moved.embedding_drift).toBe(moved.mean_shift);
  });
});
