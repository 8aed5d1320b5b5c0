import { describe, expect, it } from "vitest";
import { type NeighborLists, run } from "../../../src/kernels";
import { trustworthiness } from "../../../src/kernels/measures/trustworthiness";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { umapBytes, umapLayoutBytes, umapStartBytes, umapTransformBytes } from "../../../src/kernels/reduce/memory";
import { blobs, bytes, plain, rawModule } from "../support";
import { digits, lists } from "./support";

describe("the curve", () => {
  it.each([
    [0, 1, 1.9328083975546724, 0.7904949734010681],
    [0.1, 1, 1.5769434601962196, 0.8950608779914887],
    [0.5, 1, 0.583030020479462, 1.3341669929263487],
    [1, 1, 0.11497568285252263, 1.9292371466948077],
    [0.25, 2, 0.41627349693884963, 0.9218551322340262],
  ])("of minDist %f, spread %f is umap-learn's", (minDist, spread, a, b) => {
    const curve = plain().umapCurve(minDist, spread);
    expect(Math.abs(curve.a / a - 1)).toBeLessThan(1e-5);
    expect(Math.abs(curve.b / b - 1)).toBeLessThan(1e-5);
  });

  it("refuses distances that make no sense", () => {
    expect(() => plain().umapCurve(-0.1)).toThrow(/minDist/);
    expect(() => plain().umapCurve(1.1)).toThrow(/minDist/);
    expect(() => plain().umapCurve(0, 0)).toThrow(/spread/);
  });
});

it("raises to powers within 4e-5, from tiny to huge", () => {
  const kernel = rawModule();
  const x = kernel.allocateF32(4);
  const out = kernel.allocateF32(4);
  let worst = 0;
  for (const b of [0.2, 0.79, 0.895, 1, 1.334, 2]) {
    for (let step = 0; step < 4_000; step++) {
      const values = Float32Array.from({ length: 4 }, (_, lane) => 2 ** (((4 * step + lane) / 16_000) * 50 - 25));
      kernel.f32(x, 4).set(values);
      kernel.raw.umapPower(x, b, out);
      for (const [lane, value] of kernel.f32(out, 4).entries()) {
        worst = Math.max(worst, Math.abs(value / values[lane]! ** Math.fround(b) - 1));
      }
    }
  }
  expect(worst).toBeLessThan(4e-5);
});

/** Algorithms 2 and 3 of the paper in f64, the row itself the first of its neighbours. */
function strengthsOf(distances: number[]): number[] {
  const nearest = distances.find((d) => d > 0) ?? 0;
  let [low, high] = [0, 1e30];
  for (let step = 0; step < 400; step++) {
    const width = (low + high) / 2;
    const sum = distances.reduce((total, d) => total + (d > nearest ? Math.exp((nearest - d) / width) : 1), 0);
    if (sum > Math.log2(distances.length + 1)) high = width;
    else low = width;
  }
  const mean = distances.reduce((total, d) => total + d, 0) / (distances.length + 1);
  const width = Math.max(high, 1e-3 * mean);
  return distances.map((d) => (d > nearest ? Math.exp((nearest - d) / width) : 1));
}

describe("the graph", () => {
  it.each([1, 1e18, 1e-20])("is the fuzzy union of the rows' neighbourhoods, at a scale of %d", (scale) => {
    const kernels = plain();
    const x = blobs(120, 3, 4, 7);
    const found = lists(kernels, x, 3, 9);
    const distances = found.distances.map((d) => d * scale);
    const graph = run(kernels.umapGraph({ ...found, distances }));
    const there = Array.from({ length: 120 }, () => new Map<number, number>());
    for (let i = 0; i < 120; i++) {
      const own = strengthsOf([...distances.subarray(9 * i, 9 * i + 9)]);
      for (const [e, weight] of own.entries()) there[i]!.set(found.neighbors[9 * i + e]!, weight);
    }
    for (let i = 0; i < 120; i++) {
      for (let e = graph.offsets[i]!; e < graph.offsets[i + 1]!; e++) {
        const j = graph.neighbors[e]!;
        const [a, b] = [there[i]!.get(j) ?? 0, there[j]!.get(i) ?? 0];
        expect(Math.abs(graph.weights[e]! - (a + b - a * b))).toBeLessThan(1e-4);
      }
    }
    const pairs = new Set(there.flatMap((row, i) => [...row.keys()].flatMap((j) => [i * 120 + j, j * 120 + i])));
    expect(graph.neighbors.length).toBe(pairs.size);
  });

  it("joins duplicates fully and takes rows without neighbours", () => {
    const kernels = plain();
    const same = run(kernels.umapGraph(lists(kernels, new Float32Array(40).fill(3), 2, 4)));
    expect(same.weights.every((weight) => weight === 1)).toBe(true);
    const none: NeighborLists = {
      rows: 3,
      k: 1,
      neighbors: new Int32Array(3).fill(-1),
      distances: new Float32Array(3).fill(Infinity),
    };
    expect(run(kernels.umapGraph(none)).neighbors.length).toBe(0);
  });

  it("refuses distances that are none", () => {
    const one = { rows: 1, k: 2, neighbors: Int32Array.of(0, 0) };
    const graph = (...distances: number[]) =>
      run(plain().umapGraph({ ...one, distances: Float32Array.from(distances) }));
    expect(() => graph(1, Number.NaN)).toThrow(/row 0, entry 1: distance NaN/);
    expect(() => graph(-1, 1)).toThrow(RangeError);
    expect(() => graph(1)).toThrow(/1 distances for 1 × 2/);
  });
});

describe("umap", () => {
  const options = { components: 2, minDist: 0, seed: 3 };
  const kernels = plain();
  const x = blobs(400, 6, 4, 2);
  const found = lists(kernels, x, 6, 14);
  const whole = run(kernels.umap(found, options));

  it("keeps the neighbourhoods of digits as umap-learn does, in 2 and in 10 dimensions", () => {
    const own = plain();
    const values = digits();
    const nearest = lists(own, values, 64, 29);
    // umap-learn 0.5.3 reaches 0.987 and 0.991.
    for (const [components, reference] of [
      [2, 0.987],
      [10, 0.991],
    ] as const) {
      const { embedding } = run(own.umap(nearest, { components, minDist: 0, seed: 42 }));
      expect(trustworthiness(values, 64, embedding, components, 15)).toBeGreaterThanOrEqual(reference - 0.005);
    }
  });

  it("keeps groups apart", () => {
    const { embedding } = whole;
    let [within, between] = [0, Infinity];
    for (let i = 0; i < 400; i += 7) {
      for (let j = 0; j < 400; j++) {
        const apart = Math.hypot(embedding[2 * i]! - embedding[2 * j]!, embedding[2 * i + 1]! - embedding[2 * j + 1]!);
        if (i % 4 === j % 4) within = Math.max(within, apart);
        else between = Math.min(between, apart);
      }
    }
    expect(between).toBeGreaterThan(0.2 * within);
  });

  it.each([2, 3, 7])("gives the same bytes however its epochs are cut, in %i dimensions", (components) => {
    const chosen = { ...options, components, epochs: 30 };
    const { embedding } = run(kernels.umap(found, chosen));
    const graph = run(kernels.umapGraph(found));
    let state = run(kernels.umapStart(graph, chosen));
    for (const until of [0, 1, 2, 17, 30]) state = run(plain().umapLayout(graph, state, { ...chosen, until }));
    expect(state.epoch).toBe(30);
    expect(bytes(state.embedding)).toBe(bytes(embedding));
    expect(bytes(run(kernels.umap(found, { ...chosen, seed: 4 })).embedding)).not.toBe(bytes(embedding));
  });

  it.each([[0], [1], [2], [3], [5]])("lays out %i rows", (rows) => {
    for (const components of [2, 3]) {
      const few = lists(kernels, blobs(rows, 3, 1, 1), 3, 14);
      const { embedding } = run(kernels.umap(few, { ...options, components }));
      expect(embedding.length).toBe(rows * components);
      expect(embedding.every(Number.isFinite)).toBe(true);
    }
  });

  it.each([
    ["all rows equal", new Float32Array(300).fill(2), 3],
    ["one dimension", blobs(90, 1, 2, 1), 1],
    ["huge values", blobs(90, 3, 2, 1).map((v) => v * 1e18), 3],
    ["tiny values", blobs(90, 3, 2, 1).map((v) => v * 1e-20), 3],
    ["many equal groups", Float32Array.from({ length: 400 }, (_, i) => Math.floor(i / 40)), 2],
  ])("lays out %s", (_, values, dimensions) => {
    for (const components of [2, 5]) {
      const { embedding } = run(
        kernels.umap(lists(kernels, values, dimensions, 8), { ...options, components, epochs: 50 }),
      );
      expect(embedding.every(Number.isFinite)).toBe(true);
      expect(new Set(embedding).size).toBeGreaterThan(embedding.length / 4);
    }
  });

  it("places new rows where the same rows lie, each by itself", () => {
    const layout = whole.embedding;
    const queries = newRows(found, 40);
    const placed = run(kernels.umapTransform(queries, layout, options));
    for (let i = 0; i < 40; i++) {
      const apart = Math.hypot(placed[2 * i]! - layout[2 * i]!, placed[2 * i + 1]! - layout[2 * i + 1]!);
      expect(apart).toBeLessThan(3);
    }
    const half = (from: number): NeighborLists => ({
      rows: 20,
      k: queries.k,
      neighbors: queries.neighbors.subarray(from * queries.k, (from + 20) * queries.k),
      distances: queries.distances.subarray(from * queries.k, (from + 20) * queries.k),
    });
    const parts = [0, 20].map((firstRow) =>
      run(kernels.umapTransform(half(firstRow), layout, { ...options, firstRow })),
    );
    expect(bytes(Float32Array.from(parts.flatMap((part) => [...part])))).toBe(bytes(placed));
  });

  /** The first rows as if they were new: each is its own nearest neighbour. */
  function newRows({ k, neighbors, distances }: NeighborLists, rows: number): NeighborLists {
    const own = {
      rows,
      k: k + 1,
      neighbors: new Int32Array(rows * (k + 1)),
      distances: new Float32Array(rows * (k + 1)),
    };
    for (let i = 0; i < rows; i++) {
      own.neighbors.set([i, ...neighbors.subarray(i * k, (i + 1) * k)], i * (k + 1));
      own.distances.set([0, ...distances.subarray(i * k, (i + 1) * k)], i * (k + 1));
    }
    return own;
  }

  it("refuses options and states that do not fit", () => {
    const graph = run(kernels.umapGraph(found));
    const state = { epoch: 0, embedding: new Float32Array(800) };
    expect(() => run(kernels.umap(found, { ...options, components: 257 }))).toThrow(/1 to 256/);
    expect(() => run(kernels.umap(found, { ...options, minDist: 2 }))).toThrow(/minDist/);
    expect(() => run(kernels.umap(found, { ...options, epochs: -1 }))).toThrow(/epochs/);
    expect(() => kernels.umapLayout(graph, { ...state, embedding: new Float32Array(9) }, options)).toThrow(
      /9 coordinates/,
    );
    expect(() => kernels.umapLayout(graph, state, { ...options, until: 501 })).toThrow(/0 to 501/);
    const infinite = { epoch: 0, embedding: new Float32Array(800).fill(Infinity) };
    expect(() => kernels.umapLayout(graph, infinite, options)).toThrow(/finite/);
    expect(() => kernels.umapTransform(found, new Float32Array(10), options)).toThrow(/among 5 rows/);
  });

  it.each([2, 10, 40])("takes what its formulas say, in %i dimensions", (components) => {
    const own = plain();
    const many = lists(own, blobs(2_000, 3, 1, 4), 3, 14);
    const graph = run(own.umapGraph(many));
    const entries = graph.neighbors.length;
    const chosen = { ...options, components, epochs: 400 };
    const before = own.mark();
    const peak = (slices: Generator): number => {
      let most = 0;
      while (!slices.next().done) most = Math.max(most, own.mark() - before);
      expect(own.mark()).toBe(before);
      return most;
    };
    const uses: [Generator, number][] = [
      [own.umapStart(graph, chosen), umapStartBytes(2_000, entries, components)],
      [
        own.umapLayout(graph, { epoch: 0, embedding: new Float32Array(2_000 * components) }, { ...chosen, until: 2 }),
        umapLayoutBytes(2_000, entries, components),
      ],
      [
        own.umapTransform(many, new Float32Array(2_000 * components), chosen),
        umapTransformBytes(2_000, 14, components, 2_000),
      ],
    ];
    for (const [slices, formula] of uses) {
      const most = peak(slices);
      expect(most).toBeLessThanOrEqual(formula + BASE_BYTES);
      expect(most).toBeGreaterThan(0.6 * formula);
    }
  });

  it("fits 64 MiB beside 50,000 × 50, laid out in 2 and in 50 dimensions", () => {
    for (const components of [2, 50]) expect(umapBytes(50_000, 29, components) + 10_000_000).toBeLessThan(64 * 2 ** 20);
  });
});
