/**
 * The vocabulary of a run, shared by the planner, the state machine, the coordinator, the consumer and the API.
 * Everything here is plain data: it is stored in SQLite, sent through the queue and compared in tests.
 */
import type { Labeling } from "../definition/labeling";
import type { Warning } from "../definition/model";
import type { Filter } from "../filters/model";
import type { MethodSpec } from "./methods";
import type { ReusedRun } from "./reuse";
import type { Containment } from "./tracks";

export type { FailureClass, TaskFailure, TaskMessage, TaskProgress, TaskRef } from "./messages";
export type { MethodSpec } from "./methods";

/** What to do, resolved from a definition at execute time: no names, no defaults left to look up. */
export interface RunSpec {
  runId: string;
  clusterId: string;
  namespaceId: string;
  taskId: string;
  createdAt: string;
  collections: { collectionId: string }[];
  filters: Filter | null;
  /** The user's cap on documents, or null for every document up to the method's hard cap. */
  sampleSize: number | null;
  seed: number;
  method: MethodSpec;
  features: FeatureSpec[];
  /** One clustering a feature, each in a track of its own (`tracks.ts`). */
  independent?: boolean;
  /** How the features' weights are found on a sample, where they are not given. */
  weightLearning?: WeightLearning;
  /** L2-normalise each feature block; compares by direction, so zero vectors become noise. */
  normalize: boolean;
  /** What is done to the concatenated features before they are clustered, in this order. */
  preparation: PreparationStep[];
  /** When clusters of faces are one. Absent: none is merged. */
  faceMerge?: FaceMerge;
  /** How clusters are split into sub-clusters: how deep, and of how many members at least. Absent: not at all. */
  subclusters?: { depth: number; minSize: number };
  centroid: "mean" | "median" | "medoid";
  map: MapSpec | null;
  /** How clusters are named beyond their keywords; null where the definition does not say. */
  labeling: Labeling | null;
  computeMetrics: boolean;
  reproducible: boolean;
  /** The run whose clusters are named anew, where nothing is clustered. */
  reuse?: ReusedRun;
  /** Clusters of the last completed run that people have named, and the documents that each is found again by. */
  labelled?: { runId: string; groups: { groupId: string; label?: string; representatives: string[] }[] };
  /** Warnings known before the run; the run adds its own. */
  warnings: Warning[];
  /** What the manifest repeats of the definition, as the user wrote it. */
  definition: Record<string, unknown>;
}

/** Two clusters merge at this cosine of their centroids and either overlap; the fields are dot paths into the payload. */
export interface FaceMerge {
  centroidCosine: number;
  boxIou: number;
  sceneJaccard: number;
  boxField: string;
  frameField: string;
  sceneField: string;
}

/** How far two rows lie apart. */
export type DistanceMetric =
  | { name: "euclidean" | "cosine" | "manhattan" | "chebyshev" }
  | { name: "minkowski"; p: number };

/** How the map is drawn. */
export type MapSpec = { components: 2 | 3 } & ({ method: "pca" } | { method: "umap" | "tsne"; step: LayoutStep });

/** One step of the preparation. `pca` and `whitening` work on a row alone once they are fitted; the others lay out all rows together. */
export type PreparationStep =
  | { method: "pca"; components: number }
  | { method: "whitening"; regularization: number }
  | LayoutStep;

/** A layout of all rows, as a step of the preparation or as the map. */
export type LayoutStep = UmapStep | TsneStep;

export interface UmapStep {
  method: "umap";
  components: number;
  /** n_neighbors, the row itself among them. */
  neighbors: number;
  minDist: number;
  metric: DistanceMetric;
  seed: number;
}

export interface TsneStep {
  method: "tsne";
  components: number;
  perplexity: number;
  learningRate: number;
  seed: number;
}

export interface FeatureSpec {
  /** `mixpeek://extractor@version/name` */
  uri: string;
  name: string;
  /** Of a sparse feature: those of its dense block. */
  dimensions: number;
  weight: number;
  sparse?: SparseFeature;
}

export interface SparseFeature {
  /** How many indices there are. */
  indices: number;
  /** Counts of words are weighted by how rare they are among the run's documents; values that somebody's model gave are taken as they are. */
  weighting: "tfidf" | "none";
}

export interface WeightLearning {
  method: "grid_search" | "bayesian";
  /** Clusterings that are tried. */
  iterations: number;
  metric: "silhouette" | "davies_bouldin" | "calinski_harabasz";
  /** Rows of the sample; null leaves it to the planner. */
  sampleSize: number | null;
  seed: number;
}

/** What the planner knows of the data, counted when the rows were frozen. */
export interface Shape {
  /** Rows that take part, over all collections. */
  rows: number;
  /** Rows set aside as noise before clustering (zero vectors under a cosine geometry). */
  noiseRows: number;
  /** Rows left out because they lack a vector of the feature. */
  missingRows: number;
  /** Dimensions of the concatenated features, and in a plan of the prepared rows; 0 for an attribute run. */
  dimensions: number;
  /** Rows of each collection, in the order of `RunSpec.collections`. */
  perCollection: number[];
}

export interface Plan {
  version: 1;
  shape: Shape;
  /** Rows that clusters are fitted on: all, or the size of the seeded sample when there are more than a clustering takes. */
  fittedRows: number;
  /** The matrix as it was gathered, and after each step of the preparation; the last is what is clustered. None for attributes. */
  views: ViewPlan[];
  /** The map that is drawn: what was asked for, or principal components where that does not fit an isolate. */
  map: MapSpec | null;
  /** Rows a shard of the prepared matrix holds: a whole number of 1,024-row blocks. */
  shardRows: number;
  shards: number;
  stages: StagePlan[];
  estimate: {
    cpuMs: number;
    wallMs: number;
    r2ClassA: number;
    r2ClassB: number;
    queueOperations: number;
    durableObjectRequests: number;
    /** US dollars at the list prices in `engine/cost.ts`. */
    costUsd: number;
  };
  exact: boolean;
  /** Of a run that clusters every feature by itself: what differs from track to track; the plan's own are the first one's. */
  tracks?: TrackPlan[];
  /** One line per stage or decision that a user would want to know before paying. */
  notes: string[];
}

export type TrackPlan = Pick<Plan, "shape" | "fittedRows" | "views" | "map" | "shardRows" | "shards">;

/** The rows of a run before or after a step of the preparation. */
export interface ViewPlan {
  dimensions: number;
  /** Rows of a shard, and how many there are. */
  shardRows: number;
  shards: number;
  /** Whether the rows lie in scratch; where they do not, they are prepared again from the snapshot, row by row. */
  stored: boolean;
}

export interface StagePlan {
  kind: StageKind;
  /** Which of the run's independent clusterings it belongs to; absent where there is one, or for what joins them. */
  track?: number;
  /** What the result is kept under, where it is not the kind: a plan may have several stages of one kind. */
  result?: string;
  /** Number of map tasks (of a round). */
  tasks: number;
  /** Whether a reduce task follows the map; whoever completes the last map task is handed it. */
  reduce: boolean;
  /** A loop names itself as its successor until it has converged, `maxRounds` times at most. */
  maxRounds: number;
  /** Largest bytes of one task in the kernels' memory, or of the row arrays that it holds where it calls no kernel. */
  taskBytes: number;
  cpuMs: number;
  exact: boolean;
  method: string;
  /**
   * What the map tasks divide among them: rows, restarts or dimensions, `perTask` of them each. A task that fails for
   * memory is halved on a multiple of `block`; 0 means that it cannot be halved.
   */
  span: { units: number; perTask: number; block: number };
  /** Stage-specific constants, decided by the planner so that every attempt of a task sees the same. */
  params: Record<string, unknown>;
}

export type StageKind =
  | "terms"
  | "subspace"
  | "embed"
  | "weights"
  | "gather"
  | "moments"
  | "kmeans"
  | "coreset"
  | "coreset_solve"
  | "lloyd"
  | "assign"
  | "choose"
  | "cluster"
  | "label"
  | "spread"
  | "faces"
  | "merged"
  | "subclusters"
  | "subcluster_spread"
  | "median"
  | "describe"
  | "scatter"
  | "transform"
  | "layout"
  | "neighbors"
  | "project"
  | "silhouette"
  | "dbcv"
  | "stability"
  | "values"
  | "group"
  | "relate"
  | "keywords"
  | "naming"
  | "persist";

/** Status as the executions endpoints spell it. A cancelled run is `failed` with `canceledAt` set. */
export type RunStatus = "pending" | "processing" | "completed" | "failed";

export interface RunCentroid {
  cluster_id: string;
  num_members: number;
  label: string | null;
  summary: string | null;
  keywords: string[] | null;
  /** What a `response_shape` added. */
  metadata?: Record<string, unknown>;
}

/** What naming clusters by a language model took. */
export interface LabelingReport {
  provider: string;
  model: string;
  /** Sent and answered; those of tasks that were cut off count where their answers were used. */
  requests: number;
  /** Answers that were known from earlier runs. */
  cached: number;
  input_tokens: number;
  output_tokens: number;
  /** US dollars at list prices; null where the price is not known. */
  cost_usd: number | null;
}

export interface RunMetrics {
  silhouette_score: number | null;
  davies_bouldin_index: number | null;
  calinski_harabasz_score: number | null;
  [objective: string]: number | null;
}

/** What a cluster is called, and what its name was made from. */
export interface ClusterName {
  label: string;
  summary: string | null;
  keywords: string[];
  /** Fields beyond these that a `response_shape` asked for. */
  extra: Record<string, unknown> | null;
}

/** What the coordinator tells D1 about a run. Written by `db/runs.ts` in one batch; safe to repeat. */
export interface RunRecord {
  runId: string;
  clusterId: string;
  namespaceId: string;
  taskId: string;
  status: RunStatus;
  startedAt: string | null;
  completedAt: string | null;
  canceledAt: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  numClusters: number;
  numPoints: number;
  noisePoints: number;
  metrics: RunMetrics | null;
  /** Of a run that clusters every feature by itself. */
  relationships?: Containment[];
  /** By feature URI, and what the sample's clustering measured with them; absent where none were learned. */
  learnedWeights?: { weights: Record<string, number>; score: number | null };
  centroids: RunCentroid[] | null;
  /** Clusters of an earlier run whose given names go on: their ids there and here. */
  keptLabels?: { runId: string; kept: [string, string][] };
  warnings: Warning[];
  /** Of a run whose clusters a language model named; the errors are JSON texts `{error, clusters}`. */
  labeling?: LabelingReport;
  labelingErrors?: string[];
  plan: Plan | null;
  /** Keys of the finished artifacts; null until completed. */
  artifacts: { members: string; centroids: string; hierarchy: string | null; manifest: string } | null;
  executionMs: number | null;
}

/** One server-sent event of a run. `seq` grows by one per event, so a client can resume with Last-Event-ID. */
export interface RunEvent {
  seq: number;
  at: string;
  type: "planned" | "progress" | "stage" | "completed" | "failed" | "canceled";
  status: RunStatus;
  stage: StageKind | null;
  round: number;
  done: number;
  total: number;
  /** Share of the planned work that is done, 0–1. */
  fraction: number;
  objective: number | null;
  etaMs: number | null;
  message: string | null;
}
