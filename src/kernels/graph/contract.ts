/** Weighted graphs: what Leiden, spectral clustering and UMAP share. */
import type { Slices } from "../contract";

/** Symmetric weighted graph in compressed rows: the neighbours of node i are entries offsets[i] to offsets[i + 1], ascending. */
export interface Graph {
  readonly nodes: number;
  /** nodes + 1. */
  readonly offsets: Int32Array;
  readonly neighbors: Int32Array;
  /** Of each entry, > 0; the same in both directions. */
  readonly weights: Float32Array;
}

/** Directed lists of equal length: rows × k, -1 past the end. Neighbour lists are of this shape. */
export interface DirectedLists {
  readonly rows: number;
  readonly k: number;
  readonly neighbors: Int32Array;
}

export interface Components {
  readonly count: number;
  /** Component of each node, numbered by their lowest nodes. */
  readonly labels: Int32Array;
  readonly sizes: Int32Array;
}

export interface Eigenpairs {
  values: Float64Array;
  /** count × n, unit length and orthogonal; the largest entry of each (the first of equals) is positive. */
  vectors: Float64Array;
  /** ‖A v − λ v‖ of each, as the iteration bounds it. */
  residuals: Float64Array;
  /** How often the operator was applied. */
  applications: number;
  /** Whether every residual is within the tolerance. */
  converged: boolean;
}

export interface LaplacianOptions {
  count: number;
  /** Largest residual; 1e-9 by default. */
  tolerance?: number;
  /** Whether to search again for further vectors of repeated values, as equal components have them; true by default, at twice the cost. */
  confirm?: boolean;
}

export interface GraphKernels {
  /**
   * The `count` smallest eigenpairs of the normalised Laplacian I − D^-½ W D^-½, values ascending in [0, 2]. A graph of several components
   * has the value 0 once for each; those vectors are D^½ on one component, the larger ones first. A node without edges is a component.
   * `count` ≤ nodes; residuals ≤ `tolerance`, or `converged` is false. Throws `RangeError` for a count out of range.
   */
  laplacianEigenpairs(graph: Graph, options: LaplacianOptions): Slices<Eigenpairs>;
}
