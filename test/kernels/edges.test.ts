/** What every family must stand, whatever it computes: shapes at the edge, magnitudes at the edge, and values that are none. */
import { describe, expect, it } from "vitest";
import { type Kernels, type Matrix, OutOfMemory, run, similarityGraph } from "../../src/kernels";
import { BASE_BYTES } from "../../src/kernels/memory";
import { OPTIONS as LEIDEN } from "./community/support";
import { OPTIONS as MIXTURE, TYPES } from "./mixture/support";
import { blobs, bytes, load, plain } from "./support";

type Result = Record<string, ArrayBufferView | number>;

interface Family {
  name: string;
  /** Rows without which there is nothing to answer: fewer are refused. */
  least: number;
  /** What a caller would do; `magnitude` is the data's. */
  solve(kernels: Kernels, matrix: Matrix, magnitude: number): Result;
  /** Entries of the results that are not finite by their meaning. */
  infinite?: string[];
}

const euclidean = { name: "euclidean" } as const;
const labelsOf = ({ rows }: Matrix): Int32Array => Int32Array.from({ length: rows }, (_, i) => i % 2);
const gridOf = (kernels: Kernels, matrix: Matrix) => ({ maxAbs: kernels.maxAbs(matrix), rows: matrix.rows });
const nearest = (kernels: Kernels, matrix: Matrix, k: number) => run(kernels.knn(matrix, { k, metric: euclidean }));

const FAMILIES: Family[] = [
  {
    name: "k-means",
    least: 1,
    solve(kernels, matrix) {
      const clusters = Math.min(2, matrix.rows);
      const options = { clusters, init: "k-means++", maxIter: 20, tolerance: 0, seed: 1, restart: 0 } as const;
      const { centroids } = run(kernels.kmeans(matrix, { ...options, algorithm: "auto", weights: null }));
      const { labels, distances } = run(kernels.assign(matrix, centroids, clusters, gridOf(kernels, matrix)));
      return { labels, centroids, distances };
    },
  },
  {
    name: "principal components",
    least: 0,
    solve(kernels, matrix) {
      const scatter = run(kernels.scatter(matrix, 0, gridOf(kernels, matrix)));
      const { values, vectors } = run(kernels.eigenSymmetric(scatter, matrix.dimensions, 1));
      return { values, vectors, coordinates: kernels.project(matrix, vectors, 1) };
    },
  },
  {
    name: "neighbours",
    least: 0,
    solve: (kernels, matrix) => ({ ...nearest(kernels, matrix, 3) }),
    infinite: ["distances"],
  },
  {
    name: "DBSCAN",
    least: 0,
    solve: (kernels, matrix, magnitude) => ({
      ...run(kernels.dbscan(matrix, { eps: magnitude, minSamples: 3, metric: euclidean })),
    }),
  },
  {
    name: "HDBSCAN",
    least: 0,
    solve(kernels, matrix) {
      const selection = { clusterSelectionMethod: "eom", clusterSelectionEpsilon: 0, maxClusterSize: null } as const;
      const result = run(
        kernels.hdbscan(matrix, {
          ...selection,
          minClusterSize: 3,
          minSamples: 2,
          alpha: 1,
          metric: euclidean,
          allowSingleCluster: true,
          matchReferenceImplementation: false,
        }),
      );
      const { labels, probabilities, outlierScores, mstWeight } = result;
      return { labels, probabilities, outlierScores, mstWeight };
    },
  },
  {
    name: "OPTICS",
    least: 2,
    solve(kernels, matrix) {
      const extraction = { method: "xi", xi: 0.05, predecessorCorrection: true, minClusterSize: null } as const;
      const result = run(kernels.optics(matrix, { minSamples: 2, maxEps: Infinity, metric: euclidean, extraction }));
      return { ...result };
    },
    infinite: ["reachability"],
  },
  ...(["ward", "complete", "average", "single"] as const).map(
    (linkage): Family => ({
      name: `${linkage} linkage`,
      least: 1,
      solve(kernels, matrix) {
        const { children, distances } = run(kernels.mergeTree(matrix, { linkage, metric: "euclidean" }));
        return { children, distances };
      },
    }),
  ),
  ...TYPES.map(
    (covarianceType): Family => ({
      name: `a mixture with ${covarianceType} covariances`,
      least: 2,
      solve(kernels, matrix, magnitude) {
        const regularization = 1e-6 * magnitude ** 2;
        const options = { ...MIXTURE, covarianceType, regularization, components: 2, maxIter: 20 };
        const { labels, probabilities, logLikelihood, model } = run(kernels.gaussianMixture(matrix, options));
        return { labels, probabilities, logLikelihood, means: model.means };
      },
    }),
  ),
  {
    name: "mean shift",
    least: 1,
    solve(kernels, matrix, magnitude) {
      const options = { bandwidth: magnitude, seeds: null, binSeeding: false, minBinFreq: 1, clusterAll: true };
      const { labels, centers } = run(kernels.meanShift(matrix, { ...options, maxIter: 50 }));
      return { labels, centers };
    },
  },
  ...[{ kind: "nearest_neighbors", neighbors: 5 } as const, { kind: "rbf", gamma: 0 } as const].map(
    (affinity): Family => ({
      name: `spectral clustering by ${affinity.kind}`,
      least: 2,
      solve(kernels, matrix, magnitude) {
        const own = affinity.kind === "rbf" ? { kind: "rbf" as const, gamma: 1 / magnitude ** 2 } : affinity;
        const options = { clusters: 2, assignLabels: "kmeans", restarts: 2, seed: 1 } as const;
        const { labels, embedding } = run(kernels.spectral(matrix, own, options));
        return { labels, embedding };
      },
    }),
  ),
  {
    name: "Leiden",
    least: 0,
    solve(kernels, matrix) {
      const graph = run(similarityGraph(nearest(kernels, matrix, 5), euclidean));
      const { labels, quality } = run(kernels.leiden(graph, LEIDEN));
      return { labels, quality };
    },
  },
  {
    name: "UMAP",
    least: 0,
    solve(kernels, matrix) {
      const options = { components: 2, minDist: 0.1, seed: 1, epochs: 30 };
      return { embedding: run(kernels.umap(nearest(kernels, matrix, 5), options)).embedding };
    },
  },
  {
    name: "t-SNE",
    least: 0,
    solve(kernels, matrix) {
      const lists = nearest(kernels, matrix, kernels.tsneNeighbors(matrix.rows, 1));
      const options = { components: 2, perplexity: 1, learningRate: 50, seed: 1 };
      const { embedding, divergence } = run(kernels.tsne(lists, new Float32Array(2 * matrix.rows), 2, options));
      return { embedding, divergence };
    },
  },
  ...(["euclidean", "cosine"] as const).map(
    (metric): Family => ({
      name: `${metric} silhouettes`,
      least: 0,
      solve: (kernels, matrix) => ({ ...run(kernels.silhouetteScores(matrix, labelsOf(matrix), 2, metric)) }),
    }),
  ),
  {
    name: "measures of centroids",
    least: 0,
    solve(kernels, matrix) {
      const { centroids, sums } = run(kernels.members(matrix, labelsOf(matrix), 2, gridOf(kernels, matrix)));
      return { centroids, inertia: sums.inertia, distances: sums.distances };
    },
  },
];

/** Values and their dimensions. */
const INPUTS: [string, Float32Array, number][] = [
  ["no rows", new Float32Array(), 3],
  ["one row", Float32Array.of(1, -2, 3), 3],
  ["two rows", Float32Array.of(1, -2, 3, 2, 0, 1), 3],
  ["two equal rows", Float32Array.of(1, 2, 1, 2), 2],
  ["equal rows", new Float32Array(90).fill(0.7), 3],
  ["zero rows", new Float32Array(60), 2],
  ["duplicates", Float32Array.from({ length: 120 }, (_, i) => [1, 5, 9][Math.floor(i / 2) % 3]!), 2],
  ["one dimension", blobs(50, 1, 3, 1), 1],
  ["a constant column", blobs(50, 3, 3, 2).map((value, i) => (i % 3 === 1 ? 4 : value)), 3],
  ["many dimensions, few rows", blobs(7, 130, 2, 3), 130],
  ["huge magnitudes", blobs(50, 3, 3, 4).map((value) => 1e18 * value), 3],
  ["tiny magnitudes", blobs(50, 3, 3, 4).map((value) => 1e-20 * value), 3],
];

const print = (result: Result): string[] =>
  Object.values(result).map((value) => (typeof value === "number" ? String(value) : bytes(value)));

function expectFinite(result: Result, infinite: string[] = []): void {
  for (const [name, value] of Object.entries(result)) {
    const values = typeof value === "number" ? [value] : Array.from(value as Float64Array);
    const allowed = (one: number) => Number.isFinite(one) || (infinite.includes(name) && one === Infinity);
    expect(
      values.filter((one) => !allowed(one)),
      name,
    ).toEqual([]);
  }
}

describe.each(FAMILIES)("$name", ({ solve, least, infinite }) => {
  it.each(INPUTS)("stand %s", (_, values, dimensions) => {
    const kernels = plain();
    const matrix = load(kernels, values, dimensions);
    const magnitude = kernels.maxAbs(matrix) || 1;
    const mark = kernels.mark();
    if (matrix.rows < least) {
      expect(() => solve(kernels, matrix, magnitude)).toThrow(RangeError);
    } else {
      const result = solve(kernels, matrix, magnitude);
      expectFinite(result, infinite);
      expect(print(solve(kernels, matrix, magnitude))).toEqual(print(result));
      const perRow = [result.labels, result.probabilities, result.scores].filter((column) => column !== undefined);
      for (const column of perRow) expect((column as Float64Array).length).toBe(matrix.rows);
    }
    expect(kernels.mark()).toBe(mark);
    expect(matrix.read(0, matrix.rows)).toEqual(values);
  });

  it.each([Number.NaN, Infinity, -Infinity])("refuse %f, with row and dimension", (wrong) => {
    const kernels = plain();
    const values = blobs(30, 4, 2, 1);
    values[4 * 17 + 2] = wrong;
    const matrix = load(kernels, values, 4);
    const mark = kernels.mark();
    expect(() => solve(kernels, matrix, 1)).toThrow(new RegExp(`row 17, dimension 2: ${wrong}`));
    expect(kernels.mark()).toBe(mark);
  });

  it("refuse what does not fit the memory, and give it back", () => {
    const kernels = plain(BASE_BYTES + 240_000 + 65_536);
    const matrix = load(kernels, blobs(30_000, 2, 2, 1), 2);
    const mark = kernels.mark();
    expect(() => solve(kernels, matrix, 1)).toThrow(OutOfMemory);
    expect(kernels.mark()).toBe(mark);
  });
});
