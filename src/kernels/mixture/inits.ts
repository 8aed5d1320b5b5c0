/** Weights, means and precisions that a caller starts from. */
import { InvalidParameter } from "../errors";
import type { KernelModule } from "../module";
import type { GaussianMixtureOptions, MixtureModel } from "./contract";
import { triangleSize } from "./state";

export type GivenModel = Partial<Pick<MixtureModel, "weights" | "means" | "covariances">>;

/** The parts of a model that the options give. Throws `InvalidParameter` for shapes and values that no mixture has. */
export function givenModel(kernel: KernelModule, options: GaussianMixtureOptions, dimensions: number): GivenModel {
  const { components: k, covarianceType, weightsInit, meansInit, precisionsInit } = options;
  const given: GivenModel = {};
  if (weightsInit) {
    checkValues("weights_init", weightsInit, k);
    const sum = weightsInit.reduce((all, weight) => all + weight, 0);
    if (!weightsInit.every((weight) => weight >= 0) || Math.abs(sum - 1) > 1e-6) {
      throw new InvalidParameter("weights_init", `weights_init must be ≥ 0 and sum to 1; their sum is ${sum}`);
    }
    Object.assign(given, { weights: weightsInit });
  }
  if (meansInit) {
    checkValues("means_init", meansInit, k * dimensions);
    Object.assign(given, { means: meansInit });
  }
  if (precisionsInit) {
    const square = dimensions * dimensions;
    const size = { full: k * square, tied: square, diag: k * dimensions, spherical: k }[covarianceType];
    checkValues("precisions_init", precisionsInit, size);
    Object.assign(given, { covariances: covariancesOf(kernel, precisionsInit, covarianceType, dimensions) });
  }
  return given;
}

function checkValues(name: string, values: Float64Array, size: number): void {
  if (values.length !== size) throw new InvalidParameter(name, `${name} has ${values.length} values, not ${size}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InvalidParameter(name, `${name}: ${values[bad]} is not a finite number`);
}

const refused = (why: string): InvalidParameter => new InvalidParameter("precisions_init", `precisions_init ${why}`);

/** Packed covariances whose inverses are given. */
function covariancesOf(
  kernel: KernelModule,
  precisions: Float64Array,
  type: GaussianMixtureOptions["covarianceType"],
  d: number,
): Float64Array {
  if (type === "diag" || type === "spherical") {
    if (!precisions.every((precision) => precision > 0)) throw refused("must be > 0");
    return precisions.map((precision) => 1 / precision);
  }
  const size = triangleSize(d);
  const matrices = precisions.length / (d * d);
  const covariances = new Float64Array(matrices * size);
  for (let c = 0; c < matrices; c++) {
    covariances.set(inverse(kernel, precisions.subarray(c * d * d, (c + 1) * d * d), d, c), c * size);
  }
  return covariances;
}

/** Packed inverse of a symmetric positive definite matrix: with A = RᵀR it is R⁻¹R⁻ᵀ. */
function inverse(kernel: KernelModule, matrix: Float64Array, d: number, component: number): Float64Array {
  const { raw } = kernel;
  return kernel.scoped(() => {
    const packed = new Float64Array(triangleSize(d));
    let at = 0;
    for (let t = 0; t < d; t++) {
      for (let u = t; u < d; u++, at++) {
        const [value, mirrored] = [matrix[t * d + u]!, matrix[u * d + t]!];
        if (Math.abs(value - mirrored) > 1e-8 + 1e-5 * Math.abs(mirrored)) {
          throw refused(`of component ${component} is not symmetric`);
        }
        packed[at] = value;
      }
    }
    const triangle = kernel.allocateF64(packed.length, packed);
    const work = kernel.allocateF64(d);
    if (raw.choleskyRows(triangle, d, 0, d) >= 0) {
      throw refused(`of component ${component} is not positive definite`);
    }
    raw.invertRows(triangle, d, 0, d, work);
    const factor = kernel.f64(triangle, packed.length);
    const row = (t: number): number => (t * (2 * d - t - 1)) / 2;
    at = 0;
    for (let t = 0; t < d; t++) {
      for (let u = t; u < d; u++, at++) {
        let sum = 0;
        for (let v = u; v < d; v++) sum += factor[row(t) + v]! * factor[row(u) + v]!;
        packed[at] = sum;
      }
    }
    return packed;
  });
}
