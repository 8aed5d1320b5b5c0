import type { Warning } from "../../domain/definition/model";
import { type GaussianMixtureParams, initialIssues } from "../../domain/definition/params/gaussian-mixture";
import type { MixtureModel } from "../../kernels";
import type { Kernels, Matrix } from "../../kernels/contract";
import { FLOAT32_MAX } from "../../kernels/grid";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { mixtureBytes } from "../../kernels/mixture/memory";
import { KMEANS_PER_MS } from "../cost";
import type { FittedMethod } from "./method";
import { keepsResponsibilities, mixtureTables } from "./mixture-tables";
import { refused, refuseMoreThan } from "./parameters";

/** Rounds of EM that a start is expected to take, and those of its two k-means; measured 2 to 58, and 40 to 120. */
const ROUNDS = 40;
const KMEANS_ROUNDS = 120;
/** Milliseconds of a round for a row and component, and for a dimension of it; multiply-adds of matrix products in one. See docs/design/planner.md. */
const PAIR_MS = 1e-5;
const PAIR_DIMENSION_MS = 3e-7;
const PRODUCTS_PER_MS = 15e6;

const TYPES = ["full", "tied", "diag", "spherical"] as const;

export const gaussianMixture: FittedMethod<GaussianMixtureParams> = {
  kind: "fitted",
  cap: "fittedRows",
  clusters: ({ n_components }) => n_components,

  check(params, { rows, dimensions }) {
    refuseMoreThan(rows, "n_components", params.n_components);
    const [issue] = initialIssues(params, dimensions);
    if (issue) throw refused(String(issue.loc[0]), issue.msg);
  },

  plan({ n_components: k, covariance_type: type, n_init, max_iter }, { rows, dimensions: d }) {
    const matrices = type === "full" ? k : type === "tied" ? 1 : 0;
    const products = matrices * (rows * d * d + d ** 3);
    const round = rows * k * (PAIR_MS + PAIR_DIMENSION_MS * d) + products / PRODUCTS_PER_MS;
    const start = (rows * k * d * KMEANS_ROUNDS) / KMEANS_PER_MS;
    return {
      method: `Gaussian mixture of ${k} components, ${type} covariances, ${n_init} start${n_init === 1 ? "" : "s"}`,
      bytes: BASE_BYTES + matrixBytes(rows, d) + mixtureBytes(type, rows, d, k),
      cpuMs: n_init * (start + round * Math.min(ROUNDS, max_iter)),
    };
  },

  async fit({ params, rows, dimensions, seed, kernels, matrix: asPrepared, compute, run, spent }) {
    const matrix = await asPrepared();
    // Centred by its own mean, which is then known: what the caller gives and gets is in the rows' coordinates.
    const mean = compute(() => centerOwn(kernels, matrix));
    const { weights, means, precisions } = initialValues(params);
    const shifted = (values: Float64Array, sign: number) =>
      values.map((value, at) => value + sign * mean[at % dimensions]!);
    const result = await run(
      kernels.gaussianMixture(matrix, {
        components: params.n_components,
        covarianceType: params.covariance_type,
        tolerance: params.tol,
        regularization: params.reg_covar,
        maxIter: params.max_iter,
        restarts: params.n_init,
        init: params.init_params,
        weightsInit: weights,
        meansInit: means && shifted(means, -1),
        precisionsInit: precisions,
        seed,
      }),
    );
    const model = orderedBySize(result.model, result.labels);
    const assignment = await run(
      kernels.mixtureAssign(matrix, { maxAbs: kernels.columnPeaks(matrix), rows }, model, {
        responsibilities: keepsResponsibilities(rows, params.n_components),
      }),
    );
    spent();
    const original = { ...model, means: shifted(model.means, 1) };
    const kept = mixtureTables(original, rows, assignment.responsibilities);
    return {
      labels: assignment.labels,
      probabilities: assignment.probabilities,
      objectives: { loglik_per_sample: assignment.logLikelihood, bic: result.bic, aic: result.aic },
      tables: kept.tables,
      keeps: keep(original),
      warnings: [...(result.converged ? [] : [notConverged(params.max_iter)]), ...kept.warnings],
    };
  },

  *predict({ kernels, matrix, kept }) {
    const model = restore(kept, matrix.dimensions);
    // A bound that no shard passes, so that rows are computed alike in all of them.
    const maxAbs = new Float64Array(matrix.dimensions).fill(FLOAT32_MAX);
    return yield* kernels.mixtureAssign(matrix, { maxAbs, rows: matrix.rows }, model);
  },
};

/** Subtracts the rows' mean from them. */
function centerOwn(kernels: Kernels, matrix: Matrix): Float64Array {
  const { sum } = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows: matrix.rows });
  const mean = sum.map((value) => value / matrix.rows);
  kernels.center(matrix, mean);
  return mean;
}

/** Components by the number of their rows, as clusters are numbered; those without a row last. */
function orderedBySize(model: MixtureModel, labels: Int32Array): MixtureModel {
  const { components: k, dimensions: d, covarianceType: type } = model;
  const sizes = new Int32Array(k);
  for (const label of labels) sizes[label]!++;
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const pick = (values: Float64Array, width: number): Float64Array => {
    const picked = new Float64Array(values.length);
    for (const [to, from] of order.entries()) {
      picked.set(values.subarray(from * width, (from + 1) * width), to * width);
    }
    return picked;
  };
  const { covariances } = model;
  return {
    ...model,
    weights: pick(model.weights, 1),
    means: pick(model.means, d),
    covariances: type === "tied" ? covariances : pick(covariances, covariances.length / k),
  };
}

const keep = ({ covarianceType, weights, means, covariances, total }: MixtureModel): Record<string, Float64Array> => ({
  type: Float64Array.of(TYPES.indexOf(covarianceType)),
  weights,
  means,
  covariances,
  total,
});

function restore(kept: Record<string, Float64Array>, dimensions: number): MixtureModel {
  const { type, weights, means, covariances, total } = kept as Record<string, Float64Array> & { type: Float64Array };
  return {
    covarianceType: TYPES[type[0]!]!,
    components: weights!.length,
    dimensions,
    weights: weights!,
    means: means!,
    covariances: covariances!,
    total: total!,
  };
}

function notConverged(maxIter: number): Warning {
  const loc = ["vector_config", "algorithm_params", "max_iter"];
  return { loc, msg: `the mixture had not converged after ${maxIter} rounds; its last state is the result` };
}

interface InitialValues {
  weights: Float64Array | null;
  means: Float64Array | null;
  precisions: Float64Array | null;
}

const initialValues = ({ weights_init, means_init, precisions_init }: GaussianMixtureParams): InitialValues => ({
  weights: flat(weights_init),
  means: flat(means_init),
  precisions: flat(precisions_init),
});

/** Lists of lists as one; their shape has been checked. */
const flat = (given: unknown[] | null): Float64Array | null => given && Float64Array.from(given.flat(2) as number[]);
