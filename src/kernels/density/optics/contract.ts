/** OPTICS. Names, shapes and errors as in ../../contract; what it costs and when to use it is in docs/kernels/optics.md. */
import type { Matrix, Slices } from "../../contract";
import type { Metric } from "../../neighbors/contract";

export interface OpticsOptions {
  /** Rows within its core distance, the row itself included: ≥ 2 and at most n. */
  minSamples: number;
  /** Rows farther apart are not neighbours; Infinity: no limit. */
  maxEps: number;
  metric: Metric;
  extraction: OpticsExtraction;
}

/** How clusters are read off the ordering. Another extraction of a kept ordering is `opticsLabels`, which computes nothing else. */
export type OpticsExtraction =
  | {
      method: "xi";
      /** Steepness, 0 ≤ xi ≤ 1. */
      xi: number;
      predecessorCorrection: boolean;
      /** Rows from 2 up, or a share of all in (0, 1]; null: `minSamples`. */
      minClusterSize: number | null;
    }
  /** Cut at `eps` ≤ `maxEps`; null: `maxEps`. */
  | { method: "dbscan"; eps: number | null };

/** Of each row, by row number. */
export interface OpticsOrdering {
  /** Rows in the order in which they were reached. */
  readonly ordering: Int32Array;
  /** Infinity for a row that nothing reaches: the first of each component. */
  readonly reachability: Float64Array;
  /** Distance to the row that completes `minSamples`; Infinity past `maxEps`. */
  readonly coreDistances: Float64Array;
  /** Row from which it was reached, or −1. */
  readonly predecessor: Int32Array;
}

export interface OpticsResult extends OpticsOrdering {
  /** Cluster of each row, or −1 for noise. */
  readonly labels: Int32Array;
}

export interface OpticsKernels {
  /**
   * Ankerst, Breunig, Kriegel & Sander 1999. Parameters mean what they mean in scikit-learn, and rows equally far come in order of their numbers, as
   * there. Throws `RangeError` for parameters out of range, `minSamples` above the number of rows included.
   */
  optics(matrix: Matrix, options: OpticsOptions): Slices<OpticsResult>;
}
