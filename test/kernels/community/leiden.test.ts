import { describe, expect, it } from "vitest";
import { type Graph, run } from "../../../src/kernels";
import { bytes, generator, plain } from "../support";
import { graphOf, groupedGraph, OPTIONS, pieces, qualityOf } from "./support";

const kernels = plain();
const leiden = (graph: Graph, options: Partial<typeof OPTIONS> = {}) =>
  run(kernels.leiden(graph, { ...OPTIONS, ...options }));

/** Every partition of n nodes, as labels that first appear in order. */
function* partitions(n: number, labels: number[] = []): Generator<number[]> {
  if (labels.length === n) return yield labels;
  const used = Math.max(-1, ...labels) + 1;
  for (let label = 0; label <= used; label++) yield* partitions(n, [...labels, label]);
}

const OBJECTIVES = [
  ["RBConfiguration", 1],
  ["RBConfiguration", 2.5],
  ["modularity", 1],
  ["CPM", 0.3],
] as const;

describe.each(OBJECTIVES)("%s, resolution %f", (objective, resolution) => {
  it("finds the best of all partitions of small graphs", () => {
    const next = generator(7);
    for (let round = 0; round < 12; round++) {
      const edges = [...Array(8).keys()].flatMap((i) =>
        [...Array(i).keys()].filter(() => next() < 0.4).map((j) => [i, j, 0.2 + next()] as const),
      );
      const graph = graphOf(8, edges);
      const { quality } = leiden(graph, { objective, resolution, iterations: -1 });
      let best = -Infinity;
      for (const labels of partitions(8)) best = Math.max(best, qualityOf(graph, labels, objective, resolution));
      expect(quality).toBeCloseTo(best, 5);
    }
  });

  it("reports the quality and the modularity of its labels", () => {
    const graph = groupedGraph(120, 5, 3);
    const { labels, quality, modularity } = leiden(graph, { objective, resolution });
    const expected = qualityOf(graph, labels, objective, resolution);
    expect(Math.abs(quality - expected)).toBeLessThan(1e-6 * Math.abs(expected));
    expect(modularity).toBeCloseTo(qualityOf(graph, labels, "modularity", 1), 6);
  });

  it("leaves every community connected", () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = generator(seed);
      // Long sparse graphs: a tree and a few edges more, where taking a node out tears a community.
      const edges = [...Array(299).keys()].map((i) => [i + 1, Math.floor(next() * (i + 1)), 0.1 + next()] as const);
      const graph = graphOf(300, edges);
      const { labels, communities } = leiden(graph, { objective, resolution, seed, iterations: 1 });
      expect(pieces(graph, labels)).toBe(communities);
    }
  });
});

describe("labels", () => {
  it("recover planted groups, whatever the seed", () => {
    const graph = groupedGraph(200, 4, 5);
    for (let seed = -2; seed < 3; seed++) {
      const { labels, communities } = leiden(graph, { seed });
      expect(communities).toBe(4);
      expect(new Set([...labels].map((label, i) => `${label} ${i % 4}`)).size).toBe(4);
    }
  });

  it("are numbered by falling size, and small communities are noise", () => {
    const clique = (from: number, size: number): [number, number, number][] =>
      [...Array(size).keys()].flatMap((i) =>
        [...Array(i).keys()].map((j) => [from + i, from + j, 1] as [number, number, number]),
      );
    const graph = graphOf(16, [...clique(0, 3), ...clique(3, 8), ...clique(11, 5)]);
    const expected = (small: number) => [...Array(3).fill(small), ...Array(8).fill(0), ...Array(5).fill(1)];
    expect([...leiden(graph).labels]).toEqual(expected(2));
    const { labels, communities, modularity } = leiden(graph, { minClusterSize: 4 });
    expect([...labels]).toEqual(expected(-1));
    expect(communities).toBe(2);
    expect(modularity).toBe(leiden(graph).modularity);
  });

  it("are the same bytes under the same seed, in another module and over an arena in use", () => {
    const graph = groupedGraph(400, 7, 2);
    const other = plain();
    other.matrix(100, 3);
    const first = leiden(graph, { seed: 9, resolution: 3 });
    const second = run(other.leiden(graph, { ...OPTIONS, seed: 9, resolution: 3 }));
    expect(bytes(second.labels)).toBe(bytes(first.labels));
    expect(second.quality).toBe(first.quality);
  });

  it("do not depend on the weights' scale where the objective does not", () => {
    const graph = groupedGraph(150, 3, 8);
    const plainLabels = leiden(graph).labels;
    for (const scale of [2 ** 100, 2 ** -100]) {
      const scaled = { ...graph, weights: graph.weights.map((weight) => weight * scale) };
      expect(leiden(scaled).labels).toEqual(plainLabels);
    }
  });
});

describe("edges", () => {
  it.each([0, 1, 2, 5])("%i nodes without an edge are communities of their own", (nodes) => {
    const result = leiden(graphOf(nodes, []), { iterations: -1 });
    expect([...result.labels]).toEqual([...Array(nodes).keys()]);
    expect(result).toMatchObject({ communities: nodes, quality: 0, modularity: 0 });
  });

  it("joins two nodes by an edge, and leaves all alone without a pass", () => {
    const pair = graphOf(2, [[0, 1, 1]]);
    expect([...leiden(pair).labels]).toEqual([0, 0]);
    expect([...leiden(pair, { iterations: 0 }).labels]).toEqual([0, 1]);
  });

  it("has one community at resolution 0 and single nodes at a high one", () => {
    const graph = groupedGraph(60, 2, 1);
    expect(leiden(graph, { resolution: 0 }).communities).toBe(1);
    expect(leiden(graph, { resolution: 1_000 }).communities).toBe(60);
  });

  it("improves with passes, and stops where nothing is gained", () => {
    const graph = groupedGraph(300, 30, 4);
    const [one, stable] = [leiden(graph, { iterations: 1 }), leiden(graph, { iterations: -1 })];
    expect(stable.quality).toBeGreaterThanOrEqual(one.quality);
    expect(one.passes).toBe(1);
    expect(stable.passes).toBeLessThan(60);
  });

  it("refuses graphs and options that make no sense", () => {
    const graph = graphOf(3, [[0, 1, 1]]);
    const refuse = (wrong: Partial<Graph>) => expect(() => leiden({ ...graph, ...wrong })).toThrow(RangeError);
    refuse({ weights: Float32Array.of(1, Number.NaN) });
    refuse({ weights: Float32Array.of(1, 0) });
    refuse({ weights: Float32Array.of(1, Infinity) });
    refuse({ weights: Float32Array.of(1) });
    refuse({ neighbors: Int32Array.of(1, 3) });
    refuse({ neighbors: Int32Array.of(0, 0) });
    refuse({ offsets: Int32Array.of(0, 2, 1, 2) });
    refuse({ offsets: Int32Array.of(0, 1, 2) });
    expect(() => leiden(graph, { resolution: -1 })).toThrow(/resolution/);
    expect(() => leiden(graph, { iterations: -2 })).toThrow(/iterations/);
    expect(() => leiden(graph, { iterations: 1.5 })).toThrow(/iterations/);
    expect(() => leiden(graph, { minClusterSize: Number.NaN })).toThrow(/minClusterSize/);
    expect(() => leiden(graph, { seed: 0.5 })).toThrow(/seed/);
  });
});
