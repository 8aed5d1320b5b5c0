import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createKernels, type Metric, type NeighborLists, run } from "../../../src/kernels";
import { BASE_BYTES, matrixBytes } from "../../../src/kernels/memory";
import { knnBytes } from "../../../src/kernels/neighbors/memory";
import { blobs, bytes, floats, generator, load, plain, relaxedModule, shared } from "../support";
import { bruteForce, label, listOf, METRICS } from "./support";

const EUCLIDEAN: Metric = { name: "euclidean" };

function exact(values: Float32Array, d: number, k: number, metric: Metric = EUCLIDEAN): NeighborLists {
  const kernels = plain();
  return run(kernels.knn(load(kernels, values, d), { k, metric }));
}

/** Every list against brute force: distances to float32's last digits, rows wherever no tie could exchange them. */
function agrees(lists: NeighborLists, values: Float32Array, d: number, metric: Metric, step = 1): void {
  for (let i = 0; i < lists.rows; i += step) {
    const expected = bruteForce(metric, values, i, values, d, lists.k);
    const found = listOf(lists, i);
    expect(found.length).toBe(expected.length);
    for (const [j, { row, distance }] of found.entries()) {
      const wanted = expected[j]!;
      const isClose = (other: number) => Math.abs(other - distance) <= 3e-7 * distance;
      if (!isClose(wanted.distance)) expect.fail(`row ${i}, neighbour ${j}: ${distance}, not ${wanted.distance}`);
      const isTied =
        expected.filter((other) => isClose(other.distance)).length > 1 || isClose(expected.at(-1)!.distance);
      if (row !== wanted.row && !isTied) expect.fail(`row ${i}, neighbour ${j}: ${row}, not ${wanted.row}`);
    }
  }
}

/** Rows of which most are copies of the first three, in no order. */
function copied(n: number, d: number): Float32Array {
  const values = blobs(n, d, 4, d);
  const random = generator(d);
  for (let i = 3; i < n; i++) {
    const source = Math.floor(random() * 4);
    if (source < 3) values.copyWithin(i * d, source * d, (source + 1) * d);
  }
  return values;
}

describe.each(METRICS.map((metric) => [label(metric), metric] as const))("%s", (_, metric) => {
  it.each([
    [300, 7, 5],
    [700, 33, 12],
    [257, 1, 3],
    [500, 2, 40],
  ])("%i × %i, k = %i: the neighbours of brute force", (n, d, k) => {
    const values = blobs(n, d, 5, 7 * n + d);
    agrees(exact(values, d, k, metric), values, d, metric, 7);
  });

  it("is the same for any shards, added in any order", () => {
    const d = 6;
    const [n, k] = [900, 9];
    const values = blobs(n, d, 4, 3);
    const whole = exact(values, d, k, metric);
    const kernels = plain();
    const cuts = [0, 130, 131, 700, n];
    const shards = cuts.slice(1).map((to, s) => ({ from: cuts[s]!, to }));
    const part = ({ from, to }: { from: number; to: number }) => load(kernels, values.slice(from * d, to * d), d);
    for (const queries of shards) {
      const lists = kernels.emptyLists(queries.to - queries.from, k);
      for (const base of [...shards].reverse()) {
        run(kernels.knnAdd(lists, part(queries), queries.from, part(base), base.from, metric));
      }
      expect(bytes(lists.neighbors)).toBe(bytes(whole.neighbors.slice(queries.from * k, queries.to * k)));
      expect(bytes(lists.distances)).toBe(bytes(whole.distances.slice(queries.from * k, queries.to * k)));
    }
  });

  it("orders duplicates by row, and zero rows and constant columns as the metric says", () => {
    const d = 5;
    const values = blobs(240, d, 3, 9);
    values.copyWithin(50 * d, 0, 60 * d);
    for (let i = 0; i < 240; i++) values[i * d + 2] = 4;
    values.fill(0, 200 * d, 220 * d);
    agrees(exact(values, d, 30, metric), values, d, metric);
  });

  it.each([1e18, 1e-20])("keeps its order at magnitude %f", (magnitude) => {
    const d = 9;
    const values = blobs(300, d, 3, 5).map((v) => v * magnitude);
    agrees(exact(values, d, 10, metric), values, d, metric, 5);
  });

  it("all rows equal: the lowest other rows at distance 0", () => {
    const lists = exact(new Float32Array(500 * 3).fill(1.5), 3, 4, metric);
    expect(listOf(lists, 0).map(({ row }) => row)).toEqual([1, 2, 3, 4]);
    expect(listOf(lists, 2).map(({ row }) => row)).toEqual([0, 1, 3, 4]);
    expect(lists.distances.every((value) => value === 0)).toBe(true);
  });

  it.each([4, 60])("copies of three rows among others fill blocks, in %i dimensions: still by (distance, row)", (d) => {
    const values = copied(900, d);
    agrees(exact(values, d, 25, metric), values, d, metric, 11);
  });

  it("leaves −1 and Infinity past the end where k ≥ n", () => {
    const lists = exact(Float32Array.of(1, 1, 2, 1, 7, 3), 2, 4, metric);
    expect(listOf(lists, 0).map(({ row }) => row)).toHaveLength(2);
    expect([...lists.neighbors.slice(2, 4)]).toEqual([-1, -1]);
    expect([...lists.distances.slice(2, 4)]).toEqual([Infinity, Infinity]);
  });
});

describe("exact nearest neighbours", () => {
  it("of no row and of one are empty", () => {
    expect(exact(new Float32Array(0), 3, 2).neighbors).toHaveLength(0);
    expect([...exact(Float32Array.of(1, 2), 2, 2).neighbors]).toEqual([-1, -1]);
  });

  it("are found far from the origin, where products alone have lost their digits", () => {
    const d = 20;
    const values = blobs(600, d, 3, 2).map((v, i) => v + 1_000 * (i % d));
    agrees(exact(values, d, 10), values, d, EUCLIDEAN, 7);
  });

  it("are found beside an outlier that dwarfs them", () => {
    const d = 8;
    const values = blobs(600, d, 3, 2);
    values.fill(1e7, 0, d);
    agrees(exact(values, d, 10), values, d, EUCLIDEAN, 7);
  });

  it.each([{ name: "euclidean" }, { name: "cosine" }] as const)(
    "$name: are found in many dimensions by a few axes",
    (metric) => {
      const d = 130;
      const values = blobs(900, d, 5, 8).map((v, i) => v * (1 + (i % d)) + (i % d));
      values.fill(0, 40 * d, 43 * d);
      values.fill(2e5, 50 * d, 51 * d);
      agrees(exact(values, d, 20, metric), values, d, metric, 10);
      agrees(exact(values, d, 20, metric), values, d, metric, 41);
    },
  );

  it("are the same bytes again, and in several blocks of queries", () => {
    const values = blobs(5_000, 40, 6, 1);
    const first = exact(values, 40, 5);
    expect(bytes(exact(values, 40, 5).neighbors)).toBe(bytes(first.neighbors));
    const next = generator(4);
    for (let t = 0; t < 20; t++) {
      const i = Math.floor(next() * 5_000);
      expect(listOf(first, i)).toEqual(bruteForce(EUCLIDEAN, values, i, values, 40, 5));
    }
  });

  it("are the same in the build with fused multiply-add: the filter decides nothing", () => {
    const values = blobs(800, 30, 6, 1);
    const relaxed = createKernels(relaxedModule);
    const lists = run(relaxed.knn(load(relaxed, values, 30), { k: 8, metric: EUCLIDEAN }));
    expect(bytes(lists.neighbors)).toBe(bytes(exact(values, 30, 8).neighbors));
    expect(bytes(lists.distances)).toBe(bytes(exact(values, 30, 8).distances));
  });

  it("refuses senseless arguments and values that are not finite", () => {
    const values = blobs(10, 2, 2, 1);
    expect(() => exact(values, 2, 0)).toThrow(/k must be/);
    expect(() => exact(values, 2, 1.5)).toThrow(/k must be/);
    expect(() => exact(values, 2, 2, { name: "minkowski", p: 0 })).toThrow(/must be > 0/);
    values[7] = Number.NaN;
    expect(() => exact(values, 2, 2)).toThrow(/row 3, dimension 1/);
    const kernels = plain();
    const matrix = kernels.matrix(4, 2);
    expect(() => run(kernels.knnAdd(kernels.emptyLists(3, 2), matrix, 0, matrix, 0, EUCLIDEAN))).toThrow(/3 rows/);
    const wide = kernels.matrix(4, 3);
    expect(() => run(kernels.knnAdd(kernels.emptyLists(4, 2), matrix, 0, wide, 0, EUCLIDEAN))).toThrow(/dimensions/);
  });

  it.each([
    [9_000, 4, 3],
    [600, 900, 30],
    [20_000, 1, 50],
  ])("at %i × %i, k = %i stay within their memory formula, and not far below", (n, d, k) => {
    for (const metric of [EUCLIDEAN, { name: "cosine" } as const]) {
      const kernels = plain();
      const matrix = load(kernels, blobs(n, d, 3, 1), d);
      const before = kernels.mark();
      const slices = kernels.knn(matrix, { k, metric });
      let taken = 0;
      for (let next = slices.next(); !next.done && next.value.done === 0; next = slices.next()) {
        taken = Math.max(taken, kernels.mark() - before);
      }
      slices.return({} as never);
      expect(kernels.mark()).toBe(before);
      const formula = knnBytes({ n, d, metric }, k);
      expect(taken).toBeLessThanOrEqual(formula);
      expect(taken).toBeGreaterThan(0.8 * formula);
      expect(kernels.memoryBytes).toBeLessThanOrEqual(BASE_BYTES + matrixBytes(n, d) + formula + 65_536);
    }
  });

  it("of images of digits are those of brute force", ({ skip }) => {
    const file = shared("data/digits/digits.f32");
    if (!file) return skip("the digits are absent");
    const values = floats(file);
    for (const metric of METRICS) agrees(exact(values, 64, 15, metric), values, 64, metric, 100);
  });
});

describe("the generated tiles", () => {
  it("are what the script writes", async () => {
    const root = resolve(import.meta.dirname, "../../..");
    const script = (await import(`${root}/scripts/generate-kernels.mjs`)) as { generateDifferences(): string };
    expect(readFileSync(`${root}/asm/neighbors/generated/tiles.ts`, "utf8")).toBe(script.generateDifferences());
  });
});
