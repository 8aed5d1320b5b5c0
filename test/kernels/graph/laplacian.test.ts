import { describe, expect, it } from "vitest";
import { components, degrees, type Graph, run, symmetricGraph } from "../../../src/kernels";
import { laplacianBytes } from "../../../src/kernels/graph/memory";
import { BASE_BYTES } from "../../../src/kernels/memory";
import { blobs, bytes, plain, squaredDistance } from "../support";

/** The union of the k nearest neighbours by brute force, every edge of weight 1 / (1 + distance). */
function neighborGraph(values: Float32Array, dimensions: number, k: number): Graph {
  const rows = values.length / dimensions;
  const neighbors = new Int32Array(rows * k).fill(-1);
  const weights = new Float32Array(rows * k);
  for (let i = 0; i < rows; i++) {
    const others = Array.from({ length: rows }, (_, j) => ({
      j,
      squared: squaredDistance(values, i, values, j, dimensions),
    }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.squared - b.squared || a.j - b.j)
      .slice(0, k);
    for (const [e, { j, squared }] of others.entries()) {
      neighbors[i * k + e] = j;
      weights[i * k + e] = 1 / (1 + Math.sqrt(squared));
    }
  }
  return run(symmetricGraph({ rows, k, neighbors }, weights, Math.max));
}

/** The normalised Laplacian as a dense matrix; a node without edges has a row of zeros. */
function denseLaplacian(graph: Graph): Float64Array {
  const { nodes: n, offsets, neighbors, weights } = graph;
  const degree = degrees(graph);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    if (degree[i]! > 0) matrix[i * n + i] = 1;
    for (let e = offsets[i]!; e < offsets[i + 1]!; e++) {
      const j = neighbors[e]!;
      matrix[i * n + j] = matrix[i * n + j]! - weights[e]! / Math.sqrt(degree[i]! * degree[j]!);
    }
  }
  return matrix;
}

function worst(graph: Graph, { values, vectors }: { values: Float64Array; vectors: Float64Array }) {
  const n = graph.nodes;
  const laplacian = denseLaplacian(graph);
  let [residual, orthogonality] = [0, 0];
  for (const [j, value] of values.entries()) {
    const v = vectors.subarray(j * n, (j + 1) * n);
    let squared = 0;
    for (let i = 0; i < n; i++) {
      let sum = -value * v[i]!;
      for (let t = 0; t < n; t++) sum += laplacian[i * n + t]! * v[t]!;
      squared += sum * sum;
    }
    residual = Math.max(residual, Math.sqrt(squared));
    for (let other = 0; other <= j; other++) {
      let product = other === j ? -1 : 0;
      for (let t = 0; t < n; t++) product += v[t]! * vectors[other * n + t]!;
      orthogonality = Math.max(orthogonality, Math.abs(product));
    }
  }
  return { residual, orthogonality };
}

const lists = (rows: number, k: number, to: (i: number, e: number) => number): Graph =>
  run(
    symmetricGraph(
      { rows, k, neighbors: Int32Array.from({ length: rows * k }, (_, at) => to(Math.floor(at / k), at % k)) },
      new Float32Array(rows * k).fill(1),
      Math.max,
    ),
  );

describe("laplacianEigenpairs", () => {
  const cases: [string, Graph, number][] = [
    ["one node", lists(1, 1, () => -1), 1],
    ["two nodes", lists(2, 1, (i) => 1 - i), 2],
    ["nodes without edges", lists(5, 1, () => -1), 3],
    ["a pair and a node", lists(3, 1, (i) => [1, 0, -1][i]!), 3],
    ["a complete graph: one value 39 times", lists(40, 39, (i, e) => (e < i ? e : e + 1)), 12],
    ["a ring: every value twice", lists(150, 2, (i, e) => (i + (e ? 1 : 149)) % 150), 9],
    ["a path: small gaps", lists(400, 1, (i) => (i + 1 < 400 ? i + 1 : -1)), 6],
    ["three equal rings", lists(180, 1, (i) => (i % 60 === 59 ? i - 59 : i + 1)), 7],
    ["neighbours of three groups", neighborGraph(blobs(500, 4, 3, 5), 4, 8), 12],
    ["neighbours in one group", neighborGraph(blobs(600, 3, 1, 6), 3, 10), 10],
    ["all of a small graph", neighborGraph(blobs(30, 3, 1, 6), 3, 5), 30],
  ];

  it.each(cases)("solves %s", (_, graph, count) => {
    const kernels = plain();
    const found = run(kernels.laplacianEigenpairs(graph, { count }));
    expect(found.converged).toBe(true);
    const { residual, orthogonality } = worst(graph, found);
    expect(residual).toBeLessThan(2e-9);
    expect(orthogonality).toBeLessThan(1e-10);
    // The smallest ones, none left out: against the dense solver, which wants the largest of 2 − L.
    const n = graph.nodes;
    const dense = denseLaplacian(graph).map((value, at) => (at % (n + 1) === 0 ? 2 : 0) - value);
    const { values } = run(kernels.eigenSymmetric(dense, n, count));
    for (let j = 0; j < count; j++) expect(Math.abs(found.values[j]! - (2 - values[j]!))).toBeLessThan(1e-8);
  });

  it("has the value 0 once a component, the larger first, and signs that are fixed", () => {
    const graph = neighborGraph(blobs(301, 5, 3, 2), 5, 6);
    const { count, labels, sizes } = components(graph);
    const { values, vectors } = run(plain().laplacianEigenpairs(graph, { count: count + 2 }));
    expect(values.filter((value) => value < 1e-9).length).toBe(count);
    const largest = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]!)[0]!;
    for (let i = 0; i < 301; i++) expect(vectors[i]! > 0).toBe(labels[i] === largest);
    for (let j = 0; j < count + 2; j++) {
      const vector = vectors.subarray(j * 301, (j + 1) * 301);
      expect(vector.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0)).toBeGreaterThan(0);
    }
  });

  it("gives the same bytes again, also in a module that was used before", () => {
    const graph = neighborGraph(blobs(400, 4, 1, 8), 4, 7);
    const kernels = plain();
    const first = run(kernels.laplacianEigenpairs(graph, { count: 5 }));
    const again = run(kernels.laplacianEigenpairs(graph, { count: 5 }));
    expect(bytes(again.vectors)).toBe(bytes(first.vectors));
  });

  it("stays within its formula, and leaves the arena as it was", () => {
    const graph = neighborGraph(blobs(1_500, 3, 1, 6), 3, 10);
    const kernels = plain();
    const before = kernels.mark();
    let most = 0;
    const slices = kernels.laplacianEigenpairs(graph, { count: 6 });
    while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
    const formula = laplacianBytes(graph.nodes, graph.neighbors.length, 6) + BASE_BYTES;
    expect(most).toBeLessThanOrEqual(formula);
    expect(most).toBeGreaterThan(0.6 * formula);
    expect(kernels.mark()).toBe(before);
  });

  it("says when it did not get there, and refuses counts that make no sense", () => {
    const graph = lists(400, 1, (i) => (i + 1 < 400 ? i + 1 : -1));
    const found = run(plain().laplacianEigenpairs(graph, { count: 3, tolerance: 1e-30 }));
    expect(found.converged).toBe(false);
    expect(() => plain().laplacianEigenpairs(graph, { count: 0 })).toThrow(/from 1 to 400/);
    expect(() => plain().laplacianEigenpairs(graph, { count: 401 })).toThrow(RangeError);
  });
});
