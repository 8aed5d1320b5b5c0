/** EM in plain f64 TypeScript, as the definition says: the oracle of the kernels. */
import type { CovarianceType, GaussianMixtureOptions, MixtureModel } from "../../../src/kernels";
import { covarianceMatrix } from "../../../src/kernels";

export const OPTIONS: GaussianMixtureOptions = {
  components: 3,
  covarianceType: "full",
  tolerance: 1e-3,
  regularization: 1e-6,
  maxIter: 100,
  restarts: 1,
  init: "kmeans",
  weightsInit: null,
  meansInit: null,
  precisionsInit: null,
  seed: 7,
};

export const TYPES: CovarianceType[] = ["full", "tied", "diag", "spherical"];

/** Log density of a normal distribution by Gaussian elimination of its covariance. */
function logNormal(x: number[], mean: number[], covariance: Float64Array): number {
  const d = x.length;
  const a = Array.from({ length: d }, (_, t) => [...covariance.slice(t * d, (t + 1) * d), x[t]! - mean[t]!]);
  let logDeterminant = 0;
  for (let t = 0; t < d; t++) {
    logDeterminant += Math.log(a[t]![t]!);
    for (let u = t + 1; u < d; u++) {
      const factor = a[u]![t]! / a[t]![t]!;
      for (let v = t; v <= d; v++) a[u]![v]! -= factor * a[t]![v]!;
    }
  }
  // zᵀ Σ⁻¹ z = Σ (pivoted z)² / pivot of the symmetric elimination.
  const quadratic = a.reduce((sum, row, t) => sum + row[d]! ** 2 / row[t]!, 0);
  return -0.5 * (d * Math.log(2 * Math.PI) + logDeterminant + quadratic);
}

/** Responsibilities (rows × components) and log-likelihoods of the rows under a model. */
export function expectation(x: Float32Array, model: MixtureModel): { shares: number[][]; likelihoods: number[] } {
  const d = model.dimensions;
  const matrices = Array.from({ length: model.components }, (_, c) => covarianceMatrix(model, c));
  const shares: number[][] = [];
  const likelihoods: number[] = [];
  for (let i = 0; i < x.length / d; i++) {
    const row = [...x.slice(i * d, (i + 1) * d)];
    const logs = matrices.map(
      (matrix, c) => Math.log(model.weights[c]!) + logNormal(row, [...model.means.slice(c * d, (c + 1) * d)], matrix),
    );
    const best = Math.max(...logs);
    const likelihood = best + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - best), 0));
    likelihoods.push(likelihood);
    shares.push(logs.map((log) => Math.exp(log - likelihood)));
  }
  return { shares, likelihoods };
}

/** Weights, means and full covariance matrices (tied, diag and spherical ones spelt out) that the responsibilities give. */
export function maximization(x: Float32Array, d: number, shares: number[][], type: CovarianceType, ridge: number) {
  const n = shares.length;
  const k = shares[0]!.length;
  const counts = Array.from({ length: k }, (_, c) => shares.reduce((sum, row) => sum + row[c]!, 0));
  const means = counts.map((count, c) =>
    Array.from({ length: d }, (_, t) => shares.reduce((sum, row, i) => sum + row[c]! * x[i * d + t]!, 0) / count),
  );
  let covariances = counts.map((count, c) =>
    Float64Array.from({ length: d * d }, (_, at) => {
      const [t, u] = [Math.floor(at / d), at % d];
      const sum = shares.reduce(
        (all, row, i) => all + row[c]! * (x[i * d + t]! - means[c]![t]!) * (x[i * d + u]! - means[c]![u]!),
        0,
      );
      return sum / count;
    }),
  );
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  if (type === "tied") {
    const shared = covariances[0]!.map((_, at) => covariances.reduce((sum, m, c) => sum + m[at]! * counts[c]!, 0) / n);
    covariances = covariances.map(() => shared);
  } else if (type !== "full") {
    covariances = covariances.map((matrix) => {
      const diagonal = Array.from({ length: d }, (_, t) => matrix[t * (d + 1)]!);
      const flat = type === "diag" ? diagonal : diagonal.fill(mean(diagonal));
      return matrix.map((_, at) => (at % (d + 1) === 0 ? flat[at % d]! : 0));
    });
  }
  for (const matrix of new Set(covariances)) for (let t = 0; t < d; t++) matrix[t * (d + 1)]! += ridge;
  return { weights: counts.map((count) => count / n), means, covariances };
}
