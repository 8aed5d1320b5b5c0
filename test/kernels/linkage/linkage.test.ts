import { describe, expect, it } from "vitest";
import {
  createKernels,
  cutTree,
  type Linkage,
  type LinkageMetric,
  type MergeTree,
  OutOfMemory,
  run,
} from "../../../src/kernels";
import { agglomerativeBytes } from "../../../src/kernels/linkage/memory";
import * as memory from "../../../src/kernels/memory";
import { blobs, bytes, generator, load, plain, relaxedModule } from "../support";
import { agglomerate } from "./support";

const LINKAGES: Linkage[] = ["ward", "complete", "average", "single"];
const METRICS: LinkageMetric[] = ["euclidean", "manhattan", "chebyshev", "cosine"];
const PAGE = 64 * 1024;

function treeOf(values: Float32Array, d: number, linkage: Linkage, metric: LinkageMetric = "euclidean"): MergeTree {
  const kernels = plain();
  return run(kernels.mergeTree(load(kernels, values, d), { linkage, metric }));
}

function checkTree({ rows, children, distances }: MergeTree): void {
  expect(children.length).toBe(2 * (rows - 1));
  expect([...children].sort((a, b) => a - b)).toEqual([...Array(2 * (rows - 1)).keys()]);
  for (let i = 0; i < rows - 1; i++) {
    expect(Math.max(children[2 * i]!, children[2 * i + 1]!)).toBeLessThan(rows + i);
    expect(distances[i]).toBeGreaterThanOrEqual(i === 0 ? 0 : distances[i - 1]!);
  }
}

describe.each(LINKAGES)("%s linkage", (linkage) => {
  const metrics = linkage === "ward" ? METRICS.slice(0, 1) : METRICS;

  it.each(metrics)("with %s distances merges what its definition merges, at every level", (metric) => {
    for (const [n, d, seed] of [
      [30, 3, 1],
      [20, 40, 2],
      [24, 1, 3],
    ] as const) {
      // In one dimension the cosine knows two values only.
      if (metric === "cosine" && d === 1) continue;
      const values = blobs(n, d, 4, seed);
      const oracle = agglomerate(values, d, linkage, metric);
      const tree = treeOf(values, d, linkage, metric);
      checkTree(tree);
      for (const [i, height] of oracle.heights.entries()) {
        expect(Math.abs(tree.distances[i]! - height)).toBeLessThan(1e-6 * (1e-3 + height));
      }
      for (const [clusters, labels] of oracle.levels) {
        expect(cutTree(tree, { clusters }).labels).toEqual(labels);
      }
    }
  });

  it("does not depend on how its work is cut, and gives the same bytes again", () => {
    const values = blobs(700, 40, 5, 7);
    const first = treeOf(values, 40, linkage);
    const kernels = createKernels(relaxedModule);
    const again = run(kernels.mergeTree(load(kernels, values, 40), { linkage, metric: "euclidean" }));
    expect(bytes(again.children)).toBe(bytes(first.children));
    expect(bytes(again.distances)).toBe(bytes(first.distances));
    expect(bytes(treeOf(values, 40, linkage).distances)).toBe(bytes(first.distances));
  });

  it("takes one row, two rows, and equal rows", () => {
    const one = treeOf(Float32Array.of(3, 4), 2, linkage);
    expect(one).toEqual({ rows: 1, children: new Int32Array(0), distances: new Float64Array(0) });
    expect(cutTree(one, { clusters: 5 })).toEqual({ labels: Int32Array.of(0), clusters: 1 });
    const two = treeOf(Float32Array.of(0, 0, 3, 4), 2, linkage);
    expect([...two.children]).toEqual([0, 1]);
    expect(two.distances[0]).toBeCloseTo(5, 12);
    const equal = treeOf(new Float32Array(40 * 3).fill(7), 3, linkage);
    checkTree(equal);
    expect(equal.distances.every((distance) => distance === 0)).toBe(true);
    expect(new Set(cutTree(equal, { clusters: 9 }).labels).size).toBe(9);
  });

  it("joins duplicates before all else", () => {
    const values = blobs(40, 5, 4, 2);
    const doubled = Float32Array.from([...values, ...values]);
    const { labels, clusters } = cutTree(treeOf(doubled, 5, linkage), { clusters: 40 });
    expect(clusters).toBe(40);
    expect(labels.subarray(40)).toEqual(labels.subarray(0, 40));
  });

  it.each([1e18, 1e-20, 1e-38])("sees the same groups at magnitudes of %f", (magnitude) => {
    const values = blobs(120, 6, 4, 5);
    const scaled = values.map((value) => value * magnitude);
    const cut = { clusters: 4 };
    expect(cutTree(treeOf(scaled, 6, linkage), cut)).toEqual(cutTree(treeOf(values, 6, linkage), cut));
  });

  it("sees what a constant column and a far offset hide", () => {
    const values = blobs(30, 4, 3, 6);
    const wide = Float32Array.from({ length: 30 * 5 }, (_, i) =>
      i % 5 === 4 ? 4_096 : Math.round(64 * values[Math.floor(i / 5) * 4 + (i % 5)]!) / 64 + 1_024,
    );
    const oracle = agglomerate(wide, 5, linkage, "euclidean");
    const tree = treeOf(wide, 5, linkage);
    for (const [i, height] of oracle.heights.entries()) {
      expect(Math.abs(tree.distances[i]! - height)).toBeLessThan(1e-5 * (1e-3 + height));
    }
  });

  it("refuses no rows, NaN with its place, and what it does not know", () => {
    const kernels = plain();
    const options = { linkage, metric: "euclidean" } as const;
    expect(() => run(kernels.mergeTree(kernels.matrix(0, 3), options))).toThrow(/at least one row/);
    const broken = load(kernels, Float32Array.of(1, 2, 3, 4, Number.NaN, 6), 2);
    expect(() => run(kernels.mergeTree(broken, options))).toThrow(/row 2, dimension 0: NaN/);
    const matrix = load(kernels, blobs(9, 2, 2, 1), 2);
    const before = kernels.mark();
    expect(() => run(kernels.mergeTree(matrix, { linkage, metric: "hamming" as "cosine" }))).toThrow(RangeError);
    expect(() => run(kernels.mergeTree(matrix, { linkage: "median" as "ward", metric: "euclidean" }))).toThrow(
      /median is not a linkage/,
    );
    expect(kernels.mark()).toBe(before);
  });

  it.each([
    [3_000, 4],
    [1_500, 256],
    [260, 1_000],
  ])("stays within its memory formula at %i × %i, and not far below", (n, d) => {
    const values = blobs(n, d, 5, 1);
    for (const metric of metrics) {
      for (const inPlace of [true, false]) {
        const kernels = plain();
        run(kernels.mergeTree(load(kernels, values, d), { linkage, metric, inPlace }));
        const formula = agglomerativeBytes(n, d, { linkage, angular: metric === "cosine", inPlace });
        const bound = memory.BASE_BYTES + memory.matrixBytes(n, d) + formula;
        expect(kernels.memoryBytes).toBeLessThanOrEqual(Math.ceil(bound / PAGE) * PAGE);
        // With few dimensions the bound on the axes' work is wide.
        if (d > 4) expect(kernels.memoryBytes).toBeGreaterThan(0.7 * (bound - 320 * 1024) - PAGE);
      }
    }
  });
});

describe("Ward's linkage", () => {
  it("takes euclidean distances only", () => {
    const kernels = plain();
    const matrix = load(kernels, blobs(9, 2, 2, 1), 2);
    expect(() => run(kernels.mergeTree(matrix, { linkage: "ward", metric: "cosine" }))).toThrow(/euclidean/);
  });

  it("leaves the matrix as it was, unless it may work in it", () => {
    const values = blobs(300, 7, 3, 4);
    const kernels = plain();
    const matrix = load(kernels, values, 7);
    const copied = run(kernels.mergeTree(matrix, { linkage: "ward", metric: "euclidean" }));
    expect(matrix.read(0, 300)).toEqual(values);
    const overwritten = run(kernels.mergeTree(matrix, { linkage: "ward", metric: "euclidean", inPlace: true }));
    expect(overwritten).toEqual(copied);
    expect(matrix.read(0, 300)).not.toEqual(values);
  });

  it("adds up: half the squared heights are the rows' squared distance to their mean", () => {
    const [n, d] = [2_000, 12];
    const values = blobs(n, d, 6, 3);
    const { distances } = treeOf(values, d, "ward");
    let total = 0;
    for (let t = 0; t < d; t++) {
      const column = Array.from({ length: n }, (_, i) => values[i * d + t]!);
      const mean = column.reduce((sum, value) => sum + value, 0) / n;
      total += column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    }
    const half = distances.reduce((sum, distance) => sum + distance ** 2 / 2, 0);
    expect(Math.abs(half / total - 1)).toBeLessThan(1e-10);
  });

  it("holds 50,000 × 50 in less than 48 MiB with its matrix and a copy", () => {
    const bytes =
      memory.BASE_BYTES + memory.matrixBytes(50_000, 50) + agglomerativeBytes(50_000, 50, { linkage: "ward" });
    expect(bytes).toBeLessThan(48 * 1024 * 1024);
  });
});

describe("cosine distances", () => {
  it("put a zero row at 1 from every row", () => {
    const values = Float32Array.of(1, 0, 2, 0.1, 0, 0, 0, 3, 0.1, 5);
    for (const linkage of ["single", "average", "complete"] as const) {
      const { distances } = treeOf(values, 2, linkage, "cosine");
      expect(distances[3]).toBeGreaterThan(0.9);
    }
  });
});

describe("complete linkage", () => {
  it("refuses, with the bytes, what does not fit", () => {
    const kernels = plain(8 * 1024 * 1024);
    const next = generator(1);
    const matrix = load(kernels, Float32Array.from({ length: 3_000 }, next), 1);
    const before = kernels.mark();
    expect(() => run(kernels.mergeTree(matrix, { linkage: "complete", metric: "euclidean" }))).toThrow(OutOfMemory);
    expect(kernels.mark()).toBe(before);
    expect(agglomerativeBytes(3_000, 1, { linkage: "complete" })).toBeGreaterThan(8 * 1024 * 1024);
  });
});

describe("cutting a tree", () => {
  const tree = treeOf(Float32Array.of(0, 1, 10, 12, 40), 1, "single");

  it("by number and by distance agree, and a threshold undoes the merges at it", () => {
    expect([...tree.distances]).toEqual([1, 2, 9, 28]);
    expect([...cutTree(tree, { clusters: 3 }).labels]).toEqual([0, 0, 1, 1, 2]);
    expect(cutTree(tree, { distanceThreshold: 9 })).toEqual(cutTree(tree, { clusters: 3 }));
    expect(cutTree(tree, { distanceThreshold: 9.5 }).clusters).toBe(2);
    expect(cutTree(tree, { distanceThreshold: 0 }).clusters).toBe(5);
    expect(cutTree(tree, { distanceThreshold: Infinity }).clusters).toBe(1);
    expect(cutTree(tree, { clusters: 99 }).clusters).toBe(5);
  });

  it("refuses cuts that make no sense", () => {
    expect(() => cutTree(tree, { clusters: 0 })).toThrow(/clusters/);
    expect(() => cutTree(tree, { clusters: 1.5 })).toThrow(RangeError);
    expect(() => cutTree(tree, { distanceThreshold: Number.NaN })).toThrow(/distanceThreshold/);
  });
});
