/**
 * Imports: a decoder's rows are checked, their vectors gathered into segments that go to the object store while the body
 * still arrives, the rest staged in the CollectionStore. All rows that are good become visible together at the end.
 */
import { ShoalError } from "../../domain/errors";
import { newId } from "../../domain/ids";
import type { ObjectStore } from "../../objects/object-store";
import type {
  BatchSummary,
  CollectionStoreApi,
  ImportOutcome,
  RowError,
  StagedDocument,
  StoreConfig,
} from "../contract";
import { encodeSegment, SEGMENT_BYTES, segmentCapacity } from "../segments";
import { batchSegmentKey, MAX_REPORTED_ERRORS } from "../store/batches";
import { MAX_PAYLOAD_BYTES } from "../store/context";
import { decodeArrow } from "./arrow";
import { type DecodedBatch, type DecodedRow, decodeInto, RowRefusal } from "./decoded";
import { decodeJson } from "./json";
import { decodeNdjson } from "./ndjson";
import { decodeParquet } from "./parquet";
import { readRow } from "./rows";
import { type EmbedderOf, TextNotes, withTextVectors } from "./texts";
import { type VectorColumn, vectorColumn } from "./vectors";

export type ImportFormat = "json" | "ndjson" | "arrow" | "parquet";

export interface ImportTarget {
  objects: ObjectStore;
  store: CollectionStoreApi;
  config: StoreConfig;
  batchId: string;
  /** The models that make vectors of texts. Needed where a feature of the collection asks for one. */
  embedderOf?: EmbedderOf;
  /** Others are to hear of the batch; see `ImportOutcome`. */
  announced?: boolean;
}

/** Payload text that is held before it is staged: a call to the store stays far below the 32 MiB of an RPC. */
const STAGE_BYTES = 4 * 1024 * 1024;
const MAX_STAGED = 20_000;

/** Rows of one request: a few bytes of a compressed format can stand for billions. */
const MAX_ROWS = 4_000_000;

/**
 * Imports a body. Refused rows are reported and the others stored; a body that cannot be read at all stores nothing.
 * @throws ShoalError when the body itself is malformed, with everything staged so far given up.
 */
export function importDocuments(
  target: ImportTarget & { body: ReadableStream<Uint8Array>; format: ImportFormat },
): Promise<BatchSummary> {
  const { body, config } = target;
  switch (target.format) {
    case "json":
      return importBatches(target, decodeJson(body, config.features));
    case "ndjson":
      return importBatches(target, decodeNdjson(body, config.features));
    case "arrow":
      return importBatches(target, decodeArrow(body, target));
    case "parquet":
      return importBatches(target, decodeParquet(body, target));
  }
}

/** Imports documents that are already parsed, in the same form as a line of NDJSON. */
export function importValues(target: ImportTarget, documents: unknown[]): Promise<BatchSummary> {
  const batch: DecodedBatch = { rows: [], refused: [] };
  documents.forEach((value, i) => {
    decodeInto(batch, i + 1, () => readRow(value, i + 1, target.config.features));
  });
  return importBatches(target, [batch]);
}

async function importBatches(
  target: ImportTarget,
  batches: AsyncIterable<DecodedBatch> | Iterable<DecodedBatch>,
): Promise<BatchSummary> {
  const known = await target.store.begin(target.batchId);
  if (known.status !== "PROCESSING") return known;
  const pending = new Pending(target);
  const notes = new TextNotes();
  try {
    for await (const batch of withTextVectors(batches, target.config.features, embedderOf(target), notes)) {
      for (const error of batch.refused) pending.refuse(error);
      if (pending.outcome.received + batch.rows.length > MAX_ROWS) throw tooManyRows();
      for (const row of batch.rows) {
        pending.add(row);
        if (pending.isFull) await pending.flush();
      }
    }
    await pending.flush();
    await pending.settled();
    return await target.store.commit(target.batchId, {
      ...pending.outcome,
      warnings: notes.warnings,
      announced: target.announced ?? false,
    });
  } catch (error) {
    await pending.settled().catch(() => undefined);
    await target.store.abandon(target.batchId);
    throw error;
  }
}

const embedderOf = ({ embedderOf, config }: ImportTarget): EmbedderOf => {
  if (embedderOf) return embedderOf;
  return ({ model }) => {
    throw new Error(`the importer of ${config.collectionId} was given no way to reach the model ${model}`);
  };
};

/** Rows that are checked and not yet staged, and the vectors of the segment in the making. */
class Pending {
  readonly outcome: ImportOutcome = { received: 0, errors: [], failed: 0 };
  readonly #target: ImportTarget;
  readonly #capacity: number;
  readonly #columns: VectorColumn[];
  #rows = 0;
  #documents: StagedDocument[] = [];
  #payloadBytes = 0;
  #segments = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(target: ImportTarget) {
    this.#target = target;
    const { features } = target.config;
    this.#capacity = segmentCapacity(features);
    this.#columns = features.map((feature) => vectorColumn(feature, this.#capacity));
  }

  get isFull(): boolean {
    const bytes = this.#columns.reduce((sum, column) => sum + column.bytes(this.#rows), 0);
    return (
      this.#rows === this.#capacity ||
      bytes >= SEGMENT_BYTES ||
      this.#documents.length >= MAX_STAGED ||
      this.#payloadBytes >= STAGE_BYTES
    );
  }

  refuse(error: RowError): void {
    this.outcome.received += 1;
    this.#fail(error);
  }

  #fail(error: RowError): void {
    const { outcome } = this;
    outcome.failed += 1;
    // Rows are refused by the decoder, by the checks here and by the store, each with a delay of its own: of more than
    // can be told, those of the first lines are kept.
    outcome.errors.push(error);
    if (outcome.errors.length >= 2 * MAX_REPORTED_ERRORS) {
      outcome.errors.sort((a, b) => a.line - b.line).length = MAX_REPORTED_ERRORS;
    }
  }

  add(row: DecodedRow): void {
    this.outcome.received += 1;
    try {
      this.#place(row);
    } catch (error) {
      if (!(error instanceof RowRefusal)) throw error;
      this.#fail({ line: row.line, document_id: row.documentId, code: error.code, message: error.message });
    }
  }

  #place({ line, documentId, payload, vectors }: DecodedRow): void {
    if (documentId !== null && !isDocumentId(documentId)) {
      throw new RowRefusal(
        "validation_failed",
        "document_id must have 1 to 255 characters, none of them a control character",
      );
    }
    const bytes = payloadBytes(payload);
    let present = 0;
    let zero = 0;
    this.#columns.forEach((column, i) => {
      const vector = vectors[i] ?? null;
      const isZero = column.set(this.#rows, vector);
      if (vector === null) return;
      present |= 1 << i;
      if (isZero) zero |= 1 << i;
    });
    this.#documents.push({
      line,
      documentId: documentId ?? newId("doc"),
      payload,
      segmentRow: present === 0 ? -1 : this.#rows,
      present,
      zero,
    });
    this.#payloadBytes += bytes;
    if (present !== 0) this.#rows += 1;
  }

  /** Hands the pending rows over; returns when the ones before them are stored, so that at most two lots are held. */
  async flush(): Promise<void> {
    if (this.#documents.length === 0) return;
    const documents = this.#documents;
    const rows = this.#rows;
    const encoded = rows === 0 ? null : this.#encode(rows);
    this.#documents = [];
    this.#rows = 0;
    this.#payloadBytes = 0;
    await this.#writing;
    this.#writing = this.#write(documents, encoded, rows);
    // A failure is thrown by the next flush or by `settled`, not as an unhandled rejection meanwhile.
    this.#writing.catch(() => undefined);
  }

  #encode(rows: number) {
    return encodeSegment(
      this.#target.config.features,
      this.#columns.map((column) => column.rows(rows)),
      rows,
    );
  }

  async #write(documents: StagedDocument[], encoded: ReturnType<typeof encodeSegment> | null, rows: number) {
    const { objects, store, config, batchId } = this.#target;
    let segment = null;
    if (encoded) {
      const key = batchSegmentKey(config.namespaceId, config.collectionId, batchId, this.#segments++);
      await objects.put(key, encoded.bytes);
      segment = { key, rows, bytes: encoded.bytes.byteLength, columns: encoded.columns };
    }
    for (const error of await store.stage(batchId, segment, documents)) this.#fail(error);
  }

  settled(): Promise<void> {
    return this.#writing;
  }
}

const tooManyRows = (): ShoalError =>
  new ShoalError("payload_too_large", `An import takes at most ${MAX_ROWS} rows; send them in several requests.`, {
    limit: MAX_ROWS,
  });

const isDocumentId = (id: string): boolean => id.length >= 1 && id.length <= 255 && !/\p{Cc}/u.test(id);

/** Size of a payload in UTF-8. @throws RowRefusal `payload_too_large`. */
function payloadBytes(payload: string): number {
  // No character takes more than three bytes a UTF-16 unit: most payloads need no exact count.
  const atMost = 3 * payload.length;
  const bytes = atMost <= MAX_PAYLOAD_BYTES ? atMost : new TextEncoder().encode(payload).byteLength;
  if (bytes <= MAX_PAYLOAD_BYTES) return bytes;
  throw new RowRefusal("payload_too_large", `the payload has ${bytes} bytes; the limit is ${MAX_PAYLOAD_BYTES}`);
}

/** The import format of a content type, or null. */
export function importFormat(contentType: string): ImportFormat | null {
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  return FORMATS[type] ?? null;
}

const FORMATS: Record<string, ImportFormat> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "application/jsonl": "ndjson",
  "application/x-jsonlines": "ndjson",
  "application/vnd.apache.arrow.stream": "arrow",
  "application/vnd.apache.parquet": "parquet",
  "application/x-parquet": "parquet",
};

export const IMPORT_TYPES = Object.keys(FORMATS);

export function requireImportFormat(contentType: string): ImportFormat {
  const format = importFormat(contentType);
  if (format) return format;
  throw new ShoalError(
    "unsupported_media_type",
    `Content-Type '${contentType}' cannot be imported; use one of ${IMPORT_TYPES.join(", ")}.`,
  );
}
