/**
 * Arrow IPC streams. Messages are cut out of the body one by one and given to the Arrow reader whole, so that a record
 * batch is in memory once and its columns are views of it; one that is too large for that is split before (see
 * `arrow-split.ts`).
 */
import { DataType, type Field, Message, type RecordBatch, RecordBatchReader } from "apache-arrow";
import type { RecordBatch as RecordBatchHeader } from "apache-arrow/ipc/metadata/message";
import { ShoalError } from "../../domain/errors";
import type { ObjectStore } from "../../objects/object-store";
import type { CollectionFeature, StoreConfig } from "../contract";
import { batchUploadKey } from "../store/batches";
import { splitRecordBatch } from "./arrow-split";
import { vectorReader } from "./arrow-vectors";
import { chunksOf } from "./bytes";
import { toJson } from "./cells";
import { type DecodedBatch, type DecodedRow, decodeInto, featureIndex, type RawVector, RowRefusal } from "./decoded";
import { Spool } from "./spool";

/** Bodies of record batches up to this size are decoded in memory; larger ones go through the object store. */
export const MEMORY_BYTES = 12 * 1024 * 1024;
/** A dictionary stays in memory for as long as the stream goes on. */
const MAX_DICTIONARY_BYTES = 8 * 1024 * 1024;
const MAX_METADATA_BYTES = 1024 * 1024;
const ROWS_PER_BATCH = 1024;
const CONTINUATION = 0xffffffff;

interface Upload {
  objects: ObjectStore;
  config: StoreConfig;
  batchId: string;
}

export async function* decodeArrow(body: ReadableStream<Uint8Array>, upload: Upload): AsyncGenerator<DecodedBatch> {
  const { features } = upload.config;
  let line = 0;
  try {
    const reader = await RecordBatchReader.from(messages(body, upload));
    for await (const record of reader) {
      const columns = readColumns(record as RecordBatch, features);
      for (let from = 0; from < record.numRows; from += ROWS_PER_BATCH) {
        const batch: DecodedBatch = { rows: [], refused: [] };
        for (let i = from; i < Math.min(from + ROWS_PER_BATCH, record.numRows); i++) {
          line += 1;
          decodeInto(batch, line, () => columns(i, line));
        }
        yield batch;
      }
    }
  } catch (error) {
    throw error instanceof ShoalError ? error : malformed(error instanceof Error ? error.message : String(error));
  }
}

/** The stream's messages, each in one array that begins on an 8-byte boundary, record batches no larger than memory. */
async function* messages(
  body: ReadableStream<Uint8Array>,
  { objects, config, batchId }: Upload,
): AsyncGenerator<Uint8Array> {
  const input = new ExactReader(chunksOf(body));
  let fields: Field[] = [];
  let spooled = 0;
  try {
    for (;;) {
      const prefix = await input.read(8, true);
      if (prefix === null) return;
      const view = new DataView(prefix.buffer);
      if (view.getUint32(0, true) !== CONTINUATION) {
        throw malformed("it does not begin with a stream message (a file of the Arrow *file* format is no stream)");
      }
      const metadataBytes = view.getUint32(4, true);
      if (metadataBytes === 0) {
        yield prefix;
        return;
      }
      if (metadataBytes > MAX_METADATA_BYTES) throw malformed(`a message's metadata has ${metadataBytes} bytes`);
      const metadata = (await input.read(metadataBytes))!;
      const message = Message.decode(metadata);
      if (message.isSchema()) fields = message.header().fields;
      checkMessage(message);
      const { bodyLength } = message;
      if (message.isRecordBatch() && bodyLength > MEMORY_BYTES) {
        const key = batchUploadKey(config.namespaceId, config.collectionId, batchId, spooled++);
        const spool = await Spool.write(objects, key, input.take(bodyLength));
        try {
          yield* splitRecordBatch(spool, message.header() as RecordBatchHeader, fields);
        } finally {
          await spool.delete();
        }
        continue;
      }
      const whole = new Uint8Array(8 + metadataBytes + bodyLength);
      whole.set(prefix);
      whole.set(metadata, 8);
      await input.fill(whole.subarray(8 + metadataBytes));
      yield whole;
    }
  } finally {
    await input.end();
  }
}

/** @throws ShoalError for what no payload can hold, before its body is read. */
function checkMessage(message: Message): void {
  const { bodyLength } = message;
  if (message.isSchema()) {
    message.header().fields.forEach((field) => {
      checkType(field, field.name);
    });
    return;
  }
  if (!message.isRecordBatch() && !message.isDictionaryBatch()) {
    throw malformed("it holds tensors, not record batches");
  }
  const header = message.header();
  const { compression } = message.isDictionaryBatch() ? message.header().data : (header as RecordBatchHeader);
  if (compression !== null) throw malformed("its buffers are compressed; write it without compression");
  if (message.isDictionaryBatch() && bodyLength > MAX_DICTIONARY_BYTES) {
    const limit = `A dictionary has ${bodyLength} bytes; the limit is ${MAX_DICTIONARY_BYTES}.`;
    throw new ShoalError("payload_too_large", `${limit} Write the column without a dictionary.`, {
      bytes: bodyLength,
      limit: MAX_DICTIONARY_BYTES,
    });
  }
}

function checkType({ type }: Field, column: string): void {
  if (DataType.isDecimal(type) || DataType.isUnion(type) || DataType.isInterval(type)) {
    const cast = `Column '${column}' has type ${type}, which JSON payloads cannot hold; cast it to a float or a text.`;
    throw new ShoalError("validation_failed", cast, { column });
  }
  if (DataType.isDictionary(type)) checkType({ type: type.dictionary } as Field, column);
  else for (const child of (type.children ?? []) as Field[]) checkType(child, column);
}

class ExactReader {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #chunk = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** The next `length` bytes, piece by piece as they come. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const piece = await this.#next(left);
      if (piece === null) throw malformed("it ends within a message");
      left -= piece.byteLength;
      yield piece;
    }
  }

  /** Exactly `length` bytes; null at the end of the stream when `mayEnd`. */
  async read(length: number, mayEnd = false): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(length);
    return (await this.fill(bytes, mayEnd)) ? bytes : null;
  }

  async fill(into: Uint8Array, mayEnd = false): Promise<boolean> {
    for (let at = 0; at < into.byteLength; ) {
      const piece = await this.#next(into.byteLength - at);
      if (piece === null) {
        if (mayEnd && at === 0) return false;
        throw malformed("it ends within a message");
      }
      into.set(piece, at);
      at += piece.byteLength;
    }
    return true;
  }

  /** The rest is not wanted: the body is cancelled. */
  async end(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  /** At most `length` bytes that have come; null at the end of the stream. */
  async #next(length: number): Promise<Uint8Array | null> {
    while (this.#chunk.byteLength === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return null;
      this.#chunk = new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
    }
    const piece = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(piece.byteLength);
    return piece;
  }
}

type RowReader = (index: number, line: number) => DecodedRow;

function readColumns(batch: RecordBatch, features: CollectionFeature[]): RowReader {
  const vectors: ((index: number) => RawVector)[] = features.map(() => () => null);
  const cells: [name: string, get: (index: number) => unknown][] = [];
  let ids: ((index: number) => unknown) | null = null;
  batch.schema.fields.forEach((field, i) => {
    const column = batch.getChildAt(i)!;
    const feature = featureIndex(features, field.name);
    if (feature >= 0) {
      vectors[feature] = vectorReader(batch, i, features[feature]!);
    } else if (field.name === "document_id") {
      ids = (index) => column.get(index);
    } else if (DataType.isTimestamp(field.type) || DataType.isDate(field.type)) {
      cells.push([field.name, (index) => asDate(column.get(index))]);
    } else {
      cells.push([field.name, (index) => column.get(index)]);
    }
  });
  return (index, line) => {
    const documentId = ids === null ? null : (ids(index) ?? null);
    if (documentId !== null && typeof documentId !== "string") {
      throw new RowRefusal("validation_failed", `document_id must be a string, not ${String(documentId)}`);
    }
    const payload: Record<string, unknown> = {};
    for (const [name, get] of cells) payload[name] = toJson(get(index));
    return { line, documentId, payload: JSON.stringify(payload), vectors: vectors.map((read) => read(index)) };
  };
}

const asDate = (value: unknown): unknown => (typeof value === "number" ? new Date(value) : value);

const malformed = (what: string): ShoalError =>
  new ShoalError("bad_request", `The body is not an Arrow IPC stream: ${what}.`);
