/**
 * What a clustering method tells the engine: one file a method, all of them in `registry.ts`. docs/design/methods.md explains it.
 * Most methods are `fitted`: one task labels all rows (or a sample of them), and what follows is the same for every one of them.
 * A `staged` method brings stages of its own; a `choosing` one names another.
 */
import type { Warning } from "../../domain/definition/model";
import type { VectorMethodSpec } from "../../domain/run/methods";
import type { Shape, StagePlan } from "../../domain/run/types";
import type { Kernels, Matrix, Slices } from "../../kernels/contract";
import type { Metric, NeighborLists } from "../../kernels/neighbors/contract";
import type { Limits } from "../limits";
import type { MethodTable } from "./tables";

/** Of the rows that clusters are fitted on. */
export interface Sizes {
  rows: number;
  dimensions: number;
}

/** The share of `Limits` that says how many rows are fitted on at most; above it a seeded sample is. */
export type RowCap = "fittedRows" | "pairwiseRows";

interface Common<P> {
  readonly cap: RowCap;
  /** Values of the parameters that this method cannot work with throw `validation_failed`; what has no effect is told. */
  review?(params: P): Warning[];
  /** Throws `too_few_documents` or `job_too_large` where these parameters do not go with that many rows. */
  check?(params: P, sizes: Sizes, limits: Limits): void;
  /** Clusters that the measures are planned for; `EXPECTED_CLUSTERS` where the data decide. */
  clusters?(params: P): number;
}

/** What fitting takes. Pure arithmetic, growing with rows and dimensions: the planner also asks it for the sizes that would fit. */
export interface FitPlan {
  /** One line for the user: what is computed, and how. */
  method: string;
  /** Of the kernels' memory, the matrix and `BASE_BYTES` included where it is held, and of the large arrays beside it. */
  bytes: number;
  cpuMs: number;
  exact?: boolean;
}

export interface NeighborWish {
  metric: Metric;
  /** Neighbours of each row, itself not counted. */
  k: number;
}

export interface FittedMethod<P> extends Common<P> {
  readonly kind: "fitted";
  plan(params: P, sizes: Sizes): FitPlan;
  /** Lists that `fit` will ask for: where all rows are fitted, a stage of its own computes them, shared with others that want them. */
  neighbors?(params: P, sizes: Sizes): NeighborWish | null;
  /** Rows outside of the fitted sample take the cluster of the nearest fitted row by this metric (euclidean where it is left out). */
  metric?(params: P): Metric;
  fit(job: Fit<P>): Promise<Outcome>;
  /** Clusters are dense regions of any shape, by that metric: they are validated by DBCV. */
  readonly dense?: boolean;
  /** The parameters that count rows, so that they mean for a share of the rows what they meant for all. */
  ofShare?(params: P, share: number): Record<string, number | null>;
  /** Labels further rows in place of the nearest fitted row, from what the outcome `keeps`. */
  predict?(job: Predict<P>): Slices<Predicted>;
}

export interface StagedMethod<P> extends Common<P> {
  readonly kind: "staged";
  /** Whether one isolate clusters all rows. */
  whole(params: P, shape: Shape, limits: Limits): boolean;
  /** From the prepared rows to the stage whose result is `assign`, see `AssignResult`. */
  stages(params: P, job: StagedJob): StagePlan[];
}

/** Looks at a sample of the rows and names the method that is fitted then. */
export interface ChoosingMethod extends Common<unknown> {
  readonly kind: "choosing";
  /** Rows that whichever method is chosen can be fitted on in one isolate. */
  fittedRows(sizes: Sizes, limits: Limits): number;
  /** Rows of the sample that is looked at. */
  sampleRows(sizes: Sizes): number;
  /** What looking takes, given the sizes of the sample, and at most the fit. */
  planChoice(sample: Sizes): FitPlan;
  plan(fitted: Sizes): FitPlan;
  /** `sample`: the rows looked at; `fitted`: how many the choice is for. */
  choose(sample: Fit<unknown>, fitted: Sizes): Promise<Choice>;
}

export interface Choice {
  chosen: VectorMethodSpec;
  /** For the user: what was seen and tried, and what followed from it. */
  reasons: string[];
}

export type Method<P> = FittedMethod<P> | StagedMethod<P> | ChoosingMethod;

/** What every stage of one job is planned with. */
export interface StagedJob extends Sizes {
  fittedRows: number;
  shardRows: number;
  /** Rows of the largest shard, and its bytes in the kernels' memory. */
  taskRows: number;
  shardBytes: number;
  /** CPU milliseconds to stream the matrix once. */
  rowMs: number;
  limits: Limits;
}

/** One fit: the rows, however the method needs them, and a way to compute without going silent. */
export interface Fit<P> extends Sizes {
  readonly params: P;
  readonly seed: number;
  readonly kernels: Kernels;
  /** The fitted rows as they were prepared; held by this isolate from the first call on. */
  matrix(): Promise<Matrix>;
  /** The same minus their mean (of all rows of the run); takes the other's place. */
  centered(): Promise<Matrix>;
  /** Says that a kernel has worked in the matrix's place: it is read again by whoever needs it next. */
  spent(): void;
  /** The wish of `neighbors`, in terms of the fitted rows. */
  neighbors(wish: NeighborWish): Promise<NeighborLists>;
  /** Drains a kernel with heartbeats: never `run` of the kernels. */
  run<T>(slices: Slices<T>, share?: (step: Progress) => Progress): Promise<T>;
  /** Runs a synchronous call of a few milliseconds and counts its time. */
  compute<T>(call: () => T): T;
}

export interface Progress {
  done: number;
  total: number;
  objective?: number;
}

export interface Outcome {
  /** Cluster of each fitted row from 0 up, in any numbering, or -1 for noise. */
  labels: Int32Array;
  /** Strength of membership and outlier score of each fitted row: columns of members.parquet. */
  probabilities?: Float32Array;
  outlierScores?: Float32Array;
  /** What the method optimises, under its name in `metrics`: bic, quality, mst_weight … */
  objectives?: Record<string, number | null>;
  /** What is kept for reuse, written next to the members. */
  tables?: MethodTable[];
  /** What `predict` needs. */
  keeps?: Record<string, Float64Array>;
  warnings?: Warning[];
}

export interface Predict<P> {
  readonly params: P;
  readonly kernels: Kernels;
  /** The rows to label, as prepared. */
  readonly matrix: Matrix;
  readonly kept: Record<string, Float64Array>;
}

export interface Predicted {
  labels: Int32Array;
  probabilities?: Float32Array;
}

/** Clusters reckoned with where only the data tell. */
export const EXPECTED_CLUSTERS = 256;
