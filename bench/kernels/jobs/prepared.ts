/** Data in the kernels' memory, as runs hold it. */
import type { Grid, Kernels, Matrix } from "../../../src/kernels";
import type { Data } from "./job";

export function loaded(kernels: Kernels, { values, rows, dimensions }: Data): { matrix: Matrix } {
  const matrix = kernels.matrix(rows, dimensions);
  matrix.write(0, values);
  return { matrix };
}

export function centred(kernels: Kernels, data: Data): { matrix: Matrix; grid: Grid; meanVariance: number } {
  const { matrix } = loaded(kernels, data);
  const { rows, dimensions } = data;
  const moments = kernels.moments(matrix, { maxAbs: kernels.maxAbs(matrix), rows });
  const mean = moments.sum.map((sum) => sum / rows);
  kernels.center(matrix, mean);
  const variance = moments.sumSquares.reduce((sum, square, t) => sum + square / rows - mean[t]! ** 2, 0);
  return { matrix, grid: { maxAbs: kernels.maxAbs(matrix), rows }, meanVariance: variance / dimensions };
}
