/** What a Gaussian mixture keeps: itself and all responsibilities, each where it is not too large to be read at once. */
import type { Warning } from "../../domain/definition/model";
import { covarianceMatrix, type MixtureModel } from "../../kernels";
import type { MethodTable } from "./tables";

/** Values that a kept table may have: 16 MiB. */
const TABLE_VALUES = 2 ** 21;

export const keepsResponsibilities = (rows: number, components: number): boolean => rows * components <= TABLE_VALUES;

/** `responsibilities` of `rows` rows, or null where they are too many. A table that is left out is told. */
export function mixtureTables(
  model: MixtureModel,
  rows: number,
  responsibilities: Float32Array | null,
): { tables: MethodTable[]; warnings: Warning[] } {
  const { components: k, dimensions: d, covarianceType: type } = model;
  const width = type === "spherical" ? 1 : type === "diag" ? d : d * d;
  const tables: MethodTable[] = [];
  const warnings: Warning[] = [];
  if (k * width <= TABLE_VALUES) tables.push(componentTable(model, width));
  else warnings.push(leftOut("covariance_type", "mixture.parquet", k * width));
  if (responsibilities) {
    const member = Int32Array.from({ length: rows }, (_, row) => row);
    tables.push({ file: "responsibilities.parquet", rows, columns: { member, probabilities: responsibilities } });
  } else {
    warnings.push(leftOut("n_components", "responsibilities.parquet", rows * k));
  }
  return { tables, warnings };
}

function componentTable(model: MixtureModel, width: number): MethodTable {
  const { components: k, dimensions: d, weights, means } = model;
  const covariance = new Float64Array(k * width);
  for (let c = 0; c < k; c++) {
    const own = width < d * d ? model.covariances.subarray(c * width, (c + 1) * width) : covarianceMatrix(model, c);
    covariance.set(own, c * width);
  }
  const component = Int32Array.from({ length: k }, (_, c) => c);
  return { file: "mixture.parquet", rows: k, columns: { component, weight: weights, mean: means, covariance } };
}

function leftOut(field: string, file: string, values: number): Warning {
  const loc = ["vector_config", "algorithm_params", field];
  return { loc, msg: `${file} is left out: it would hold ${values} values, and ${TABLE_VALUES} are kept at most` };
}
