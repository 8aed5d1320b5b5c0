/** A reduction that lays out all rows together: what the engine asks of UMAP and of t-SNE. */
import type { LayoutStep } from "../../domain/run/types";
import type { Kernels, Slices } from "../../kernels/contract";
import type { Graph } from "../../kernels/graph/contract";
import type { Metric, NeighborLists } from "../../kernels/neighbors/contract";

/** A layout after `epoch` of its epochs: what one task hands to the next. */
export interface LayoutState {
  epoch: number;
  /** rows × components; what a method keeps beside the coordinates follows. */
  arrays: Float32Array[];
}

export interface LayoutMethod<Step extends LayoutStep> {
  metric(step: Step): Metric;
  /** Neighbours that each row is laid out by. */
  neighbors(step: Step, rows: number): number;
  epochs(step: Step, rows: number): number;
  /** Bytes of the kernels' memory, and of the lists, graph and coordinates beside it. */
  bytes(step: Step, rows: number): { kernels: number; heap: number };
  /** CPU milliseconds of one epoch, and of what comes before the first. */
  epochMs(step: Step, rows: number): number;
  startMs(step: Step, rows: number): number;
  graph(kernels: Kernels, lists: NeighborLists, step: Step): Slices<Graph>;
  start(kernels: Kernels, graph: Graph, step: Step): Slices<LayoutState>;
  advance(kernels: Kernels, graph: Graph, state: LayoutState, step: Step, until: number): Slices<LayoutState>;
}
