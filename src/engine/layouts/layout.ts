/** A reduction that lays out all rows together: what the engine asks of UMAP and of t-SNE. */
import type { LayoutStep } from "../../domain/run/types";
import type { Kernels, Slices } from "../../kernels/contract";
import type { Metric, NeighborLists } from "../../kernels/neighbors/contract";

/** What one round hands to the next: arrays that lie in scratch, and a few numbers. */
export interface Parcel {
  ints: Int32Array[];
  floats: Float32Array[];
  numbers: number[];
}

/** A layout after `epoch` of its epochs; the first of its floats are the coordinates, rows × components. */
export interface LayoutState extends Parcel {
  epoch: number;
}

export interface LayoutMethod<Step extends LayoutStep> {
  metric(step: Step): Metric;
  /** Neighbours that each row is laid out by. */
  neighbors(step: Step, rows: number): number;
  /** Principal axes that the start takes coordinates on; 0 where it takes none. */
  axes(step: Step, dimensions: number): number;
  epochs(step: Step, rows: number): number;
  /** Throws where these rows cannot be laid out at all. */
  check?(step: Step, rows: number): void;
  /** Bytes of the kernels' memory, and of the lists, graph and coordinates beside it. */
  bytes(step: Step, rows: number): { kernels: number; heap: number };
  /** CPU milliseconds of one epoch, and of what comes before the first. */
  epochMs(step: Step, rows: number): number;
  startMs(step: Step, rows: number): number;
  /** What the layout follows: a graph or affinities of the rows. */
  graph(kernels: Kernels, lists: NeighborLists, step: Step): Slices<Parcel>;
  /** `coordinates`: rows × axes. */
  start(kernels: Kernels, rows: number, graph: Parcel, coordinates: Float32Array, step: Step): Slices<LayoutState>;
  advance(
    kernels: Kernels,
    rows: number,
    graph: Parcel,
    state: LayoutState,
    step: Step,
    until: number,
  ): Slices<LayoutState>;
}
