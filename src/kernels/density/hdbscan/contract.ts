/** HDBSCAN*. Names, shapes and errors as in ../../contract; what it costs is in docs/kernels/hdbscan.md. Papers: see there. */
import type { Matrix, Slices } from "../../contract";
import type { Metric } from "../../neighbors/contract";

/** Which clusters a cut of the condensed tree selects. Every field means what the hdbscan library means by it. */
export interface SelectionOptions {
  clusterSelectionMethod: "eom" | "leaf";
  /** Distance: clusters that split below it are kept whole. 0 for none. */
  clusterSelectionEpsilon: number;
  /** Larger clusters are not selected by excess of mass. Null for no limit. */
  maxClusterSize: number | null;
  allowSingleCluster: boolean;
  /** Points that leave their cluster the moment it appears are noise, as in the original paper's implementation. */
  matchReferenceImplementation: boolean;
}

export interface HdbscanOptions extends SelectionOptions {
  /** At least 2. */
  minClusterSize: number;
  /** Neighbours, the point itself not counted, whose distance is the core distance. Null: `minClusterSize`. */
  minSamples: number | null;
  /** Distances are divided by it before core distances bound them from below. From 1e-6 to 1e6. */
  alpha: number;
  metric: Metric;
}

/** n − 1 edges by ascending weight; among edges of one weight those of the higher row come first. source < target. */
export interface SpanningTree {
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  /** Mutual reachability distances. */
  readonly weights: Float64Array;
}

/**
 * Clusters of at least `minClusterSize` points and when points leave them, parents before children. A node below `points` is a row; others are
 * clusters, of which `points` itself is the root. λ = 1/distance, Infinity for points at distance 0.
 */
export interface CondensedTree {
  readonly points: number;
  readonly parents: Int32Array;
  readonly children: Int32Array;
  readonly lambdas: Float64Array;
  readonly sizes: Int32Array;
}

export interface ClusterSelection {
  /** By row: cluster from 0, or −1 for noise. */
  labels: Int32Array;
  /** By row: strength of membership in [0, 1], 0 for noise. */
  probabilities: Float32Array;
  /** By cluster: its stability over what the whole tree's λ would allow, in [0, 1]. */
  persistence: Float64Array;
  /** By cluster: its node in the condensed tree. */
  nodes: Int32Array;
}

export interface HdbscanResult extends ClusterSelection {
  /** GLOSH outlier score of each row in [0, 1]. */
  outlierScores: Float32Array;
  /** Core distance of each row. */
  coreDistances: Float64Array;
  mst: SpanningTree;
  mstWeight: number;
  condensedTree: CondensedTree;
}

export interface HdbscanKernels {
  /** Throws `RangeError` for options that make no sense and for values that are not finite. Any number of rows, none included. */
  hdbscan(matrix: Matrix, options: HdbscanOptions): Slices<HdbscanResult>;
}
