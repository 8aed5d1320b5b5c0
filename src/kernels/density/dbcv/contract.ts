/** Density-based validation of a clustering; docs/kernels/dbcv.md. */
import type { Matrix, Slices } from "../../contract";
import type { Metric } from "../../neighbors/contract";

export interface DbcvOptions {
  metric: Metric;
  /** Rows that are compared at most; above it each cluster's rows are sampled by the same share. */
  limit: number;
  seed: number;
}

export interface Dbcv {
  /** In [−1, 1]: validities of the clusters by their share of all rows, noise included. 0 without two clusters. */
  value: number;
  /** By cluster: (separation − sparseness) / the larger. NaN for one of which fewer than two rows are compared. */
  clusters: Float64Array;
  /** Rows that were compared: `exact` where they are all that are no noise. */
  rows: number;
  exact: boolean;
}

export interface DbcvKernels {
  /** Labels from 0 up, −1 for noise. Throws `RangeError` for labels that do not fit and for values that are not finite. */
  dbcv(matrix: Matrix, labels: Int32Array, options: DbcvOptions): Slices<Dbcv>;
}

export interface RawDbcv {
  // biome-ignore format: one line an export
  distancesOfRow(x: number, dimensions: number, metric: number, power: number, inverses: number, row: number, list: number, count: number, out: number): void;
  allPointsCore(distances: number, count: number, dimensions: number): number;
}
