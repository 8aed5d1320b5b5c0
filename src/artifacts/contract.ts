/** The tables of a finished run, columnar, as writers take them and readers give them. See docs/data-formats.md. */

/** Consecutive rows of members.parquet. Arrays have one entry a row, `coordinates` has `components` a row. */
export interface MemberBatch {
  documentIds: string[];
  /** Collection of every row: a batch never mixes two. */
  collectionId: string;
  /** `cl_<n>`, `cl_0_sub_1` or `-1`. */
  clusterIds: string[];
  clusterLabels: (string | null)[];
  /** Distance to the cluster's centroid in the prepared space; NaN for noise and for attribute runs (stored as null). */
  distances: Float32Array;
  components: 0 | 2 | 3;
  coordinates: Float32Array;
  probabilities: Float32Array | null;
  outlierScores: Float32Array | null;
}

export interface CentroidRow {
  clusterId: string;
  /** Prepared-space centroid (after normalisation, weighting and concatenation); null for attribute runs. */
  vector: Float32Array | null;
  numMembers: number;
  /** Mean squared distance of the members to the centroid. */
  variance: number | null;
  label: string | null;
  summary: string | null;
  keywords: string[] | null;
  featureName: string | null;
  featureDimensions: number | null;
  parentClusterId: string | null;
  hierarchyLevel: number;
  /** Map coordinates of the centroid (x, y, z?). */
  coordinates: number[] | null;
  /** Ids of the members nearest to the centroid, nearest first. */
  representatives: string[];
  algorithm: string;
  /** JSON text. */
  parameters: string;
  reductionMethod: string | null;
}

/** One member row as the data endpoints render it. */
export interface MemberRow {
  document_id: string;
  point_id: string;
  collection_id: string;
  cluster_id: string;
  cluster_label: string | null;
  distance_to_centroid: number | null;
  coordinates: number[];
  x: number | null;
  y: number | null;
  z: number | null;
  probability: number | null;
  outlier_score: number | null;
}

export interface ReadOptions {
  offset: number;
  limit: number;
  /** Rows of these clusters only; null for all. Offset and limit count rows after the filter. */
  clusterIds: string[] | null;
}

/** One node of the hierarchy table: a cluster and where it hangs. */
export interface HierarchyRow {
  clusterId: string;
  /** Null for a root. */
  parentClusterId: string | null;
  /** 0 for a root. */
  level: number;
  numMembers: number;
  label: string | null;
}

/** What a written table amounts to, as the manifest lists it. */
export interface WrittenTable {
  bytes: number;
  rows: number;
  /** Hex SHA-256 of the file's bytes. */
  sha256: string;
}

/** One centroid as the artifacts endpoints render it: the columns of centroids.parquet. */
export interface CentroidJson {
  cluster_id: string;
  centroid_vector: number[] | null;
  num_members: number;
  variance: number | null;
  label: string | null;
  summary: string | null;
  keywords: string[] | null;
  feature_name: string | null;
  feature_dimensions: number | null;
  parent_cluster_id: string | null;
  child_cluster_ids: string[];
  hierarchy_level: number;
  x: number | null;
  y: number | null;
  z: number | null;
  representatives: string[];
  reduction_method: string | null;
  /** JSON text. */
  parameters: string;
  algorithm: string;
}
