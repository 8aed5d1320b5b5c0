/** What agglomerative clustering takes beside the matrix, in bytes, as an upper bound. n rows, d dimensions. */
import { axisCount, sampleRows } from "./axes";
import type { Linkage } from "./contract";
import { paddedRows } from "./sketch";

/** Blocks of products and the rounding of allocations to cache lines. */
const BASE = 320 * 1024;
const padded = (columns: number): number => Math.ceil(columns / 4) * 4;

/** The sample with its panels and Gram matrix, or the eigenpairs of that; freed before the rest is allocated. */
function axesBytes(n: number, d: number): number {
  const m = sampleRows(n);
  return Math.max(4 * m * d + 8 * m * d + 4 * padded(m) * (d + 1 + m + 8), 20 * m * m + 256 * m);
}

const sketchBytes = (n: number, d: number): number =>
  axisCount(n, d) * (8 * d + 4 * paddedRows(n) + 12) + 8 * d + 12 * paddedRows(n);

const wardBytes = (n: number, d: number, inPlace: boolean): number =>
  (inPlace ? 0 : 4 * n * d) + Math.max(axesBytes(n, d), sketchBytes(n, d) + 36 * paddedRows(n) + 16 * d);

const singleBytes = (n: number, d: number, angular: boolean): number =>
  (angular ? 8 * n : 0) + Math.max(axesBytes(n, d), sketchBytes(n, d) + 28 * paddedRows(n) + 8 * d);

/** Every pair's distance: 48 MiB hold about 5,000 rows. */
const condensedBytes = (n: number, angular: boolean): number => 2 * n * (n - 1) + (angular ? 36 : 28) * n;

/** `angular`: whether the metric is the cosine. */
export function agglomerativeBytes(
  n: number,
  d: number,
  options: { linkage: Linkage; angular?: boolean; inPlace?: boolean },
): number {
  const { linkage, angular = false, inPlace = false } = options;
  if (linkage === "ward") return BASE + wardBytes(n, d, inPlace);
  if (linkage === "single") return BASE + singleBytes(n, d, angular);
  return BASE + condensedBytes(n, angular);
}
