import { describe, expect, it } from "vitest";
import { components, degrees, type Graph, run, subgraph, symmetricGraph } from "../../../src/kernels";
import { generator } from "../support";

/** Random lists of distinct other nodes, some cut short. */
function lists(rows: number, k: number, seed: number) {
  const next = generator(seed);
  const neighbors = new Int32Array(rows * k).fill(-1);
  for (let i = 0; i < rows; i++) {
    const chosen = new Set<number>();
    while (chosen.size < k - (i % 3 === 0 ? 2 : 0)) {
      const to = Math.floor(next() * rows);
      if (to !== i) chosen.add(to);
    }
    neighbors.set([...chosen], i * k);
  }
  return { rows, k, neighbors, weights: Float32Array.from(neighbors, (to) => (to < 0 ? 0 : next())) };
}

function dense({ nodes, offsets, neighbors, weights }: Graph): number[][] {
  const matrix = Array.from({ length: nodes }, () => new Array<number>(nodes).fill(0));
  for (let i = 0; i < nodes; i++) {
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      if (e > offsets[i]!) expect(neighbors[e]).toBeGreaterThan(neighbors[e - 1]!);
      matrix[i]![neighbors[e]!] = weights[e]!;
    }
  }
  return matrix;
}

const graphOf = (nodes: number, edges: [number, number][]): Graph => {
  const k = Math.max(1, ...Array.from({ length: nodes }, (_, i) => edges.filter(([a]) => a === i).length));
  const neighbors = new Int32Array(nodes * k).fill(-1);
  for (let i = 0; i < nodes; i++) {
    neighbors.set(
      edges.filter(([a]) => a === i).map(([, b]) => b),
      i * k,
    );
  }
  return run(symmetricGraph({ rows: nodes, k, neighbors }, new Float32Array(nodes * k).fill(1), Math.max));
};

describe("symmetricGraph", () => {
  it.each([
    ["maximum", Math.max],
    ["mean", (a: number, b: number) => (a + b) / 2],
    ["probabilistic union", (a: number, b: number) => a + b - a * b],
  ])("is the union of the lists under the %s", (_, combine) => {
    const { weights, ...directed } = lists(40, 5, 3);
    const there = Array.from({ length: 40 }, () => new Array<number>(40).fill(0));
    for (const [e, to] of directed.neighbors.entries()) if (to >= 0) there[Math.floor(e / 5)]![to] = weights[e]!;
    const matrix = dense(run(symmetricGraph(directed, weights, combine)));
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        const expected = there[i]![j] || there[j]![i] ? Math.fround(combine(there[i]![j]!, there[j]![i]!)) : 0;
        expect(matrix[i]![j]).toBe(expected);
      }
    }
  });

  it("leaves out self-loops and edges without weight, and refuses neighbours that are no rows", () => {
    const self = { rows: 2, k: 2, neighbors: Int32Array.of(0, 1, 1, -1) };
    const graph = run(symmetricGraph(self, Float32Array.of(1, 0, 1, 0), Math.max));
    expect(graph.neighbors.length).toBe(0);
    expect([...graph.offsets]).toEqual([0, 0, 0]);
    expect(() =>
      run(symmetricGraph({ rows: 1, k: 1, neighbors: Int32Array.of(1) }, new Float32Array(1), Math.max)),
    ).toThrow(/neighbour 1/);
    expect(() => run(symmetricGraph(self, new Float32Array(3), Math.max))).toThrow(/3 weights/);
  });

  it("takes nothing and one row", () => {
    for (const rows of [0, 1]) {
      const neighbors = new Int32Array(rows).fill(-1);
      const graph = run(symmetricGraph({ rows, k: 1, neighbors }, new Float32Array(rows), Math.max));
      expect(graph.offsets.length).toBe(rows + 1);
      expect(components(graph).count).toBe(rows);
    }
  });
});

describe("components", () => {
  it("are numbered by their lowest node and reach across any order of edges", () => {
    const graph = graphOf(7, [
      [6, 0],
      [3, 6],
      [5, 1],
      [2, 2],
    ]);
    const found = components(graph);
    expect([...found.labels]).toEqual([0, 1, 2, 0, 3, 1, 0]);
    expect([...found.sizes]).toEqual([3, 2, 1, 1]);
    expect([...degrees(graph)]).toEqual([1, 1, 0, 1, 0, 1, 2]);
  });

  it("cut out as subgraphs keep their edges", () => {
    const { weights, ...directed } = lists(30, 4, 9);
    const graph = run(symmetricGraph(directed, weights, Math.max));
    const members = Int32Array.from({ length: 15 }, (_, i) => 2 * i);
    const [whole, part] = [dense(graph), dense(subgraph(graph, members))];
    for (let i = 0; i < 15; i++) for (let j = 0; j < 15; j++) expect(part[i]![j]).toBe(whole[2 * i]![2 * j]);
  });
});
