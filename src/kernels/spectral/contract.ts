import type { Matrix, Slices } from "../contract";
import type { Graph } from "../graph/contract";

/**
 * `rbf`: exp(−γ ‖x − y‖²) of all pairs, held densely (4 n² bytes). `nearest_neighbors`: the mean of both directions of the graph of
 * `neighbors` nearest rows, the row itself counted among them.
 */
export type Affinity = { kind: "rbf"; gamma: number } | { kind: "nearest_neighbors"; neighbors: number };

export interface SpectralOptions {
  clusters: number;
  /** Eigenvectors of the embedding; as many as clusters by default. */
  components?: number;
  assignLabels: "kmeans" | "discretize" | "cluster_qr";
  /** Starts of k-means. */
  restarts: number;
  /** Largest residual of an eigenpair; 1e-9 where it is 0 or left out. */
  tolerance?: number;
  seed: number;
}

export interface SpectralResult {
  labels: Int32Array;
  /** Rows × components: eigenvectors of the random walk, the constant one first, with the largest entry of each positive. */
  embedding: Float64Array;
  /** Of the normalised Laplacian, ascending from 0: how many are near 0 tells how many clusters hang together loosely. */
  eigenvalues: Float64Array;
  /** Whether the eigenpairs reached the tolerance. */
  converged: boolean;
}

/** Spectral clustering by normalised cuts (Shi & Malik 2000; von Luxburg 2007), with scikit-learn's meaning of every parameter. */
export interface SpectralKernels {
  /** Throws `RangeError` for more clusters than rows. The matrix is left as it was. */
  spectral(matrix: Matrix, affinity: Affinity, options: SpectralOptions): Slices<SpectralResult>;
  /** The same of a graph that is already there. */
  spectralOfGraph(graph: Graph, options: SpectralOptions): Slices<SpectralResult>;
}
