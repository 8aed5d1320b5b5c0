/** Reductions to few dimensions beside PCA. */
import type { Slices } from "../contract";
import type { Graph } from "../graph/contract";
import type { NeighborLists } from "../neighbors/contract";
import type { TsneKernels } from "./tsne/contract";

/** The curve 1 / (1 + a d^2b) by which closeness falls off in a layout. */
export interface UmapCurve {
  a: number;
  b: number;
}

export interface UmapOptions {
  /** Dimensions of the layout, 1 to 256. */
  components: number;
  /** Distance below which rows count as touching, from 0 to `spread`. */
  minDist: number;
  seed: number;
  /** Scale of the layout; 1. */
  spread?: number;
  /** Passes over the edges; null for 500 up to 10,000 rows and 200 above. */
  epochs?: number | null;
  /** 1. */
  learningRate?: number;
  /** Points pushed away for each edge that pulls; 5. */
  negativeSampleRate?: number;
}

/** A layout after `epoch` of its epochs: what a task hands to the next one. */
export interface UmapState {
  epoch: number;
  /** rows × components. */
  embedding: Float32Array;
}

export interface UmapResult extends UmapCurve {
  /** rows × components. */
  embedding: Float32Array;
  epochs: number;
}

/** UMAP: McInnes, Healy & Melville, "UMAP: uniform manifold approximation and projection for dimension reduction" (2018). */
export interface ReduceKernels extends TsneKernels {
  /** All stages: graph, start, layout. `lists` hold the nearest other rows by any metric, so k is the usual n_neighbors − 1. */
  umap(lists: NeighborLists, options: UmapOptions): Slices<UmapResult>;

  /** The curve of `minDist` and `spread`, by least squares. Throws `RangeError` unless 0 ≤ minDist ≤ spread and spread > 0. */
  umapCurve(minDist: number, spread?: number): UmapCurve;
  /** The fuzzy union of the rows' neighbourhoods. Weights in (0, 1]. */
  umapGraph(lists: NeighborLists): Slices<Graph>;
  /** Where the layout starts: the graph's spectral embedding, scaled to [0, 10] along each axis. rows × components. */
  umapStart(graph: Graph, options: { components: number; seed: number }): Slices<UmapState>;
  /**
   * Runs the layout from where it stands up to epoch `until` (all by default). The result does not depend on how the epochs are cut into calls.
   * Throws `RangeError` where state and graph do not fit.
   */
  umapLayout(graph: Graph, state: UmapState, options: UmapOptions & { until?: number }): Slices<UmapState>;
  /**
   * Places new rows into a layout that does not move. `lists` hold for each new row its nearest rows of the layout (k the usual n_neighbors), `firstRow`
   * is the new rows' number in their data set: the result of a row does not depend on the others. `epochs` is 100 where null.
   */
  umapTransform(
    lists: NeighborLists,
    layout: Float32Array,
    options: UmapOptions & { firstRow?: number },
  ): Slices<Float32Array>;
}
