/**
 * A digest of what each kernel answers on seeded data. The same bytes must come out in Node and in workerd, and whenever nothing about a
 * kernel's results was meant to change: `test/kernels/digests.json` holds them.
 */
import { startBasis } from "../../src/engine/sparse/subspace";
import { createKernels, type Kernels, type Matrix, run, type Slices, type SparseMatrix } from "../../src/kernels";
import type { Graph } from "../../src/kernels/graph/contract";
import { symmetricGraph } from "../../src/kernels/graph/graph";
import { whiteningTransform } from "../../src/kernels/whitening";

const [ROWS, DIMENSIONS, GROUPS] = [900, 12, 6];
const EUCLIDEAN = { name: "euclidean" } as const;

/** Rows around six centres, by a generator of the test's own. */
function points(): Float32Array {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const centres = Float64Array.from({ length: GROUPS * DIMENSIONS }, () => 8 * (next() - 0.5));
  return Float32Array.from({ length: ROWS * DIMENSIONS }, (_, i) => {
    const group = Math.floor(i / DIMENSIONS) % GROUPS;
    return centres[group * DIMENSIONS + (i % DIMENSIONS)]! + next() + next() - 1;
  });
}

/** FNV-1a over the bytes of every number and array in the value, in the order of its sorted keys. */
export function digest(value: unknown): string {
  let hash = 0x811c9dc5;
  const eat = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  };
  const visit = (one: unknown): void => {
    if (typeof one === "number") eat(new Uint8Array(Float64Array.of(one).buffer));
    else if (typeof one === "string" || typeof one === "boolean") eat(new TextEncoder().encode(String(one)));
    else if (ArrayBuffer.isView(one)) eat(new Uint8Array(one.buffer, one.byteOffset, one.byteLength));
    else if (one instanceof Map) for (const entry of one) visit(entry);
    else if (Array.isArray(one)) for (const entry of one) visit(entry);
    else if (typeof one === "object" && one !== null)
      for (const key of Object.keys(one).sort()) {
        visit(key);
        visit((one as Record<string, unknown>)[key]);
      }
  };
  visit(value);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

type Job = (kernels: Kernels, matrix: Matrix) => unknown;

const METRICS = [
  EUCLIDEAN,
  { name: "cosine" },
  { name: "manhattan" },
  { name: "chebyshev" },
  { name: "minkowski", p: 3.5 },
] as const;

const lists = (kernels: Kernels, matrix: Matrix, k = 12) => run(kernels.knn(matrix, { k, metric: EUCLIDEAN }));

function graph(kernels: Kernels, matrix: Matrix): Graph {
  const found = lists(kernels, matrix);
  const weights = found.distances.map((distance) => 1 / (1 + distance));
  return run(symmetricGraph(found, weights, Math.max));
}

/** The larger entries of the rows, scaled to lengths below 1. */
function sparse(matrix: Matrix): SparseMatrix {
  const all = matrix.read(0, ROWS);
  const [offsets, columns, values] = [[0], [] as number[], [] as number[]];
  for (let row = 0; row < ROWS; row++) {
    for (let t = 0; t < DIMENSIONS; t++) {
      const value = all[row * DIMENSIONS + t]! / 64;
      if (Math.abs(value) < 0.03) continue;
      columns.push(t);
      values.push(value);
    }
    offsets.push(columns.length);
  }
  return { offsets: Int32Array.from(offsets), columns: Int32Array.from(columns), values: Float64Array.from(values) };
}

const grid = (kernels: Kernels, matrix: Matrix) => ({ maxAbs: kernels.maxAbs(matrix), rows: matrix.rows });
const labels = Int32Array.from({ length: ROWS }, (_, i) => i % GROUPS);

const JOBS: Record<string, Job> = {
  kmeans: (kernels, matrix) =>
    run(
      kernels.kmeans(matrix, {
        clusters: GROUPS,
        init: "k-means++",
        maxIter: 100,
        tolerance: 1e-4,
        seed: 3,
        restart: 0,
        algorithm: "auto",
        weights: null,
      }),
    ),
  pca: (kernels, matrix) => {
    const scatter = run(kernels.scatter(matrix, 0, grid(kernels, matrix)));
    const axes = run(kernels.eigenSymmetric(scatter, DIMENSIONS, DIMENSIONS));
    return { axes, whitening: whiteningTransform(axes.values, axes.vectors, ROWS, 1e-5) };
  },
  silhouette: (kernels, matrix) =>
    run(kernels.silhouetteSums(matrix.read(0, ROWS), matrix, labels, GROUPS, grid(kernels, matrix))),
  ...Object.fromEntries(
    METRICS.map(
      (metric) =>
        [`knn ${metric.name}`, (kernels, matrix) => run(kernels.knn(matrix, { k: 9, metric }))] as [string, Job],
    ),
  ),
  "knn approximate": (kernels, matrix) => run(kernels.knnApproximate(matrix, { k: 9, metric: EUCLIDEAN })),
  dbscan: (kernels, matrix) => run(kernels.dbscan(matrix, { eps: 1.6, minSamples: 5, metric: EUCLIDEAN })),
  hdbscan: (kernels, matrix) =>
    run(
      kernels.hdbscan(matrix, {
        minClusterSize: 10,
        minSamples: 5,
        alpha: 1,
        metric: EUCLIDEAN,
        clusterSelectionMethod: "eom",
        clusterSelectionEpsilon: 0,
        maxClusterSize: null,
        allowSingleCluster: false,
        matchReferenceImplementation: false,
      }),
    ),
  optics: (kernels, matrix) =>
    run(
      kernels.optics(matrix, {
        minSamples: 5,
        maxEps: Infinity,
        metric: EUCLIDEAN,
        extraction: { method: "xi", xi: 0.05, predecessorCorrection: true, minClusterSize: null },
      }),
    ),
  ...Object.fromEntries(
    (["ward", "complete", "average", "single"] as const).map((linkage) => [
      `agglomerative ${linkage}`,
      (kernels: Kernels, matrix: Matrix) => run(kernels.mergeTree(matrix, { linkage, metric: "euclidean" })),
    ]),
  ),
  ...Object.fromEntries(
    (["full", "tied", "diag", "spherical"] as const).map((covarianceType) => [
      `gaussian_mixture ${covarianceType}`,
      (kernels: Kernels, matrix: Matrix) =>
        run(
          kernels.gaussianMixture(matrix, {
            components: GROUPS,
            covarianceType,
            tolerance: 1e-3,
            regularization: 1e-3,
            maxIter: 20,
            restarts: 1,
            init: "kmeans",
            weightsInit: null,
            meansInit: null,
            precisionsInit: null,
            seed: 3,
          }) as Slices<unknown>,
        ),
    ]),
  ),
  mean_shift: (kernels, matrix) =>
    run(
      kernels.meanShift(matrix, {
        bandwidth: 2,
        seeds: null,
        binSeeding: false,
        minBinFreq: 1,
        clusterAll: true,
        maxIter: 300,
      }),
    ),
  leiden: (kernels, matrix) =>
    run(
      kernels.leiden(graph(kernels, matrix), {
        objective: "RBConfiguration",
        resolution: 1,
        iterations: 2,
        minClusterSize: 0,
        seed: 3,
      }),
    ),
  spectral: (kernels, matrix) =>
    run(
      kernels.spectral(
        matrix,
        { kind: "nearest_neighbors", neighbors: 10 },
        { clusters: GROUPS, assignLabels: "kmeans", restarts: 2, seed: 3 },
      ),
    ),
  laplacian: (kernels, matrix) => run(kernels.laplacianEigenpairs(graph(kernels, matrix), { count: 5 })),
  umap: (kernels, matrix) =>
    run(kernels.umap(lists(kernels, matrix), { components: 2, minDist: 0.1, seed: 3, epochs: 50 })),
  "umap to 5": (kernels, matrix) =>
    run(kernels.umap(lists(kernels, matrix), { components: 5, minDist: 0, seed: 3, epochs: 50 })),
  "sparse decomposition": (kernels, matrix) => {
    const rows = sparse(matrix);
    const [basis, sums] = [kernels.thinMatrix(DIMENSIONS, 5), kernels.thinMatrix(DIMENSIONS, 5)];
    basis.write(0, startBasis(DIMENSIONS, 5, 3));
    const energy = run(kernels.sparseSquare(rows, basis, sums, ROWS));
    const gram = run(kernels.thinGram(basis, sums));
    run(kernels.orthonormalize(sums, basis));
    const made = sums.read();
    run(kernels.thinRotate(sums, gram));
    return { energy, gram, made, rotated: sums.read(), products: run(kernels.sparseProducts(rows, sums)) };
  },
  tsne: (kernels, matrix) => {
    const options = { components: 2, learningRate: 200 } as const;
    const start = kernels.tsneStart(matrix.read(0, ROWS), DIMENSIONS, { rows: ROWS, components: 2, seed: 3 });
    const affinities = run(kernels.tsneAffinities(lists(kernels, matrix, 31), 10));
    return run(kernels.tsneLayout(affinities, start, { ...options, until: 100 }));
  },
};

/** Name of each kernel to the digest of its answer, every one in a memory of its own over the same centred rows. */
export function kernelDigests(module: WebAssembly.Module): Record<string, string> {
  const values = points();
  return Object.fromEntries(
    Object.entries(JOBS).map(([name, job]) => {
      const kernels = createKernels(module);
      const matrix = kernels.matrix(ROWS, DIMENSIONS);
      matrix.write(0, values);
      const { sum } = kernels.moments(matrix, grid(kernels, matrix));
      kernels.center(
        matrix,
        sum.map((one) => one / ROWS),
      );
      return [name, digest(job(kernels, matrix))];
    }),
  );
}
