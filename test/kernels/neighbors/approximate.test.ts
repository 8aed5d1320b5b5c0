import { describe, expect, it } from "vitest";
import { type Metric, run } from "../../../src/kernels";
import { approximateBytes } from "../../../src/kernels/neighbors/memory";
import { blobs, bytes, floats, generator, load, plain, shared } from "../support";
import { distance, label, METRICS } from "./support";

const EUCLIDEAN: Metric = { name: "euclidean" };

/** One broad cloud of `rank` directions among d: no clusters that would make neighbours easy to find. */
function cloud(rows: number, d: number, rank: number, seed: number): Float32Array {
  const next = generator(seed);
  const mixing = Float64Array.from({ length: rank * d }, () => next() - 0.5);
  const values = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < rank; r++) {
      const weight = next() + next() + next() - 1.5;
      for (let t = 0; t < d; t++) values[i * d + t]! += weight * mixing[r * d + t]!;
    }
  }
  return values;
}

describe("approximate neighbours", () => {
  it.each([
    [6_000, 30, 12],
    [5_000, 150, 16],
    [6_000, 3, 3],
  ])("of %i × %i, %i directions, reach a recall of 0.98, which is the one of all rows", (n, d, rank) => {
    const kernels = plain();
    const matrix = load(kernels, cloud(n, d, rank, 3), d);
    const k = 15;
    const lists = run(kernels.knnApproximate(matrix, { k, metric: EUCLIDEAN }));
    const exact = run(kernels.knn(matrix, { k, metric: EUCLIDEAN }));
    let found = 0;
    for (let i = 0; i < n; i++) {
      const farthest = exact.distances[(i + 1) * k - 1]!;
      found += lists.distances.subarray(i * k, (i + 1) * k).filter((value) => value <= farthest).length;
    }
    const share = found / (n * k);
    expect(share).toBeGreaterThan(0.98);
    const audited = run(kernels.recall(matrix, lists, { sample: 400, seed: 1, metric: EUCLIDEAN }));
    expect(Math.abs(audited - share)).toBeLessThan(0.01);
    expect(run(kernels.recall(matrix, lists, { sample: n, seed: 1, metric: EUCLIDEAN }))).toBeCloseTo(share, 9);
  });

  it.each(METRICS.map((metric) => [label(metric), metric] as const))(
    "%s: true distances in true order",
    (_, metric) => {
      const d = 10;
      const values = cloud(3_500, d, 10, 5);
      const kernels = plain();
      const matrix = load(kernels, values, d);
      const k = 6;
      const { neighbors, distances } = run(kernels.knnApproximate(matrix, { k, metric }));
      for (let i = 0; i < 3_500; i += 50) {
        const rows = neighbors.subarray(i * k, (i + 1) * k);
        const far = distances.subarray(i * k, (i + 1) * k);
        expect(new Set(rows).size).toBe(k);
        expect(rows.includes(i)).toBe(false);
        expect([...far]).toEqual([...far].sort((a, b) => a - b));
        for (const [j, row] of rows.entries()) {
          expect(Math.abs(far[j]! / distance(metric, values, i, values, row, d) - 1)).toBeLessThan(1e-6);
        }
      }
      expect(
        run(kernels.recall(matrix, { rows: 3_500, k, neighbors, distances }, { sample: 300, seed: 2, metric })),
      ).toBeGreaterThan(0.97);
    },
  );

  it("of few rows are the exact ones", () => {
    const kernels = plain();
    for (const n of [0, 1, 2, 40, 1_500]) {
      const matrix = load(kernels, blobs(n, 12, 3, 4), 12);
      const lists = run(kernels.knnApproximate(matrix, { k: 7, metric: EUCLIDEAN }));
      const exact = run(kernels.knn(matrix, { k: 7, metric: EUCLIDEAN }));
      expect(bytes(lists.neighbors)).toBe(bytes(exact.neighbors));
      expect(bytes(lists.distances)).toBe(bytes(exact.distances));
      expect(run(kernels.recall(matrix, lists, { sample: 50, seed: 1, metric: EUCLIDEAN }))).toBe(1);
    }
  });

  it("of equal rows and of duplicates are at distance 0", () => {
    const kernels = plain();
    const matrix = kernels.matrix(4_000, 3);
    const lists = run(kernels.knnApproximate(matrix, { k: 5, metric: EUCLIDEAN }));
    expect(lists.distances.every((value) => value === 0)).toBe(true);
    expect(run(kernels.recall(matrix, lists, { sample: 30, seed: 1, metric: EUCLIDEAN }))).toBe(1);
  });

  it("are the same bytes again, and say how they were found", () => {
    const values = cloud(6_000, 20, 10, 1);
    const lists = () => {
      const kernels = plain();
      return run(kernels.knnApproximate(load(kernels, values, 20), { k: 8, metric: EUCLIDEAN }));
    };
    expect(bytes(lists().neighbors)).toBe(bytes(lists().neighbors));
    expect(lists().method).toMatch(/48 of 63 blocks, \d sweeps/);
  });

  it("recall is low for lists that are not neighbours, and the seed decides on the sample", () => {
    const kernels = plain();
    const matrix = load(kernels, cloud(2_000, 8, 8, 1), 8);
    const lists = kernels.emptyLists(2_000, 4);
    const audit = (seed: number) => run(kernels.recall(matrix, lists, { sample: 50, seed, metric: EUCLIDEAN }));
    expect(audit(1)).toBe(0);
    const half = run(kernels.knn(matrix, { k: 4, metric: EUCLIDEAN }));
    half.distances.fill(Infinity, 0, 4_000);
    const share = (seed: number) => run(kernels.recall(matrix, half, { sample: 50, seed, metric: EUCLIDEAN }));
    expect(share(1)).toBe(share(1));
    expect(new Set([1, 2, 3, 4, 5].map(share)).size).toBeGreaterThan(1);
    expect(() =>
      run(kernels.recall(matrix, kernels.emptyLists(3, 4), { sample: 5, seed: 1, metric: EUCLIDEAN })),
    ).toThrow(/3 rows/);
    expect(() => run(kernels.recall(matrix, lists, { sample: 0, seed: 1, metric: EUCLIDEAN }))).toThrow(/sample/);
  });

  it.each([
    [12_000, 20, 10],
    [5_000, 300, 30],
  ])("at %i × %i, k = %i stay within their memory formula, and not far below", (n, d, k) => {
    const kernels = plain();
    const matrix = load(kernels, blobs(n, d, 3, 1), d);
    const before = kernels.mark();
    const slices = kernels.knnApproximate(matrix, { k, metric: EUCLIDEAN });
    let taken = 0;
    for (let next = slices.next(); !next.done && next.value.done < n; next = slices.next()) {
      taken = Math.max(taken, kernels.mark() - before);
    }
    slices.return({} as never);
    expect(kernels.mark()).toBe(before);
    const formula = approximateBytes({ n, d }, k);
    expect(taken).toBeLessThanOrEqual(formula);
    expect(taken).toBeGreaterThan(0.8 * formula);
  });

  it("of mnist in 50 dimensions reach a recall of 0.99", ({ skip }) => {
    const file = shared("data/mnist10k_pca50.f32");
    if (!file) return skip("mnist10k_pca50 is absent");
    const kernels = plain();
    const matrix = load(kernels, floats(file), 50);
    const lists = run(kernels.knnApproximate(matrix, { k: 30, metric: { name: "cosine" } }));
    expect(run(kernels.recall(matrix, lists, { sample: 300, seed: 1, metric: { name: "cosine" } }))).toBeGreaterThan(
      0.99,
    );
  });
});
