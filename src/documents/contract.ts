/** The CollectionStore's RPC interface, as the API, the importer and the engine call it. */
import type { Warning } from "../domain/definition/model";
import type { Filter, SortSpec } from "../domain/filters/model";
import type { TextFeature } from "../domain/text/feature";

/** A feature of a collection: what its vectors look like. */
export interface CollectionFeature {
  /** `mixpeek://passthrough@v1/pixels` */
  uri: string;
  name: string;
  /** Of a sparse feature: how many indices there are. */
  dimensions: number;
  /** `dense` unless it says otherwise. A `sparse` vector lists its values other than zero. */
  kind?: "dense" | "sparse";
  /** Given as several vectors of `dimensions` numbers each, which the import makes one dense vector of. */
  pooling?: Pooling;
  /** Made of the documents' text where it is not given. */
  text?: TextFeature;
}

export const POOLINGS = ["mean", "max"] as const;
export type Pooling = (typeof POOLINGS)[number];

export interface StoreConfig {
  namespaceId: string;
  collectionId: string;
  features: CollectionFeature[];
}

/** A segment of vectors in R2: an uncompressed Arrow IPC file whose value buffers are read by range. */
export interface SegmentInfo {
  id: number;
  key: string;
  rows: number;
  bytes: number;
  columns: Record<string, SegmentColumn>;
}

/** Where a feature's values lie in the segment's file. */
export type SegmentColumn = DenseColumn | SparseColumn;

/** float32 values: row r starts at offset + 4·dimensions·r. */
export interface DenseColumn {
  offset: number;
  dimensions: number;
}

/**
 * Compressed sparse rows: the entries of row r are those from `offsets[r]` up to `offsets[r + 1]`, by ascending index.
 * Byte positions of the int32 offsets (rows + 1), the uint32 indices and the float32 values.
 */
export interface SparseColumn {
  dimensions: number;
  offsets: number;
  indices: number;
  values: number;
}

/** Rows of a sparse feature, as they are read back: entries of row r lie from offsets[r] up to offsets[r + 1]. */
export interface SparseRows {
  /** rows + 1, from 0. */
  offsets: Int32Array;
  indices: Uint32Array;
  values: Float32Array;
}

export interface StagedDocument {
  /** 1-based line (NDJSON) or row (Arrow, Parquet, JSON array) in the request, for error reports. */
  line: number;
  documentId: string;
  /** JSON text of the payload object. */
  payload: string;
  /** Row in the segment, or -1 when the document brings no vector. */
  segmentRow: number;
  /** Bit i: has a vector of feature i. */
  present: number;
  /** Bit i: that vector is all zero. */
  zero: number;
}

export interface RowError {
  line: number;
  document_id: string | null;
  code: string;
  message: string;
}

export interface BatchSummary {
  batch_id: string;
  status: "PROCESSING" | "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED";
  received: number;
  inserted: number;
  updated: number;
  failed: number;
  /** The first 1,000 refused rows, by line; `failed` counts all. */
  errors: RowError[];
  /** What was stored otherwise than it came; absent where nothing was. */
  warnings?: Warning[];
  created_at: string;
  completed_at: string | null;
}

/** What an importer counted. */
export interface ImportOutcome {
  received: number;
  errors: RowError[];
  failed: number;
  warnings?: Warning[];
  /** Others are to hear of it: the store tells them, should the caller be gone after the commit. */
  announced?: boolean;
}

/** A stored document as the API renders it. `createdAt` and `updatedAt` are ISO-8601. */
export interface StoredDocument {
  documentId: string;
  payload: Record<string, unknown>;
  features: string[];
  createdAt: string;
  updatedAt: string;
  vectors?: Record<string, number[] | SparseValues>;
}

/** A sparse vector as JSON has it: ascending indices, a value for each. */
export interface SparseValues {
  indices: number[];
  values: number[];
}

export interface ListQuery {
  filters: Filter | null;
  sort: SortSpec[];
  search: string | null;
  limit: number;
  offset: number;
  cursor: string | null;
  includeTotal: boolean;
  returnVectors: boolean;
}

export interface ListPage {
  documents: StoredDocument[];
  nextCursor: string | null;
  /** Documents that match, when asked for. */
  total: number | null;
}

export interface FreezeRequest {
  runId: string;
  filters: Filter | null;
  /** Names of features that every row must have; empty for an attribute run. */
  features: string[];
  /** Set rows aside whose vectors of all `features` are zero. */
  zeroIsNoise: boolean;
  /** Keep at most this many rows, chosen by a seeded hash of the row: the same rows for the same seed. */
  sample: { size: number; seed: number } | null;
  /** Dot paths whose values are kept with each row (attribute runs). */
  attributes: string[];
}

/** How often a collection's documents or vectors, and how often its payloads have changed. */
export interface Revision {
  vectors: number;
  payloads: number;
}

export interface FrozenShape {
  /** Of the collection when it was looked at. */
  revision: Revision;
  rows: number;
  noiseRows: number;
  missingRows: number;
  features: CollectionFeature[];
}

/** Rows [from, to) of a frozen snapshot, in the snapshot's order, columnar. */
export interface FrozenPage {
  documentIds: string[];
  /** Segment id of each row (-1: no vector). */
  segments: Int32Array;
  segmentRows: Int32Array;
  /** The segments that occur in this page. */
  segmentInfo: SegmentInfo[];
  /** JSON array text of the attribute values of each row, when the snapshot has attributes. */
  attributes: string[] | null;
}

/** Rows set aside as noise: `before` says how many clustered rows of this collection precede each one. */
export interface FrozenNoise {
  documentIds: string[];
  before: Int32Array;
}

/** Which documents an edit concerns. */
export type DocumentTarget = { documentIds: string[] } | { filters: Filter | null };

/** What became of one document of an edit. */
export interface EditResult {
  documentId: string;
  success: boolean;
  error: string | null;
}

export interface GroupQuery {
  filters: Filter | null;
  search: string | null;
  /** Dot path; the documents that lack it form the group whose key is null. */
  groupBy: string;
  /** Groups, largest first, then by key. */
  limit: number;
  offset: number;
  /** Documents shown of each group, in insertion order. */
  documentsPerGroup: number;
}

export interface GroupPage {
  groups: { key: unknown; count: number; documents: StoredDocument[] }[];
  totalGroups: number;
  totalDocuments: number;
}

export const AGGREGATE_FUNCTIONS = [
  "count",
  "count_distinct",
  "sum",
  "avg",
  "min",
  "max",
  "first",
  "last",
  "push",
  "add_to_set",
] as const;
export type AggregateFunction = (typeof AGGREGATE_FUNCTIONS)[number];

export const DATE_TRUNCS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year"] as const;
export const DATE_PARTS = [
  "year",
  "quarter",
  "month",
  "week",
  "day",
  "day_of_week",
  "day_of_year",
  "hour",
  "minute",
  "second",
] as const;

/** A GROUP BY over the payloads. Field names are dot paths; dates are ISO-8601 texts or milliseconds, read as UTC. */
export interface AggregateQuery {
  filters: Filter | null;
  groupBy: {
    field: string;
    alias: string;
    dateTrunc: (typeof DATE_TRUNCS)[number] | null;
    datePart: (typeof DATE_PARTS)[number] | null;
  }[];
  aggregations: { function: AggregateFunction; field: string | null; alias: string }[];
  /** Condition on `{...group, ...metrics}` of each group. */
  having: Filter | null;
  /** Path of an array: a document counts once for each element, which stands at that path. */
  unwind: string | null;
  /** Numbers at `field` are grouped by `[boundaries[i], boundaries[i + 1])`; others by the key `other`. */
  rangeBuckets: { field: string; boundaries: number[]; alias: string } | null;
  sortBy: string | null;
  sortDirection: "asc" | "desc";
  limit: number | null;
}

export interface AggregatePage {
  results: { group: Record<string, unknown>; metrics: Record<string, unknown> }[];
  totalGroups: number;
  documentsScanned: number;
}

/** A string of a payload. */
export interface PayloadText {
  /** Dot path, positions in lists left out. */
  path: string;
  /** Its beginning. */
  text: string;
}

export interface TextsRequest {
  documentIds: string[];
  /** Everything below these paths, under the path as it was given; null for every string of the payload. */
  paths: string[] | null;
  /** Characters kept of a string. */
  maxLength: number;
}

export interface CollectionStoreApi {
  configure(config: StoreConfig): Promise<void>;

  // Import: begin → (stage …) → commit. Nothing is visible before commit; commit is atomic and repeatable.
  /** Answers what the batch amounts to so far: one that has ended takes no more rows. */
  begin(batchId: string): Promise<BatchSummary>;
  /** Calls that name the same segment key share it. Returns the rows refused because their id came before. */
  stage(batchId: string, segment: Omit<SegmentInfo, "id"> | null, documents: StagedDocument[]): Promise<RowError[]>;
  commit(batchId: string, outcome: ImportOutcome): Promise<BatchSummary>;
  abandon(batchId: string): Promise<void>;
  batch(batchId: string): Promise<BatchSummary | null>;

  get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null>;
  /** In the order of the ids, null for an unknown one. Ends early, with fewer entries than ids, at 16 MiB: the caller asks for the rest. */
  many(documentIds: string[], returnVectors: boolean): Promise<(StoredDocument | null)[]>;
  /** Pages end early, with a cursor, when their documents reach 16 MiB. */
  list(query: ListQuery): Promise<ListPage>;
  groups(query: GroupQuery): Promise<GroupPage>;
  aggregate(query: AggregateQuery): Promise<AggregatePage>;
  count(filters: Filter | null): Promise<number>;
  /**
   * Strings of the payloads as they are now, at most 64 a document, in the order of the ids; none for an unknown id. Ends early,
   * with fewer entries than ids, when the answer reaches 16 MiB: the caller asks for the rest.
   */
  texts(request: TextsRequest): Promise<PayloadText[][]>;
  /** JSON texts of the payloads, null for an unknown id; ends early in the same way. */
  payloads(documentIds: string[]): Promise<(string | null)[]>;

  /** `merge` sets the given keys of the payload, `replace` makes `data` the payload. Vectors stay. */
  update(documentId: string, data: Record<string, unknown>, mode: "merge" | "replace"): Promise<StoredDocument>;
  /** Merges into each of ≤ 10,000 documents its own data; unknown ids are reported, the others are written. */
  updateEach(updates: { documentId: string; data: Record<string, unknown> }[]): Promise<EditResult[]>;
  /** Merges the same data into many documents; returns how many. */
  updateWhere(filters: Filter | null, data: Record<string, unknown>): Promise<number>;
  /** Results name each id when the target lists ids; by filter only the count is told. */
  delete(target: DocumentTarget): Promise<{ count: number; results: EditResult[] }>;

  /** Grows with every change; results written into payloads change no vectors. */
  revision(): Promise<Revision>;
  /** Rows and, per feature, rows that have it: what a plan needs before anything is frozen. Zero vectors count. */
  shape(filters: Filter | null, features: string[]): Promise<FrozenShape>;
  /** Fixes the rows of a run; repeatable, the second call answers as the first. */
  freeze(request: FreezeRequest): Promise<FrozenShape>;
  frozen(runId: string, from: number, to: number): Promise<FrozenPage>;
  frozenNoise(runId: string, from: number, to: number): Promise<FrozenNoise>;
  /** Ends the snapshot: its segments may be compacted again. */
  release(runId: string): Promise<void>;

  /** Housekeeping now rather than at the next alarm: stale batches and snapshots, compaction, unused files. */
  maintain(): Promise<void>;
  /** Deletes every document, segment and batch. */
  destroy(): Promise<void>;
}
