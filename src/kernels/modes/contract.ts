/** Mean shift. Names, shapes and errors as in ../contract; what it costs and when to use it is in docs/kernels/mean-shift.md. */
import type { Matrix, Slices } from "../contract";

export interface MeanShiftOptions {
  /** Radius of the flat kernel; null: `estimateBandwidth` with its quantile of 0.3. */
  bandwidth: number | null;
  /** Where means start, count × dimensions; null: at the rows, or in the middle of bins. */
  seeds: Float64Array | null;
  /** Starts in the middle of the bins of a grid, a bandwidth wide, instead of at the rows. Of no effect where seeds are given. */
  binSeeding: boolean;
  /** Rows that a bin must hold to be a seed. */
  minBinFreq: number;
  /** Whether rows beyond the bandwidth of every mode belong to the nearest one, or to none (−1). */
  clusterAll: boolean;
  /** Moves of a mean after which it stops where it is; 0: every mean moves once. */
  maxIter: number;
}

export interface MeanShiftResult {
  /** Mode of each row, or −1. */
  readonly labels: Int32Array;
  /** Modes × dimensions, the one with most rows within the bandwidth first. */
  readonly centers: Float64Array;
  /** Rows within the bandwidth of each mode, when its mean was last computed. */
  readonly intensities: Int32Array;
  readonly bandwidth: number;
  /** Most moves of a mean. */
  readonly iterations: number;
}

export interface MeanShiftKernels {
  /**
   * Comaniciu & Meer 2002 with a flat kernel. Parameters mean what they mean in scikit-learn. Throws `RangeError` for parameters out of range, without
   * rows, and when no row is within the bandwidth of any seed.
   */
  meanShift(matrix: Matrix, options: MeanShiftOptions): Slices<MeanShiftResult>;
  /** Nearest mode of each row (the lower of equals), or −1 where none is within `reach`; `centers` as `meanShift` gives them. */
  modeLabels(matrix: Matrix, centers: Float64Array, reach: number): Slices<Int32Array>;
  /**
   * Mean distance of the rows to the last of their ⌊quantile · n⌋ nearest (at least one), themselves included, as in scikit-learn. Within float32 of
   * the exact one.
   */
  estimateBandwidth(matrix: Matrix, options: { quantile: number }): Slices<number>;
}
