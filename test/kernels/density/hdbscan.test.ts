import { describe, expect, it } from "vitest";
import { createKernels, type HdbscanOptions, type HdbscanResult, type Metric, run } from "../../../src/kernels";
import { hdbscanBytes } from "../../../src/kernels/density/hdbscan/memory";
import { BASE_BYTES, matrixBytes } from "../../../src/kernels/memory";
import { adjustedRand, blobs, bytes, generator, load, plain, relaxedModule } from "../support";
import { clustersOf, spanningWeight } from "./support";

const OPTIONS: HdbscanOptions = {
  minClusterSize: 5,
  minSamples: 4,
  clusterSelectionMethod: "eom",
  clusterSelectionEpsilon: 0,
  maxClusterSize: null,
  alpha: 1,
  allowSingleCluster: false,
  matchReferenceImplementation: false,
  metric: { name: "euclidean" },
};

/** Of the brute force itself, between parallel rows. */
const ROUNDING = 1e-30;

function solve(values: Float32Array, dimensions: number, options: Partial<HdbscanOptions> = {}): HdbscanResult {
  const kernels = plain();
  return run(kernels.hdbscan(load(kernels, values, dimensions), { ...OPTIONS, ...options }));
}

const uniform = (count: number, seed: number): Float32Array => {
  const next = generator(seed);
  return Float32Array.from({ length: count }, () => next() - 0.5);
};

const METRICS: Metric[] = [
  { name: "euclidean" },
  { name: "cosine" },
  { name: "manhattan" },
  { name: "chebyshev" },
  { name: "minkowski", p: 3 },
  { name: "minkowski", p: 0.5 },
  { name: "minkowski", p: 20 },
];

/** The tree has the weight of a brute-force one, spans the rows, and every edge has its own mutual reachability. */
function expectMinimum(values: Float32Array, d: number, options: Partial<HdbscanOptions> = {}): HdbscanResult {
  const { minSamples, alpha, metric } = { ...OPTIONS, ...options };
  const result = solve(values, d, options);
  const { weight, cores, reachability } = spanningWeight(values, d, metric, minSamples!, alpha);
  expect(Math.abs(result.mstWeight - weight)).toBeLessThanOrEqual(1e-6 * weight + ROUNDING);
  const roots = cores.map((_, i) => i);
  const root = (row: number): number => {
    let i = row;
    for (; roots[i] !== i; i = roots[i]!) roots[i] = roots[roots[i]!]!;
    return i;
  };
  for (const [e, source] of result.mst.sources.entries()) {
    const target = result.mst.targets[e]!;
    const expected = reachability(source, target);
    const isEdge = Math.abs(result.mst.weights[e]! - expected) <= 1e-6 * expected + ROUNDING;
    if (!isEdge || root(source) === root(target)) expect.fail(`edge ${e}: ${source} to ${target}, not ${expected}`);
    roots[root(source)] = root(target);
  }
  expect(result.mst.weights).toEqual(result.mst.weights.slice().sort());
  for (const [i, core] of result.coreDistances.entries()) {
    expect(Math.abs(core - cores[i]!)).toBeLessThanOrEqual(1e-6 * cores[i]! + ROUNDING);
  }
  return result;
}

describe("the spanning tree under mutual reachability", () => {
  it.each(METRICS)("is minimal: %o", (metric) => {
    for (const [rows, d] of [
      [400, 3],
      [700, 20],
    ] as const) {
      expectMinimum(blobs(rows, d, 6, rows), d, { metric });
      expectMinimum(uniform(rows * d, rows), d, { metric, alpha: 1.4, minSamples: 1 });
    }
  });

  it.each([
    [900, 2, 1],
    [900, 1, 3],
    [600, 40, 9],
    [560, 130, 5],
    [160, 600, 2],
  ])("is minimal for %i × %i in %i groups, far from the origin and anywhere in float32", (rows, d, groups) => {
    const values = blobs(rows, d, groups, d);
    expectMinimum(values, d, { minSamples: 12 });
    expectMinimum(
      values.map((v) => v + 1_000),
      d,
    );
    expectMinimum(
      values.map((v) => v * 1e18),
      d,
    );
    expectMinimum(
      values.map((v) => v * 1e-20),
      d,
    );
  });

  it("joins groups that lists of neighbours never reach", () => {
    const values = blobs(1_500, 8, 5, 4);
    for (let i = 0; i < values.length; i += 8) values[i]! += 500 * (Math.floor(i / 8) % 5);
    expectMinimum(values, 8);
  });

  it("takes more neighbours than it keeps, and more than there are", () => {
    expectMinimum(blobs(300, 5, 3, 1), 5, { minSamples: 60 });
    const few = blobs(20, 5, 3, 1);
    expect(solve(few, 5, { minSamples: 500 }).mst.weights).toEqual(solve(few, 5, { minSamples: 19 }).mst.weights);
  });

  it("holds among duplicates, constant columns and zero vectors", () => {
    const values = blobs(400, 6, 3, 2).map((v, i) => (i % 6 === 4 ? 7 : Math.round(v)));
    values.fill(0, 0, 60);
    for (const metric of METRICS) expectMinimum(values, 6, { metric });
  });
});

describe("hdbscan", () => {
  it("finds separate groups and leaves what lies between as noise", () => {
    const values = blobs(600, 4, 3, 7);
    for (let i = 0; i < values.length; i += 4) values[i]! += 40 * (Math.floor(i / 4) % 3);
    values.set([20, 60, 60, 60], 4 * 500);
    const { labels, probabilities, outlierScores, persistence, nodes } = solve(values, 4, { minClusterSize: 15 });
    expect(clustersOf(labels)).toBe(3);
    expect(labels[500]).toBe(-1);
    expect(probabilities[500]).toBe(0);
    expect(outlierScores[500]).toBeGreaterThan(0.9);
    expect(persistence.every((value) => value > 0 && value <= 1)).toBe(true);
    expect([...nodes]).toEqual([...nodes].sort((a, b) => a - b));
    const expected = Array.from({ length: 600 }, (_, i) => i % 3);
    expect(adjustedRand(labels, expected)).toBeGreaterThan(0.98);
  });

  it("answers for 0, 1 and 2 rows and for rows that are all equal", () => {
    expect(solve(new Float32Array(0), 3)).toMatchObject({ labels: new Int32Array(0), mstWeight: 0 });
    expect([...solve(Float32Array.of(1, 2, 3), 3).labels]).toEqual([-1]);
    const two = solve(Float32Array.of(0, 3), 1, { minClusterSize: 2, allowSingleCluster: true });
    expect(two.mstWeight).toBe(3);
    expect([...two.labels]).toEqual([0, 0]);
    const equal = solve(new Float32Array(900).fill(5), 3, { allowSingleCluster: true });
    expect(equal.mstWeight).toBe(0);
    expect(equal.labels.every((label) => label === 0)).toBe(true);
    expect(equal.probabilities.every((value) => value === 1)).toBe(true);
    expect(equal.outlierScores.every((score) => score === 0)).toBe(true);
    expect(solve(new Float32Array(5_000 * 64).fill(5), 64).labels.every((label) => label === -1)).toBe(true);
  });

  it("refuses what is not finite, with row and dimension, and options without sense", () => {
    const values = new Float32Array(30);
    values[17] = Number.NaN;
    expect(() => solve(values, 3)).toThrow(/row 5, dimension 2/);
    const fine = blobs(30, 3, 2, 1);
    for (const [options, message] of [
      [{ minClusterSize: 1 }, /minClusterSize/],
      [{ minSamples: 0 }, /minSamples/],
      [{ minSamples: 1.5 }, /minSamples/],
      [{ alpha: 0 }, /alpha/],
      [{ clusterSelectionEpsilon: -1 }, /clusterSelectionEpsilon/],
      [{ maxClusterSize: 0 }, /maxClusterSize/],
      [{ clusterSelectionMethod: "all" as "eom" }, /eom or leaf/],
      [{ metric: { name: "jaccard" } as unknown as Metric }, /jaccard/],
    ] as [Partial<HdbscanOptions>, RegExp][]) {
      expect(() => solve(fine, 3, options)).toThrow(message);
    }
  });

  it("gives the same bytes again, and the same tree in the relaxed build", () => {
    const values = blobs(1_500, 30, 12, 3);
    const print = ({ labels, probabilities, outlierScores, mst }: HdbscanResult): string[] =>
      [labels, probabilities, outlierScores, mst.sources, mst.targets, mst.weights].map(bytes);
    const first = print(solve(values, 30));
    expect(print(solve(values, 30))).toEqual(first);
    const relaxed = createKernels(relaxedModule);
    expect(print(run(relaxed.hdbscan(load(relaxed, values, 30), OPTIONS)))).toEqual(first);
  });

  it("takes minClusterSize for minSamples where that is null", () => {
    const values = blobs(300, 4, 3, 5);
    expect(solve(values, 4, { minSamples: null, minClusterSize: 9 })).toEqual(
      solve(values, 4, { minSamples: 9, minClusterSize: 9 }),
    );
  });

  it.each([
    [6_000, 5, 5],
    [4_000, 60, 40],
    [900, 200, 5],
    [1_500, 12, 300],
  ])("stays within its memory formula, and not far below: %i × %i, %i samples", (n, d, minSamples) => {
    const kernels = plain();
    const matrix = load(kernels, blobs(n, d, 9, 1), d);
    // What the choice of axes may save is not known before.
    const options = { ...OPTIONS, minSamples, metric: { name: "manhattan" } } as const;
    for (const metric of [OPTIONS.metric, options.metric]) {
      const before = kernels.mark();
      let most = 0;
      const slices = kernels.hdbscan(matrix, { ...options, metric });
      while (!slices.next().done) most = Math.max(most, kernels.mark() - before);
      expect(kernels.mark()).toBe(before);
      const formula = hdbscanBytes(n, d, minSamples) + BASE_BYTES;
      expect(most).toBeLessThanOrEqual(formula);
      if (metric.name === "manhattan") expect(most).toBeGreaterThan(0.7 * formula);
    }
  });

  it("fits 50,000 × 50 into an isolate's share", () => {
    expect(hdbscanBytes(50_000, 50, 100) + matrixBytes(50_000, 50)).toBeLessThan(48 * 2 ** 20);
  });
});
