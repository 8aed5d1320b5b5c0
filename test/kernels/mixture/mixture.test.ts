import { describe, expect, it } from "vitest";
import {
  covarianceMatrix,
  type GaussianMixtureOptions,
  type GaussianMixtureResult,
  type MixtureModel,
  run,
} from "../../../src/kernels";
import { blobs, bytes, load, loadCentred, plain } from "../support";
import { expectation, maximization, OPTIONS, TYPES } from "./support";

function solve(values: Float32Array, d: number, options: Partial<GaussianMixtureOptions> = {}): GaussianMixtureResult {
  const kernels = plain();
  return run(kernels.gaussianMixture(loadCentred(kernels, values, d).matrix, { ...OPTIONS, ...options }));
}

const print = ({ model, ...result }: GaussianMixtureResult): unknown => [
  ...[model.weights, model.means, model.covariances, result.labels, result.probabilities].map(bytes),
  result.iterations,
  result.bic,
];

/** Blobs that overlap, squeezed along their diagonal so that dimensions are correlated. */
function cloud(rows: number, d: number, groups: number, seed: number): Float32Array {
  const values = blobs(rows, d, groups, seed);
  return values.map((v, i) => 0.3 * v + (i % d > 0 ? 0.2 * values[i - 1]! : 0));
}

describe.each(TYPES)("a mixture with %s covariances", (type) => {
  it.each([
    [300, 3, 4],
    [260, 1, 2],
    [200, 7, 3],
    [150, 13, 5],
  ])("follows EM by definition: %i × %i, k = %i", (rows, d, k) => {
    const kernels = plain();
    const { matrix } = loadCentred(kernels, cloud(rows, d, k, rows), d);
    const x = matrix.read(0, rows);
    const options = { ...OPTIONS, covarianceType: type, components: k, tolerance: 0, regularization: 1e-3 };
    const before = run(kernels.gaussianMixture(matrix, { ...options, maxIter: 2 }));
    const grid = { maxAbs: kernels.columnPeaks(matrix), rows };
    const { shares, likelihoods } = expectation(x, before.model);
    for (const [i, likelihood] of likelihoods.entries()) {
      expect(Math.abs(before.logLikelihoods[i]! - likelihood)).toBeLessThan(1e-4);
      expect(before.labels[i]).toBe(shares[i]!.indexOf(Math.max(...shares[i]!)));
      expect(before.probabilities[i]).toBeCloseTo(Math.max(...shares[i]!), 4);
    }
    const sums = run(kernels.mixtureExpectation(matrix, 0, grid, before.model));
    const after = kernels.mixtureMaximization(sums, options.regularization, before.model);
    const expected = maximization(x, d, shares, type, options.regularization);
    for (let c = 0; c < k; c++) {
      expect(after.weights[c]).toBeCloseTo(expected.weights[c]!, 5);
      for (let t = 0; t < d; t++) expect(after.means[c * d + t]).toBeCloseTo(expected.means[c]![t]!, 4);
      for (const [at, value] of covarianceMatrix(after, c).entries()) {
        expect(Math.abs(value - expected.covariances[c]![at]!)).toBeLessThan(1e-4);
      }
    }
  });

  it("never loses likelihood from round to round, and stops by tolerance", () => {
    const values = cloud(500, 4, 6, 3);
    const meansInit = Float64Array.from(values.subarray(0, 20));
    const options = { covarianceType: type, components: 5, init: "random", meansInit } as const;
    const bounds = [1, 2, 4, 8, 16].map(
      (maxIter) => solve(values, 4, { ...options, maxIter, tolerance: 0 }).lowerBound,
    );
    for (const [i, bound] of bounds.slice(1).entries()) expect(bound).toBeGreaterThan(bounds[i]! - 1e-6);
    expect(bounds.at(-1)).toBeGreaterThan(bounds[0]! + 1e-3);
    const loose = solve(values, 4, { ...options, tolerance: 0.1 });
    const tight = solve(values, 4, { ...options, tolerance: 1e-6, maxIter: 1_000 });
    expect(loose).toMatchObject({ converged: true });
    expect(loose.iterations).toBeLessThan(tight.iterations);
    expect(solve(values, 4, { covarianceType: type, maxIter: 2, tolerance: 0 })).toMatchObject({
      iterations: 2,
      converged: false,
    });
  });

  it("gives the same bytes twice, and others for another seed", () => {
    const values = cloud(700, 5, 9, 4);
    const options = { covarianceType: type, components: 6, init: "random" } as const;
    const first = print(solve(values, 5, options));
    expect(print(solve(values, 5, options))).toEqual(first);
    expect(print(solve(values, 5, { ...options, seed: 8 }))).not.toEqual(first);
  });

  it.each(["kmeans", "k-means++", "random", "random_from_data"] as const)("starts by %s", (init) => {
    const values = blobs(400, 3, 4, 6);
    const result = solve(values, 3, { covarianceType: type, components: 4, init, restarts: 4, regularization: 1e-2 });
    expect(result.model.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    expect(Number.isFinite(result.bic)).toBe(true);
    const groups = Array.from(result.labels, (label, i) => `${label} ${i % 4}`);
    if (init === "kmeans") expect(new Set(groups).size).toBe(4);
  });

  it("keeps the best of several starts", () => {
    const values = cloud(300, 2, 8, 6);
    const options = { covarianceType: type, components: 6, init: "random", regularization: 1e-2 } as const;
    const one = solve(values, 2, options);
    expect(solve(values, 2, { ...options, restarts: 5 }).lowerBound).toBeGreaterThanOrEqual(one.lowerBound);
  });

  it("starts from given weights, means and precisions", () => {
    const values = blobs(300, 2, 3, 9);
    const fitted = solve(values, 2, { covarianceType: type, tolerance: 1e-9, maxIter: 500 });
    const again = solve(values, 2, {
      covarianceType: type,
      init: "random",
      weightsInit: fitted.model.weights,
      meansInit: fitted.model.means,
      precisionsInit: precisions(fitted.model),
    });
    expect(again.iterations).toBe(2);
    expect(again.logLikelihood).toBeCloseTo(fitted.logLikelihood, 5);
  });

  it("is at ease with one or two rows, equal rows, k = n, and constant columns", () => {
    expect(solve(Float32Array.of(5, 6), 2, { covarianceType: type, components: 1 }).labels).toHaveLength(1);
    const two = solve(Float32Array.of(0, 0, 4, 4), 2, { covarianceType: type, components: 2, regularization: 1e-2 });
    expect(two.labels[0]).not.toBe(two.labels[1]);
    const equal = solve(new Float32Array(60).fill(2.5), 3, { covarianceType: type });
    expect(equal.logLikelihoods.every(Number.isFinite)).toBe(true);
    expect(new Set(equal.labels).size).toBe(1);
    const constant = blobs(200, 3, 2, 1).map((v, i) => (i % 3 === 1 ? 7 : v));
    expect(Number.isFinite(solve(constant, 3, { covarianceType: type, components: 2 }).bic)).toBe(true);
    expect(() => solve(Float32Array.of(1, 2), 1, { covarianceType: type })).toThrow(/3 components need as many rows/);
    expect(() => run(plain().gaussianMixture(plain().matrix(0, 2), OPTIONS))).toThrow();
  });

  it.each([2 ** -66, 2 ** -30, 2 ** 30, 2 ** 60])("scales with the data: magnitude %f", (power) => {
    const values = blobs(300, 3, 3, 2);
    const ridge = 1e-3;
    const reference = solve(values, 3, { covarianceType: type, regularization: ridge });
    const scaled = solve(
      values.map((v) => v * power),
      3,
      { covarianceType: type, regularization: ridge * power * power },
    );
    expect(scaled.labels).toEqual(reference.labels);
    expect(scaled.logLikelihood + 3 * Math.log(power)).toBeCloseTo(reference.logLikelihood, 4);
  });

  it("survives huge and tiny values with the default regularisation", () => {
    for (const magnitude of [1e18, 1e-20]) {
      const values = blobs(200, 3, 3, 2).map((v) => v * magnitude);
      expect(solve(values, 3, { covarianceType: type }).logLikelihoods.every(Number.isFinite)).toBe(true);
    }
  });

  it("refuses values that are not finite, naming the place", () => {
    const values = blobs(50, 3, 2, 1);
    values[13] = Number.NaN;
    const kernels = plain();
    const matrix = load(kernels, values, 3);
    expect(() => run(kernels.gaussianMixture(matrix, { ...OPTIONS, covarianceType: type }))).toThrow(
      /row 4, dimension 1/,
    );
  });

  it("says which component's covariance is not positive definite", () => {
    const flat = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i : 3));
    expect(() => solve(flat, 2, { covarianceType: type, components: 100, regularization: 0 })).toThrow(
      /component \d+ is not positive definite/,
    );
  });
});

/** Inverse covariances of two dimensions, as `precisions_init` takes them. */
function precisions(model: MixtureModel): Float64Array {
  const { covarianceType: type, components: k, covariances } = model;
  if (type === "diag" || type === "spherical") return covariances.map((variance) => 1 / variance);
  const matrices = Array.from({ length: type === "tied" ? 1 : k }, (_, c) => {
    const [a, b, , d] = [...covarianceMatrix(model, c)] as [number, number, number, number];
    const determinant = a * d - b * b;
    return [d, -b, -b, a].map((value) => value / determinant);
  });
  return Float64Array.from(matrices.flat());
}

describe("a mixture", () => {
  it.each([
    [{ components: 0 }, /components/],
    [{ maxIter: 0 }, /maxIter/],
    [{ restarts: 0 }, /restarts/],
    [{ tolerance: -1 }, /tolerance/],
    [{ regularization: -1 }, /regularization/],
    [{ weightsInit: Float64Array.of(0.5, 0.5) }, /weights_init has 2 values/],
    [{ weightsInit: Float64Array.of(0.5, 0.5, 0.5) }, /sum to 1/],
    [{ meansInit: new Float64Array(5) }, /means_init has 5 values/],
    [{ meansInit: new Float64Array(6).fill(Number.NaN) }, /not a finite number/],
    [{ precisionsInit: new Float64Array(12) }, /component 0 is not positive definite/],
    [{ precisionsInit: Float64Array.of(1, 2, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1) }, /component 0 is not symmetric/],
    [{ covarianceType: "diag", precisionsInit: new Float64Array(6) }, /must be > 0/],
    [{ seed: 0.5 }, /seed/],
  ] as [Partial<GaussianMixtureOptions>, RegExp][])("refuses %o", (options, message) => {
    expect(() => solve(blobs(100, 2, 4, 1), 2, options)).toThrow(message);
  });

  it("keeps its digits where the covariance is nearly singular", () => {
    // The second dimension repeats the first but for a ten-thousandth: float products alone would lose the difference.
    const noise = blobs(400, 2, 1, 3);
    const values = Float32Array.from(noise, (v, i) => (i % 2 === 0 ? 100 * v : 100 * noise[i - 1]! + 1e-2 * v));
    const kernels = plain();
    const { matrix } = loadCentred(kernels, values, 2);
    const result = run(kernels.gaussianMixture(matrix, { ...OPTIONS, components: 1, regularization: 0 }));
    const { likelihoods } = expectation(matrix.read(0, 400), result.model);
    for (const [i, likelihood] of likelihoods.entries()) {
      expect(Math.abs(result.logLikelihoods[i]! - likelihood)).toBeLessThan(1e-3);
    }
  });

  it("knows rows that it was not fitted to", () => {
    const kernels = plain();
    const values = blobs(600, 4, 3, 5);
    const { matrix, mean } = loadCentred(kernels, values.slice(0, 1_200), 4);
    const { model } = run(kernels.gaussianMixture(matrix, OPTIONS));
    const rest = load(kernels, values.slice(1_200), 4);
    kernels.center(rest, mean);
    const grid = { maxAbs: kernels.columnPeaks(rest), rows: 300 };
    const result = run(kernels.mixtureAssign(rest, grid, model, { responsibilities: true }));
    const { shares } = expectation(rest.read(0, 300), model);
    for (const [i, row] of shares.entries()) {
      expect(result.labels[i]).toBe(row.indexOf(Math.max(...row)));
      for (const [c, share] of row.entries()) expect(result.responsibilities![i * 3 + c]).toBeCloseTo(share, 4);
    }
  });
});
