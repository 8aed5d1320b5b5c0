/** A taxonomy's nodes as inference makes them and classification reads them. */

export const MAX_NODES = 1000;

export interface EnrichmentField {
  /** A fact of the node (`label`, `path`, …) or a field of the reference document. */
  field_path: string;
  /** The payload key; `taxonomy_<field>` unless given. */
  target_field?: string | null | undefined;
  merge_mode?: "replace" | "append" | undefined;
}

export interface TaxonomyNode {
  node_id: string;
  parent_node_id: string | null;
  /** The collection that the node stands for: the output collection of its cluster, or where its members are. */
  collection_id: string;
  parent_collection_id: string | null;
  label: string | null;
  summary: string | null;
  keywords: string[] | null;
  num_members: number;
  /** Where it comes from a cluster. */
  clustering_id?: string;
  run_id?: string;
  cluster_id?: string;
  retriever_id?: string | null;
  enrichment_fields?: EnrichmentField[] | null;
  input_mappings?: Record<string, unknown>[] | null;
  /** Of a reference document: the fields that are copied. */
  fields?: Record<string, unknown>;
}

/** The space that documents and centroids are compared in: features side by side, each L2-normalised or as stored, times its weight. */
export interface Space {
  features: SpaceFeature[];
  normalize: boolean;
}

export interface SpaceFeature {
  uri: string;
  /** Of a sparse feature: its columns. */
  dimensions: number;
  weight: number;
  sparse?: Vocabulary;
}

/** Which indices of a sparse feature are compared, and how. */
export interface Vocabulary {
  /** Ascending; empty until they are chosen. */
  columns: number[];
  /** Of counted words: the inverse document frequency of each column. Null: values are taken as they are. */
  idf: number[] | null;
  /** Where the text is that it is made of, for documents that come without a vector. */
  paths: string[] | null;
}

export const dimensionsOf = ({ features }: Space): number =>
  features.reduce((sum, { dimensions }) => sum + dimensions, 0);

/** Documents whose mean is a node's centroid. */
export interface Sample {
  /** Index of the node. */
  node: number;
  collectionId: string;
  documentIds: string[];
}

/** What inference finds before centroids are computed. */
export interface Draft {
  nodes: TaxonomyNode[];
  /** Null: nothing to compare by, so that nothing can be classified. */
  space: Space | null;
  /** Nodes without an entry get their centroid from those below them. */
  samples: Sample[];
  /** Centroids that are known, by node. */
  centroids: Map<number, ArrayLike<number>>;
  /** What a reader of the taxonomy should know. */
  notes: string[];
}

/** nodes.json: centroids.f32 has a row of float32 for each node, NaN where a node has none. */
export interface TaxonomyIndex {
  version: 1;
  space: Space | null;
  nodes: TaxonomyNode[];
}

/** Nodes that nothing hangs below: documents are classified to one of them. */
export function leavesOf(nodes: readonly TaxonomyNode[]): number[] {
  const parents = new Set(nodes.map(({ parent_node_id }) => parent_node_id));
  return nodes.flatMap(({ node_id }, i) => (parents.has(node_id) ? [] : [i]));
}
