import type { Matrix, Slices } from "../contract";

/** One covariance matrix a component, one for all, one variance a dimension and component, one variance a component. */
export type CovarianceType = "full" | "tied" | "diag" | "spherical";

/** Grid for exact sums over the *whole* data set: the largest |value| of each dimension (`columnPeaks`) and the number of rows. */
export interface MixtureGrid {
  maxAbs: Float64Array;
  rows: number;
}

/** A mixture of normal distributions, in the coordinates of the matrix. k components, d dimensions. */
export interface MixtureModel {
  readonly covarianceType: CovarianceType;
  readonly components: number;
  readonly dimensions: number;
  readonly weights: Float64Array;
  /** k × d. */
  readonly means: Float64Array;
  /** Packed: k upper triangles, row after row (full), one (tied), k × d variances (diag), k variances (spherical). See `covarianceMatrix`. */
  readonly covariances: Float64Array;
  /** Tied: packed second moments of all rows about the origin, from which every M-step starts. Otherwise empty. */
  readonly total: Float64Array;
}

/**
 * Sufficient statistics of some rows: what an M-step needs. `mergeMixtureSums` adds those of two shards, exactly and in any order.
 * `centers` are the points, the same for all shards, about which the moments are taken.
 */
export interface MixtureSums {
  readonly covarianceType: CovarianceType;
  /** k × d. */
  readonly centers: Float32Array;
  /** Summed responsibilities. */
  readonly counts: Float64Array;
  /** k × d: Σ r (x − center). */
  readonly sums: Float64Array;
  /** Σ r (x − center)(x − center)ᵀ: k packed upper triangles (full) or k × d diagonals (diag, spherical). */
  readonly scatter: Float64Array;
  /** Tied, of a start only: packed second moments of all rows about the origin. Otherwise empty. */
  readonly total: Float64Array;
  /** Summed log-likelihood of each chunk of 128 rows, by the chunk's number in the data set. Empty for a start. */
  readonly likelihoods: ReadonlyMap<number, number>;
}

/** Where EM starts: rows to their nearest centroid, random responsibilities, or one row for each component (k × d values). */
export type MixtureStart =
  | { kind: "centroids"; centroids: Float32Array }
  | { kind: "random"; components: number; seed: number; restart: number }
  | { kind: "rows"; rows: Float32Array };

export interface GaussianMixtureOptions {
  components: number;
  covarianceType: CovarianceType;
  /** EM stops when the mean log-likelihood per row changes by less. */
  tolerance: number;
  /** Added to the diagonal of every covariance. */
  regularization: number;
  maxIter: number;
  /** Starts, of which the one with the best lower bound is kept. */
  restarts: number;
  init: "kmeans" | "k-means++" | "random" | "random_from_data";
  /** k weights that sum to 1, or null. */
  weightsInit: Float64Array | null;
  /** k × d, or null. */
  meansInit: Float64Array | null;
  /** k × d × d (full), d × d (tied), k × d (diag), k (spherical), or null. */
  precisionsInit: Float64Array | null;
  seed: number;
}

export interface MixtureAssignment {
  /** Most probable component of each row, the lowest on ties. */
  labels: Int32Array;
  /** Its responsibility. */
  probabilities: Float32Array;
  /** Log density of each row under the mixture. */
  logLikelihoods: Float64Array;
  /** Mean of `logLikelihoods`. */
  logLikelihood: number;
  /** Rows × components, where asked for; otherwise null. */
  responsibilities: Float32Array | null;
}

export interface GaussianMixtureResult extends MixtureAssignment {
  model: MixtureModel;
  bic: number;
  aic: number;
  /** Mean log-likelihood of the last E-step of the best start: what its convergence was judged by. */
  lowerBound: number;
  iterations: number;
  converged: boolean;
}

/**
 * Gaussian mixtures by expectation–maximisation (Dempster, Laird & Rubin 1977), with scikit-learn's meaning of every parameter. Rows are
 * centred; `firstRow`, a matrix's first row in the data set, is a multiple of 128. A covariance that is not positive definite
 * is a `RangeError` that names its component: more regularisation or fewer components are needed.
 */
export interface MixtureKernels {
  /** Largest |value| of each dimension; shards merge by the maximum. Refuses values that are not finite. */
  columnPeaks(matrix: Matrix): Float64Array;
  gaussianMixture(matrix: Matrix, options: GaussianMixtureOptions): Slices<GaussianMixtureResult>;

  /** One shard's share of a start. */
  mixtureStart(
    matrix: Matrix,
    firstRow: number,
    grid: MixtureGrid,
    covarianceType: CovarianceType,
    start: MixtureStart,
  ): Slices<MixtureSums>;
  /** One shard's share of an E-step. */
  mixtureExpectation(matrix: Matrix, firstRow: number, grid: MixtureGrid, model: MixtureModel): Slices<MixtureSums>;
  /** M-step of the whole data set's sums; after the start `previous` is the model whose E-step they are of. */
  mixtureMaximization(sums: MixtureSums, regularization: number, previous: MixtureModel | null): MixtureModel;
  /** Labels of any rows, also of rows that the mixture was not fitted to; `grid` covers them. */
  mixtureAssign(
    matrix: Matrix,
    grid: MixtureGrid,
    model: MixtureModel,
    options?: { responsibilities?: boolean },
  ): Slices<MixtureAssignment>;
}
