/** Small arithmetic on models and sums. */
import type { MixtureModel, MixtureSums } from "./contract";

/** Covariance matrix of a component, d × d, row-major. */
export function covarianceMatrix(model: MixtureModel, component: number): Float64Array {
  const { covarianceType: type, covariances, components, dimensions: d } = model;
  if (!(component >= 0 && component < components)) {
    throw new RangeError(`component ${component} is not one of ${components}`);
  }
  const matrix = new Float64Array(d * d);
  if (type === "diag" || type === "spherical") {
    for (let t = 0; t < d; t++) {
      matrix[t * (d + 1)] = covariances[type === "diag" ? component * d + t : component]!;
    }
    return matrix;
  }
  let at = type === "full" ? component * ((d * (d + 1)) / 2) : 0;
  for (let t = 0; t < d; t++) {
    for (let u = t; u < d; u++, at++) {
      matrix[t * d + u] = covariances[at]!;
      matrix[u * d + t] = covariances[at]!;
    }
  }
  return matrix;
}

/** Adds the sums of two shards about the same centers, exactly. */
export function mergeMixtureSums(a: MixtureSums, b: MixtureSums): MixtureSums {
  if (a.covarianceType !== b.covarianceType || a.centers.some((value, i) => value !== b.centers[i])) {
    throw new RangeError("the sums are of different mixtures");
  }
  const add = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + y[i]!);
  return {
    covarianceType: a.covarianceType,
    centers: a.centers,
    counts: add(a.counts, b.counts),
    sums: add(a.sums, b.sums),
    scatter: add(a.scatter, b.scatter),
    total: add(a.total, b.total),
    likelihoods: new Map([...a.likelihoods, ...b.likelihoods]),
  };
}

/** Log-likelihood of all rows: the chunks' sums in the order of the rows, whatever order they came in. */
export function totalLikelihood(likelihoods: ReadonlyMap<number, number>): number {
  return [...likelihoods].sort(([a], [b]) => a - b).reduce((total, [, sum]) => total + sum, 0);
}

/** Free parameters of a mixture. */
function parameterCount({ covarianceType, components: k, dimensions: d }: MixtureModel): number {
  const triangle = (d * (d + 1)) / 2;
  const covariances = { full: k * triangle, tied: triangle, diag: k * d, spherical: k }[covarianceType];
  return covariances + k * d + k - 1;
}

/** Bayesian (Schwarz 1978) and Akaike's (1974) information criterion; `logOfRows` is the natural logarithm of the number of rows. */
export function mixtureCriteria(
  model: MixtureModel,
  logLikelihood: number,
  rows: number,
  logOfRows: number,
): { bic: number; aic: number } {
  const parameters = parameterCount(model);
  const deviance = -2 * rows * logLikelihood;
  return { bic: deviance + parameters * logOfRows, aic: deviance + 2 * parameters };
}
