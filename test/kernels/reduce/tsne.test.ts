import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { type Kernels, type NeighborLists, OutOfMemory, run, type TsneState } from "../../../src/kernels";
import { trustworthiness } from "../../../src/kernels/measures/trustworthiness";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { tsneBytes } from "../../../src/kernels/reduce/tsne/memory";
import { blobs, bytes, generator, load, plain, squaredDistance } from "../support";
import { digits, lists } from "./support";

const oracle = JSON.parse(readFileSync(resolve(import.meta.dirname, "oracle.json"), "utf8")) as {
  perplexity: number;
  trustworthiness_k: number;
  layouts: { components: number; divergence: number; trustworthiness: number }[];
};

/** Coordinates of the rows on their principal axes. */
function principal(kernels: Kernels, values: Float32Array, dimensions: number, axes: number): Float32Array {
  const mark = kernels.mark();
  const matrix = load(kernels, values, dimensions);
  const { rows } = matrix;
  const { sum } = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows });
  kernels.center(
    matrix,
    sum.map((value) => value / rows),
  );
  const scatter = run(kernels.scatter(matrix, 0, { maxAbs: kernels.maxAbs(matrix), rows }));
  const coordinates = kernels.project(matrix, run(kernels.eigenSymmetric(scatter, dimensions, axes)).vectors, axes);
  kernels.release(mark);
  return coordinates;
}

/** The divergence by its definition, in f64 over all pairs. */
function divergenceOf(kernels: Kernels, near: NeighborLists, perplexity: number, layout: Float32Array, axes: number) {
  const { rows, k, neighbors, probabilities } = run(kernels.tsneAffinities(near, perplexity));
  const freedom = Math.max(axes - 1, 1);
  const similarity = (i: number, j: number): number =>
    (1 + squaredDistance(layout, i, layout, j, axes) / freedom) ** (-(freedom + 1) / 2);
  let total = 0;
  for (let i = 0; i < rows; i++) for (let j = 0; j < rows; j++) if (i !== j) total += similarity(i, j);
  const pairs = new Map<number, number>();
  for (let i = 0; i < rows; i++) {
    for (let e = i * k; e < (i + 1) * k; e++) {
      const j = neighbors[e]!;
      if (probabilities[e] === 0) continue;
      for (const pair of [i * rows + j, j * rows + i]) pairs.set(pair, (pairs.get(pair) ?? 0) + probabilities[e]!);
    }
  }
  let sum = 0;
  for (const [pair, p] of pairs) sum += p * Math.log((p * total) / similarity(Math.floor(pair / rows), pair % rows));
  return sum;
}

describe("on the digits", () => {
  const values = digits();
  const kernels = plain();
  const near = lists(kernels, values, 64, kernels.tsneNeighbors(1_797, oracle.perplexity));

  it.each(oracle.layouts)("$components components: as close and as trustworthy as scikit-learn's", (reference) => {
    const { components } = reference;
    const coordinates = principal(kernels, values, 64, components);
    const options = { components, perplexity: oracle.perplexity, learningRate: "auto", seed: 1 } as const;
    const { embedding, divergence, iterations } = run(kernels.tsne(near, coordinates, components, options));
    expect(iterations).toBe(1_000);
    expect(divergence).toBeLessThanOrEqual(1.02 * reference.divergence);
    const exact = divergenceOf(kernels, near, oracle.perplexity, embedding, components);
    expect(Math.abs(exact / divergence - 1)).toBeLessThan(0.01);
    const trust = trustworthiness(values, 64, embedding, components, oracle.trustworthiness_k);
    expect(trust).toBeGreaterThanOrEqual(reference.trustworthiness - 0.005);
  });
});

describe("affinities", () => {
  const kernels = plain();

  it("meet the perplexity in every row, at any magnitude", () => {
    for (const magnitude of [1, 1e18, 1e-20]) {
      const values = blobs(200, 5, 3, 1).map((value) => value * magnitude);
      const { rows, k, probabilities } = run(kernels.tsneAffinities(lists(kernels, values, 5, 31), 10));
      for (let i = 0; i < rows; i++) {
        const row = [...probabilities.subarray(i * k, (i + 1) * k)].filter((p) => p > 0).map((p) => p * 2 * rows);
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        expect(Math.exp(-row.reduce((sum, p) => sum + p * Math.log(p), 0))).toBeCloseTo(10, 3);
      }
    }
  });

  it("are equal where the distances are", () => {
    const { probabilities, k } = run(kernels.tsneAffinities(lists(kernels, new Float32Array(60), 2, 8), 5));
    expect(k).toBe(8);
    expect(probabilities.every((p) => p === Math.fround(1 / 8 / 60))).toBe(true);
  });

  it("refuse perplexities and lists that make no sense", () => {
    const near = lists(kernels, blobs(20, 2, 1, 1), 2, 5);
    for (const perplexity of [0, -1, Number.NaN, 20]) {
      expect(() => kernels.tsneAffinities(near, perplexity)).toThrow(/perplexity/);
    }
    const wrong = { ...near, neighbors: near.neighbors.map((j) => j + 5) };
    expect(() => run(kernels.tsneAffinities(wrong, 3))).toThrow(/neighbour 2\d of 20 rows/);
  });
});

describe("the layout", () => {
  const kernels = plain();
  const values = blobs(150, 6, 4, 3);
  const near = lists(kernels, values, 6, 31);
  const affinities = run(kernels.tsneAffinities(near, 10));
  const start = (components: number): TsneState =>
    kernels.tsneStart(principal(kernels, values, 6, 2), 2, { rows: 150, components, seed: 4 });

  it.each([2, 3, 4, 7])(
    "of %i components lowers the divergence, keeps groups together and says how close it is",
    (components) => {
      const state = run(kernels.tsneLayout(affinities, start(components), { components, learningRate: "auto" }));
      const divergence = run(kernels.tsneDivergence(affinities, state, components));
      const exact = divergenceOf(kernels, near, 10, state.embedding, components);
      expect(Math.abs(exact / divergence - 1)).toBeLessThan(0.02);
      expect(divergence).toBeLessThan(0.5 * run(kernels.tsneDivergence(affinities, start(components), components)));
      expect(trustworthiness(values, 6, state.embedding, components, 10)).toBeGreaterThan(0.93);
    },
  );

  it.each([2, 3, 5])(
    "of %i components is the same bytes however its steps are cut, and in another module",
    (components) => {
      const options = { components, learningRate: 100 };
      const whole = run(kernels.tsneLayout(affinities, start(components), { ...options, until: 330 }));
      const other = plain();
      other.matrix(77, 3);
      let state = start(components);
      for (const until of [1, 13, 260, 330]) state = run(other.tsneLayout(affinities, state, { ...options, until }));
      for (const column of ["embedding", "velocity", "gains"] as const) {
        expect(bytes(state[column])).toBe(bytes(whole[column]));
      }
      expect(state).toMatchObject({ iteration: 330, gradientNorm: whole.gradientNorm });
    },
  );

  it("begins on the principal axes at a deviation of 10⁻⁴, and at random where there are none", () => {
    const { embedding } = start(3);
    const column = (t: number) => Array.from({ length: 150 }, (_, i) => embedding[3 * i + t]!);
    const deviation = (column: number[]) => Math.sqrt(column.reduce((sum, value) => sum + value ** 2, 0) / 150);
    expect(deviation(column(0))).toBeCloseTo(1e-4, 8);
    expect(deviation(column(1))).toBeLessThan(deviation(column(0)));
    expect(deviation(column(2))).toBeGreaterThan(0.8e-4);
    expect(start(3).embedding).toEqual(embedding);
  });
});

describe("edges", () => {
  const kernels = plain();
  const layoutOf = (values: Float32Array, dimensions: number, components: number, perplexity = 3) => {
    const rows = values.length / dimensions;
    const near = lists(kernels, values, dimensions, kernels.tsneNeighbors(rows, perplexity));
    const axes = Math.min(dimensions, components);
    const coordinates = rows === 0 ? new Float32Array() : principal(kernels, values, dimensions, axes);
    return run(kernels.tsne(near, coordinates, axes, { components, perplexity, learningRate: 200, seed: 1 }));
  };

  it.each([
    ["0 rows", new Float32Array(), 4, 3],
    ["1 row", Float32Array.of(1, 2, 3, 4), 4, 3],
    ["2 rows", Float32Array.of(1, 2, 3, 4), 2, 1],
    ["equal rows", new Float32Array(120).fill(7), 4, 3],
    ["pairs of duplicates", Float32Array.from({ length: 90 }, (_, i) => Math.floor(i / 2) % 9), 1, 3],
    ["one dimension", blobs(50, 1, 2, 1), 1, 3],
    ["a constant column", blobs(40, 2, 2, 1).map((value, i) => (i % 2 ? value : 5)), 2, 3],
    ["huge values", blobs(50, 3, 2, 1).map((value) => value * 1e18), 3, 3],
    ["tiny values", blobs(50, 3, 2, 1).map((value) => value * 1e-20), 3, 3],
    ["zeros among values", blobs(50, 3, 2, 1).map((value, i) => (i < 30 ? 0 : value)), 3, 3],
  ])("%s have a finite layout in 2, 3 and 4 dimensions", (_, values, dimensions, perplexity) => {
    for (const components of [2, 3, 4]) {
      const { embedding, divergence } = layoutOf(values, dimensions, components, perplexity);
      expect(embedding.length).toBe((values.length / dimensions) * components);
      expect(embedding.every(Number.isFinite)).toBe(true);
      // Two points far apart: their similarity is a float beside the 1 of each with itself.
      expect(divergence).toBeGreaterThan(-0.01);
    }
  });

  it("refuses what makes no sense, with the limit of exact layouts", () => {
    const near = lists(kernels, blobs(30, 2, 1, 1), 2, 8);
    const affinities = run(kernels.tsneAffinities(near, 2));
    const state = kernels.tsneStart(new Float32Array(60), 2, { rows: 30, components: 2, seed: 1 });
    const layout = (components: number, learningRate = 200) =>
      kernels.tsneLayout(affinities, state, { components, learningRate });
    expect(() => layout(1)).toThrow(/components/);
    expect(() => layout(257)).toThrow(/components/);
    expect(() => layout(3)).toThrow(/60 values for 30 rows × 3/);
    expect(() => layout(2, 0)).toThrow(/learningRate/);
    expect(() => kernels.tsneDivergence({ ...affinities, rows: 5_001 }, state, 4)).toThrow(/at most 5000 rows/);
    expect(() => kernels.tsneStart(new Float32Array(59), 2, { rows: 30, components: 2, seed: 1 })).toThrow(/59 coord/);
  });
});

describe("memory", () => {
  it.each([
    [3_000, 2, 20],
    [2_000, 3, 30],
    [600, 40, 10],
  ])(
    "%i rows × %i components, perplexity %i stay within the formula, and not far below",
    (rows, components, perplexity) => {
      const kernels = plain();
      const k = 3 * perplexity + 1;
      const next = generator(rows);
      const near = {
        rows,
        k,
        neighbors: Int32Array.from({ length: rows * k }, (_, e) => (Math.floor(e / k) + 1 + (e % k)) % rows),
        distances: Float32Array.from({ length: rows * k }, (_, e) => 1 + (e % k) + next()),
      };
      const before = kernels.mark();
      const options = { rows, components, seed: 1 };
      const state = kernels.tsneStart(new Float32Array(rows * 2), 2, options);
      const affinities = run(kernels.tsneAffinities(near, perplexity));
      run(kernels.tsneLayout(affinities, state, { components, learningRate: "auto", until: 3 }));
      expect(kernels.mark()).toBe(before);
      const formula = tsneBytes(rows, perplexity, components) + BASE_BYTES;
      expect(kernels.memoryBytes).toBeLessThanOrEqual(formula + 65_536);
      expect(kernels.memoryBytes).toBeGreaterThan(0.8 * formula);
      const small = plain(kernels.memoryBytes - 2 * 65_536);
      expect(() => run(small.tsneLayout(affinities, state, { components, learningRate: "auto" }))).toThrow(OutOfMemory);
    },
  );

  it("takes 50,000 rows in 48 MiB, by its formula", () => {
    expect(tsneBytes(50_000, 30, 2)).toBeLessThan(48 * 2 ** 20);
    expect(tsneBytes(50_000, 30, 3)).toBeLessThan(48 * 2 ** 20);
  });
});

it("names the learning rate that throws the layout out of the numbers", () => {
  const kernels = plain();
  const rows = 60;
  const values = blobs(rows, 4, 3, 5);
  const lists = run(kernels.knn(load(kernels, values, 4), { k: 16, metric: { name: "euclidean" } }));
  const options = { components: 2, perplexity: 5, learningRate: 1e300, seed: 1 };
  expect(() => run(kernels.tsne(lists, values, 4, options))).toThrow(/learning_rate 1e\+300/);
});
