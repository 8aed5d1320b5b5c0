import { describe, expect, it } from "vitest";
import { createKernels, type DbscanOptions, type DbscanResult, type Metric, run } from "../../../src/kernels";
import { dbscanBytes } from "../../../src/kernels/density/dbscan";
import { distance, label, METRICS } from "../neighbors/support";
import { blobs, bytes, floats, load, plain, relaxedModule, shared } from "../support";

const EUCLIDEAN: Metric = { name: "euclidean" };

function solve(values: Float32Array, d: number, options: Partial<DbscanOptions> & { eps: number }): DbscanResult {
  const kernels = plain();
  return run(kernels.dbscan(load(kernels, values, d), { minSamples: 5, metric: EUCLIDEAN, ...options }));
}

/** The textbook's expansion, cluster by cluster in row order, over neighbourhoods that are all kept. */
function expansion(values: Float32Array, d: number, { eps, minSamples, metric }: DbscanOptions) {
  const n = values.length / d;
  const near = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => j).filter((j) => i === j || distance(metric, values, i, values, j, d) <= eps),
  );
  const core = near.map((rows) => rows.length >= minSamples);
  const labels = new Array<number>(n).fill(-1);
  let clusters = 0;
  for (let first = 0; first < n; first++) {
    if (labels[first] !== -1 || !core[first]) continue;
    const stack = [first];
    for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
      if (labels[row] !== -1) continue;
      labels[row] = clusters;
      if (core[row]) stack.push(...near[row]!);
    }
    clusters++;
  }
  return { labels, core: core.map(Number), clusters };
}

/** Blobs with stragglers between them; the lattice makes many distances equal to eps. */
function lattice(rows: number, d: number, seed: number): Float32Array {
  return blobs(rows, d, 6, seed).map((v) => Math.round(2 * v) / 2);
}

describe.each(METRICS.map((metric) => [label(metric), metric] as const))("%s", (_, metric) => {
  it.each([
    [400, 2, 4],
    [300, 5, 8],
    [250, 1, 3],
    [150, 40, 2],
    [260, 3, 18],
  ])("%i × %i, at least %i: what an expansion of kept neighbourhoods gives", (n, d, minSamples) => {
    const values = lattice(n, d, n);
    const sorted = Array.from({ length: n - 1 }, (_, i) => distance(metric, values, 0, values, i + 1, d)).sort(
      (a, b) => a - b,
    );
    for (const share of [0.02, 0.1, 0.5]) {
      // Between two distances, or at one that every build computes alike.
      const isExact = metric.name !== "cosine" && metric.name !== "minkowski";
      const at = sorted[Math.floor(share * n)]!;
      const options = { eps: (isExact ? at : at * 1.0000003) || 0.5, minSamples, metric };
      const expected = expansion(values, d, options);
      const found = solve(values, d, options);
      expect([...found.labels]).toEqual(expected.labels);
      expect([...found.core]).toEqual(expected.core);
      expect(found.clusters).toBe(expected.clusters);
    }
  });

  it("zero rows, duplicates and constant columns", () => {
    const d = 4;
    const values = lattice(200, d, 3);
    values.copyWithin(20 * d, 0, 15 * d);
    for (let i = 0; i < 200; i++) values[i * d + 1] = 3;
    values.fill(0, 100 * d, 110 * d);
    for (const eps of [0.01, 0.6, 1, 1.1]) {
      const options = { eps, minSamples: 4, metric };
      const expected = expansion(values, d, options);
      expect([...solve(values, d, options).labels]).toEqual(expected.labels);
    }
  });
});

describe("dbscan", () => {
  it("of copies that fill blocks, where a row asks all of them, and where few reach another row's distance", () => {
    const d = 50;
    const values = lattice(900, d, 3);
    for (let i = 0; i < 900; i++) if (i % 3 > 0) values.copyWithin(i * d, (i % 3) * d, ((i % 3) + 1) * d);
    for (const [eps, minSamples] of [
      [0.1, 250],
      [2.6, 320],
      [3.2, 320],
    ] as const) {
      const options = { eps, minSamples, metric: EUCLIDEAN };
      const expected = expansion(values, d, options);
      const found = solve(values, d, options);
      expect([...found.labels]).toEqual(expected.labels);
      expect([...found.core]).toEqual(expected.core);
    }
  });

  it("gives a border row to the cluster whose first core row comes first", () => {
    // Two triples around 0 and around 4; the row at 2 reaches both and is no core row itself.
    const line = Float32Array.of(2, 4, 4.5, 3.1, 0, 0.9, -0.5, 100);
    const { labels, core } = solve(line, 1, { eps: 1.2, minSamples: 4 });
    const expected = expansion(line, 1, { eps: 1.2, minSamples: 4, metric: EUCLIDEAN });
    expect([...labels]).toEqual(expected.labels);
    expect([...core]).toEqual(expected.core);
    expect(labels[7]).toBe(-1);
  });

  it("counts a row among its own neighbours, and rows at exactly eps", () => {
    expect([...solve(Float32Array.of(5, 90), 1, { eps: 1, minSamples: 1 }).labels]).toEqual([0, 1]);
    expect([...solve(Float32Array.of(5, 90), 1, { eps: 1, minSamples: 2 }).labels]).toEqual([-1, -1]);
    expect([...solve(Float32Array.of(0, 1, 2), 1, { eps: 1, minSamples: 3 }).labels]).toEqual([0, 0, 0]);
    expect([...solve(Float32Array.of(0, 1, 2), 1, { eps: 0.99999, minSamples: 2 }).labels]).toEqual([-1, -1, -1]);
  });

  it("of no row, of one, of rows that are all equal", () => {
    expect(solve(new Float32Array(0), 3, { eps: 1 })).toMatchObject({ clusters: 0 });
    expect([...solve(Float32Array.of(1, 2), 2, { eps: 1 }).labels]).toEqual([-1]);
    expect([...solve(Float32Array.of(1, 2), 1, { eps: 1, minSamples: 2 }).labels]).toEqual([0, 0]);
    const { labels, clusters } = solve(new Float32Array(5_000 * 64).fill(3), 64, { eps: 1e-9 });
    expect(clusters).toBe(1);
    expect(labels.every((value) => value === 0)).toBe(true);
  });

  it.each([1e18, 1e-20])("keeps its result at magnitude %f", (magnitude) => {
    const values = lattice(300, 3, 8);
    const scaled = values.map((v) => v * magnitude);
    const options = { minSamples: 4, metric: EUCLIDEAN };
    const eps = 0.7;
    expect([...solve(scaled, 3, { ...options, eps: eps * magnitude }).labels]).toEqual([
      ...solve(values, 3, { ...options, eps }).labels,
    ]);
  });

  it("finds the same among many dimensions and far from the origin", () => {
    const d = 120;
    const values = blobs(700, d, 4, 5).map((v, i) => v + 300 * (i % 7));
    for (const metric of [EUCLIDEAN, { name: "cosine" } as const]) {
      const sorted = Array.from({ length: 699 }, (_, i) => distance(metric, values, 0, values, i + 1, d)).sort(
        (a, b) => a - b,
      );
      const options = { eps: sorted[12]! * 1.0001, minSamples: 6, metric };
      expect([...solve(values, d, options).labels]).toEqual(expansion(values, d, options).labels);
    }
  });

  it("is the same again and in the build with fused multiply-add", () => {
    const values = blobs(900, 12, 5, 2);
    const options = { eps: 2.4, minSamples: 5, metric: EUCLIDEAN };
    const relaxed = createKernels(relaxedModule);
    const first = bytes(solve(values, 12, options).labels);
    expect(bytes(solve(values, 12, options).labels)).toBe(first);
    expect(bytes(run(relaxed.dbscan(load(relaxed, values, 12), options)).labels)).toBe(first);
  });

  it("refuses senseless arguments and values that are not finite", () => {
    const values = blobs(10, 2, 2, 1);
    expect(() => solve(values, 2, { eps: 0 })).toThrow(/eps must be/);
    expect(() => solve(values, 2, { eps: 1, minSamples: 0 })).toThrow(/minSamples must be/);
    values[5] = Infinity;
    expect(() => solve(values, 2, { eps: 1 })).toThrow(/row 2, dimension 1/);
  });

  it.each([
    [20_000, 2],
    [3_000, 50],
    [800, 700],
  ])("at %i × %i stays within its memory formula, and not far below", (n, d) => {
    const kernels = plain();
    const matrix = load(kernels, blobs(n, d, 3, 1), d);
    const before = kernels.mark();
    const slices = kernels.dbscan(matrix, { eps: 0.1, minSamples: 3, metric: EUCLIDEAN });
    let taken = 0;
    while (!slices.next().done) taken = Math.max(taken, kernels.mark() - before);
    expect(kernels.mark()).toBe(before);
    const formula = dbscanBytes({ n, d }, 3);
    expect(taken).toBeLessThanOrEqual(formula);
    expect(taken).toBeGreaterThan(0.8 * formula);
  });
});

it("fits 50,000 × 50 into an isolate's share, at most 16 MiB beside the matrix", () => {
  for (const minSamples of [5, 16, 500])
    expect(dbscanBytes({ n: 50_000, d: 50 }, minSamples)).toBeLessThan(16 * 2 ** 20);
});

interface Golden {
  params: { eps: number; min_samples: number; metric?: "cosine" | "manhattan" };
  labels: number[];
}

describe.each([
  ["digits", "data/digits/digits.f32", 64],
  ["digits_umap2", "data/digits_umap2.f32", 2],
  ["met_clip512", "data/met_clip512.f32", 512],
] as const)("%s", (name, path, d) => {
  it.for(["ms5", "ms15", "cosine", "manhattan"])("%s: the labels of scikit-learn", (tag, { skip }) => {
    const stored = shared(`golden/${name}.matrix.dbscan.${tag}.json`);
    const file = shared(path);
    if (!stored || !file) return skip(`stored results of ${name} are absent`);
    const { params, labels } = JSON.parse(stored.toString()) as Golden;
    const metric: Metric = { name: params.metric ?? "euclidean" };
    const found = solve(floats(file), d, { eps: params.eps, minSamples: params.min_samples, metric });
    expect([...found.labels]).toEqual(labels);
  });
});
