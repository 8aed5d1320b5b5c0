/** Small results of the stages, as they are stored in the run's head and handed to later stages. Row data lies in scratch. */

import type { Warning } from "../definition/model";
import type { VectorMethodSpec } from "./methods";
import type { Containment } from "./tracks";
import type { ClusterName, LabelingReport } from "./types";

/** Starts of the pieces of a row-sharded scratch array, ascending, and the end of the last. */
export type Bounds = number[];

export interface GatherResult {
  /** Of the document ids. */
  bounds: Bounds;
  /** Of the prepared matrix. */
  pieces: Bounds;
  /** Largest magnitude of the prepared, uncentred matrix. */
  maxAbs: number;
  /** Rank of the last row of the sample that clusters are fitted on (`engine/sampling.ts`), or null when all rows are. */
  lastRank: number | null;
}

/** Of a view that a step of the preparation made. */
export interface ViewResult {
  /** Starts of the stored pieces and the end of the last; empty where the view is not stored. */
  pieces: Bounds;
  /** Largest magnitude of its rows, before they are centred. */
  maxAbs: number;
}

export interface StoredArrays {
  ints: string[];
  floats: string[];
  numbers: number[];
}

/** Of a round of a layout; the last one's coordinates lie in the pieces. */
export interface LayoutResult extends ViewResult {
  epoch: number;
  converged: boolean;
  /** What the next round goes on with: names of arrays in scratch, and numbers. */
  graph: StoredArrays;
  state: StoredArrays;
}

export interface NeighborsResult {
  /** Neighbours of a row. */
  k: number;
  /** Of the pieces of the lists. */
  bounds: Bounds;
  /** Of approximate lists: share of the true neighbours, measured on so many rows. */
  recall: { share: number; rows: number } | null;
}

export interface MomentsResult {
  /** Mean over the columns of their population variance. */
  meanVariance: number;
  /** Sum over the rows of the squared distance to the mean. */
  totalSquaredDistance: number;
}

/** Of `kmeans` and `coreset_solve`: the best restart; its centroids lie in scratch at `centroids`. */
export interface SolveResult {
  inertia: number;
  restart: number;
  iterations: number;
  converged: boolean;
  centroids: string;
}

export interface CoresetResult {
  rows: number;
}

export interface LloydResult {
  /** Inertia of this round's assignment, and of the first round's (the coreset's solution on all rows). */
  inertia: number;
  firstInertia: number;
  iterations: number;
  shift: number;
  converged: boolean;
  centroids: string;
}

/** Of `cluster`: a method's fit in one isolate. Labels and the like lie in scratch, a value a fitted row. */
export interface ClusterResult {
  /** Clusters in the method's numbering. */
  clusters: number;
  /** Starts of the stored pieces of the fitted sample and the end of the last; none where all rows are fitted. */
  pieces: Bounds;
  probabilities: boolean;
  outlierScores: boolean;
  /** What the method optimises, as `metrics` names it. */
  objectives: Record<string, number | null>;
  /** What is kept for reuse; the columns lie in scratch. */
  tables: { file: string; rows: number }[];
  /** Names of what labels further rows. */
  kept: string[];
  warnings: Warning[];
}

/** Of `choose`: the method that is fitted, and why. */
export interface ChooseResult {
  chosen: VectorMethodSpec;
  reasons: string[];
}

export interface LabelResult {
  /** Of labels, probabilities and outlier scores. */
  bounds: Bounds;
}

/** The clusters that rows are in: of `assign`, or of `spread` after a fit. */
export interface AssignResult {
  /** Of the scratch names of distances, sums and centroids; none unless clusters were merged after they were counted. */
  prefix?: string;
  /** Of the labels, where they lie otherwise than the distances. */
  labelBounds?: Bounds;
  /** Of the distances. */
  bounds: Bounds;
  /** Sum of the squared distances to the means. */
  inertia: number;
  /** New number of each cluster of the solution, by size, or -1 for one without members. */
  order: number[];
  /** Rows of the plan that are in no cluster. */
  noiseRows: number;
  /** Members of each cluster, in the new numbering. */
  sizes: number[];
  daviesBouldin: number | null;
  calinskiHarabasz: number | null;
}

export interface FacesResult {
  /** For every cluster the number of the one that it becomes. */
  targets: number[];
  /** How many there are then. */
  clusters: number;
  /** Clustered documents without a readable box and frame, and without a scene. */
  unplaced: number;
  sceneless: number;
}

/** Of a round of the splitting of clusters, and with it of those before. */
export interface SubclusterResult {
  /** Level and step of the round. */
  level: number;
  step: "rows" | "split" | "labels";
  /** Levels below the run's own clusters that are finished. */
  levels: number;
  /** Of the pieces that rows were put together in, at this level. */
  rowBounds: Bounds;
  /** Of the pieces of the labels of every finished level. */
  labelBounds: Bounds[];
  /** Clusters that were split by a sample of their rows, and those that a run could not describe the parts of. */
  sampled: number;
  unsplit: number;
  converged: boolean;
}

export interface SubclusterSpreadResult {
  /** Of the distances. */
  bounds: Bounds;
}

export interface DescribeResult {
  bounds: Bounds;
}

export interface ScatterResult {
  components: number;
  /** Share of the total variance along each axis. */
  explainedVariance: number[];
  sampleRows: number | null;
}

/** Spans of the coordinates' pieces, ascending: a stage without a reduce keeps its parts. */
export type ProjectResult = { from: number; to: number }[];

export interface SilhouetteResult {
  score: number | null;
  sampleRows: number;
  /** Of a sample: within which the mean lies in 95 of 100, as far as the drawing of rows is concerned. */
  interval: [low: number, high: number] | null;
}

export interface DbcvResult {
  score: number | null;
  sampleRows: number;
}

export interface StabilityResult {
  /** Mean of the agreements; null where none was found. */
  mean: number | null;
  /** Adjusted Rand index of each subsample's clustering with the run's labels; null where the subsample could not be clustered by itself. */
  agreements: (number | null)[];
  sampleRows: number;
}

export interface GroupResult {
  bounds: Bounds;
  /** Top-level clusters, by size: members and label. */
  sizes: number[];
  labels: string[];
  noiseRows: number;
}

/** Of a stage that names clusters: `names` is the scratch name of a record of `ClusterName` by cluster id, one for every cluster. */
export interface NamedResult {
  names: string;
}

/** Of a round in which a language model names clusters; the last one has converged. */
export interface NamingResult extends NamedResult {
  converged: boolean;
  /** What the next round goes on with, in scratch. */
  state: string;
  report: LabelingReport;
  /** As `llm_labeling_errors` lists them. */
  errors: string[];
  warnings: Warning[];
}

export interface KeywordsResult extends NamedResult {
  /** Paths of the payload that words were taken from; none where the documents have no text. */
  fields: string[];
  /** Documents whose words were counted. */
  sampledRows: number;
  /** Where the documents lie that stand for each cluster (`engine/naming/samples.ts`); null where nobody wants them. */
  samples: string | null;
  /** Clusters that people have named in the run before: their ids there, and the ids of those that hold their documents now. */
  kept: [string, string][];
  warnings: Warning[];
}

export interface FileInfo {
  key: string;
  bytes: number;
  rows: number;
  sha256: string;
}

export interface PersistResult {
  files: { members: FileInfo; centroids: FileInfo; hierarchy: FileInfo | null };
  /** What the method keeps for reuse. */
  tables: FileInfo[];
  numPoints: number;
  noisePoints: number;
  /** Names of the first top-level clusters, as many as a record holds. */
  names: ClusterName[];
  /** Members of the top-level clusters, where no stage of this run has counted them. */
  sizes?: number[];
}

/** Of `weights`: one a feature, the largest 1, and what the clustering of the sample measured with them. */
export interface WeightsResult {
  weights: number[];
  /** In the metric's own terms; null where no weights gave a clustering that can be measured. */
  score: number | null;
  /** The same with equal weights. */
  equalScore: number | null;
  sampleRows: number;
  tried: number;
}

/** Of `relate`: clusters of one feature that lie inside one of another, the fullest first. */
export interface RelateResult {
  relationships: Containment[];
  /** How many more there are than are told. */
  untold: number;
}

/** Of `terms`: what of a sparse feature takes part. */
export interface TermsResult {
  columns: number;
  /** Indices that occur at all. */
  found: number;
  /** Length of the longest row as it is stored. */
  longest: number;
}

/** Of `subspace`: the components lie in scratch. */
export interface SubspaceResult {
  converged: boolean;
  /** Sum of the squared singular values that were found, and of all. */
  captured: number;
  energy: number;
  components: number;
  rounds: number;
}

export interface EmbedResult {
  /** Of the blocks' pieces. */
  bounds: Bounds;
  /** Documents none of whose indices takes part: they lie at the origin. */
  emptyRows: number;
}

/** Results by stage; a stage that the plan leaves out has none. */
export interface StageResults {
  relate?: RelateResult;
  weights?: WeightsResult;
  gather?: GatherResult;
  moments?: MomentsResult;
  kmeans?: SolveResult;
  coreset?: CoresetResult;
  coreset_solve?: SolveResult;
  lloyd?: LloydResult;
  choose?: ChooseResult;
  cluster?: ClusterResult;
  label?: LabelResult;
  assign?: AssignResult;
  faces?: FacesResult;
  subclusters?: SubclusterResult;
  subcluster_spread?: SubclusterSpreadResult;
  describe?: DescribeResult;
  scatter?: ScatterResult;
  project?: ProjectResult;
  silhouette?: SilhouetteResult;
  dbcv?: DbcvResult;
  stability?: StabilityResult;
  group?: GroupResult;
  keywords?: KeywordsResult;
  /** Of a stage that names clusters anew, from what `keywords` found. */
  naming?: NamingResult;
  persist?: PersistResult;
  /** Of the views but the last, and of the axes that made a view. */
  /** Of the map, where it is a layout. */
  layout?: LayoutResult;
  [terms: `terms/${number}`]: TermsResult;
  [subspace: `subspace/${number}`]: SubspaceResult;
  [embed: `embed/${number}`]: EmbedResult;
  [view: `view/${number}`]: ViewResult;
  [moments: `moments/${number}`]: MomentsResult;
  [axes: `axes/${number}`]: ScatterResult;
  [neighbors: `neighbors/${number}/${string}`]: NeighborsResult;
}
