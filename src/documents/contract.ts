/** The CollectionStore's RPC interface, as the API, the importer and the engine call it. */
import type { Filter, SortSpec } from "../domain/filters/model";

/** A dense feature of a collection. */
export interface CollectionFeature {
  /** `mixpeek://passthrough@v1/pixels` */
  uri: string;
  name: string;
  dimensions: number;
}

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
  /** Where a feature's float32 values start in the file; row r lies at offset + 4·dimensions·r. */
  columns: Record<string, { offset: number; dimensions: number }>;
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
  /** The first 1,000 refused rows; `failed` counts all. */
  errors: RowError[];
  created_at: string;
  completed_at: string | null;
}

/** A stored document as the API renders it. `createdAt` and `updatedAt` are ISO-8601. */
export interface StoredDocument {
  documentId: string;
  payload: Record<string, unknown>;
  features: string[];
  createdAt: string;
  updatedAt: string;
  vectors?: Record<string, number[]>;
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

export interface FrozenShape {
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

export interface CollectionStoreApi {
  configure(config: StoreConfig): Promise<void>;

  // Import: begin → (stage …) → commit. Nothing is visible before commit; commit is atomic and repeatable.
  begin(batchId: string): Promise<void>;
  stage(batchId: string, segment: Omit<SegmentInfo, "id"> | null, documents: StagedDocument[]): Promise<void>;
  commit(batchId: string, outcome: { received: number; errors: RowError[]; failed: number }): Promise<BatchSummary>;
  abandon(batchId: string): Promise<void>;
  batch(batchId: string): Promise<BatchSummary | null>;

  get(documentId: string, returnVectors: boolean): Promise<StoredDocument | null>;
  list(query: ListQuery): Promise<ListPage>;
  count(filters: Filter | null): Promise<number>;

  /** Rows and, per feature, rows that have it: what a plan needs before anything is frozen. */
  shape(filters: Filter | null, features: string[]): Promise<FrozenShape>;
  /** Fixes the rows of a run; repeatable, the second call answers as the first. */
  freeze(request: FreezeRequest): Promise<FrozenShape>;
  frozen(runId: string, from: number, to: number): Promise<FrozenPage>;
  frozenNoise(runId: string, from: number, to: number): Promise<FrozenNoise>;
  /** Ends the snapshot: its segments may be compacted again. */
  release(runId: string): Promise<void>;

  /** Deletes every document, segment and batch. */
  destroy(): Promise<void>;
}
