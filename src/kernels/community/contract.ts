import type { Slices } from "../contract";
import type { Graph } from "../graph/contract";

export type LeidenObjective = "RBConfiguration" | "modularity" | "CPM";

export interface LeidenOptions {
  objective: LeidenObjective;
  /** γ ≥ 0: the higher, the more and smaller communities. `modularity` has none (it is 1). */
  resolution: number;
  /** Passes to the coarsest graph and back, each from the last one's result; −1: until the quality no longer rises, the best of three starts. */
  iterations: number;
  /** Communities of fewer nodes become noise; 0 keeps all. */
  minClusterSize: number;
  seed: number;
}

export interface LeidenResult {
  /** Community of each node, numbered from 0 by falling size (ties by first node); −1 for noise. */
  labels: Int32Array;
  /** Of the partition before small communities became noise, as leidenalg reckons it for the objective. */
  quality: number;
  /** Newman's modularity of that partition, without resolution; 0 for a graph without edges. */
  modularity: number;
  /** Labels other than −1. */
  communities: number;
  /** Passes that were made, over all starts. */
  passes: number;
}

export interface CommunityKernels {
  /**
   * Communities of a graph, each of them connected: Traag, Waltman & van Eck, "From Louvain to Leiden: guaranteeing well-connected
   * communities" (Scientific Reports 9, 2019). Weights are finite and > 0. Throws `RangeError` for a graph that is not as `Graph` says, and
   * for options out of range. Between its steps the arena's top is the generator's.
   */
  leiden(graph: Graph, options: LeidenOptions): Slices<LeidenResult>;
}
