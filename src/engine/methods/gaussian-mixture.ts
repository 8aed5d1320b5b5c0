import type { Warning } from "../../domain/definition/model";
import { type GaussianMixtureParams, initialIssues } from "../../domain/definition/params/gaussian-mixture";
import { covarianceMatrix, type MixtureModel } from "../../kernels";
import type { Kernels, Matrix } from "../../kernels/contract";
import { FLOAT32_MAX } from "../../kernels/grid";
import { BASE_BYTES, matrixBytes } from "../../kernels/memory";
import { mixtureBytes } from "../../kernels/mixture/memory";
import type { FittedMethod } from "./method";
import { refused, refuseMoreThan } from "./parameters";
import type { MethodTable } from "./tables";

/** Rounds of EM that a start is expected to take; measured 13 to 58. */
const ROUNDS = 40;
/** Multiply-adds per millisecond of an E-step with its sums; see docs/design/mixture.md. */
const MIXTURE_PER_MS = 6e6;

/** Values that a kept table may have: 16 MiB. */
const TABLE_VALUES = 2 ** 21;
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
    const perRow = type === "full" ? k * d * d : type === "tied" ? d * d + 2 * k * d : 4 * k * d;
    return {
      method: `Gaussian mixture of ${k} components, ${type} covariances, ${n_init} start${n_init === 1 ? "" : "s"}`,
      bytes: BASE_BYTES + matrixBytes(rows, d) + mixtureBytes(type, rows, d, k),
      cpuMs: (rows * perRow * Math.min(ROUNDS, max_iter) * n_init) / MIXTURE_PER_MS,
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
        responsibilities: rows * params.n_components <= TABLE_VALUES,
      }),
    );
    spent();
    const original = { ...model, means: shifted(model.means, 1) };
    return {
      labels: assignment.labels,
      probabilities: assignment.probabilities,
      objectives: { loglik_per_sample: assignment.logLikelihood, bic: result.bic, aic: result.aic },
      tables: keptTables(original, assignment.responsibilities),
      keeps: keep(original),
      warnings: result.converged ? [] : [notConverged(params.max_iter)],
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

/** The mixture, and all responsibilities, each where it is not too large to be read at once. */
function keptTables(model: MixtureModel, responsibilities: Float32Array | null): MethodTable[] {
  const { components: k, dimensions: d, covarianceType: type } = model;
  const width = type === "spherical" ? 1 : type === "diag" ? d : d * d;
  const tables: MethodTable[] = [];
  if (k * width <= TABLE_VALUES) {
    const covariance = new Float64Array(k * width);
    for (let c = 0; c < k; c++) {
      const own = width < d * d ? model.covariances.subarray(c * width, (c + 1) * width) : covarianceMatrix(model, c);
      covariance.set(own, c * width);
    }
    const component = Int32Array.from({ length: k }, (_, c) => c);
    tables.push({
      file: "mixture.parquet",
      rows: k,
      columns: { component, weight: model.weights, mean: model.means, covariance },
    });
  }
  if (responsibilities) {
    const rows = responsibilities.length / k;
    const member = Int32Array.from({ length: rows }, (_, row) => row);
    tables.push({ file: "responsibilities.parquet", rows, columns: { member, probabilities: responsibilities } });
  }
  return tables;
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
