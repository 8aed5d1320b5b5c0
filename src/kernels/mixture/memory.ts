/** Bytes that a mixture takes beside its matrix, as an upper bound. n rows, d dimensions, k components. */
import { kmeansBytes } from "../memory";
import type { CovarianceType } from "./contract";
import { CHUNK_ROWS, covarianceSize, scatterSize, triangleSize } from "./state";

const CHUNK_LANES = 132;

/** Model, factors, sums and the work of one chunk: what an E-step takes over any number of rows. */
export function mixtureStateBytes(type: CovarianceType, d: number, k: number): number {
  const square = type === "full" || type === "tied";
  const factor = 3 * Math.ceil(d / 3) * (d + 3) * 4;
  const factors = type === "full" ? k * factor : type === "tied" ? factor : 8 * k * d;
  const model =
    16 * k + 12 * k * d + 8 * (scatterSize(type, k, d) + (type === "full" ? 0 : covarianceSize(type, k, d)));
  const tied = type === "tied" ? 8 * triangleSize(d) + 8 * k * d : 0;
  const triangle = square ? 8 * triangleSize(d) : 0;
  const sums = 8 * k + 8 * k * d + 24 * d;
  const gathered = square ? 2 * 8 * CHUNK_ROWS * (d + 3) : 0;
  const chunk = 16 * CHUNK_ROWS + 8 * CHUNK_LANES * (k + d) + 96 * (d + 2) + gathered;
  return model + 4 * k + factors + tied + triangle + sums + chunk;
}

/** The state, and above it what the start takes: k-means, or the labels by its centroids. */
export const mixtureBytes = (type: CovarianceType, n: number, d: number, k: number): number =>
  mixtureStateBytes(type, d, k) + kmeansBytes(n, d, k);
