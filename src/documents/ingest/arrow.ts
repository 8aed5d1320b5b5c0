/**
 * Arrow IPC streams. Messages are cut out of the body one by one and given to the Arrow reader whole, so that a record
 * batch is in memory once and its columns are views of it.
 */
import { DataType, Message, MessageHeader, type RecordBatch, RecordBatchReader, util } from "apache-arrow";
import { ShoalError } from "../../domain/errors";
import type { CollectionFeature } from "../contract";
import { chunksOf } from "./bytes";
import { toJson } from "./cells";
import { type DecodedBatch, type DecodedRow, decodeInto, featureIndex, type RawVector, RowRefusal } from "./decoded";

/** A record batch is held as a whole while its rows are read. */
export const MAX_BATCH_BYTES = 24 * 1024 * 1024;
const MAX_METADATA_BYTES = 1024 * 1024;
const ROWS_PER_BATCH = 1024;
const CONTINUATION = 0xffffffff;

export async function* decodeArrow(
  body: ReadableStream<Uint8Array>,
  features: CollectionFeature[],
): AsyncGenerator<DecodedBatch> {
  let line = 0;
  try {
    const reader = await RecordBatchReader.from(messages(body));
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

/** Each encapsulated message of the stream: prefix, metadata and body in one array that begins on an 8-byte boundary. */
async function* messages(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new ExactReader(chunksOf(body));
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
    const { bodyLength } = message;
    if (bodyLength > MAX_BATCH_BYTES) {
      const limit = `A record batch has ${bodyLength} bytes; the limit is ${MAX_BATCH_BYTES}.`;
      throw new ShoalError("payload_too_large", `${limit} Write the stream in smaller batches (fewer rows each).`, {
        bytes: bodyLength,
        limit: MAX_BATCH_BYTES,
      });
    }
    if (message.headerType === MessageHeader.Tensor || message.headerType === MessageHeader.SparseTensor) {
      throw malformed("it holds tensors, not record batches");
    }
    const whole = new Uint8Array(8 + metadataBytes + bodyLength);
    whole.set(prefix);
    whole.set(metadata, 8);
    await input.fill(whole.subarray(8 + metadataBytes));
    yield whole;
  }
}

class ExactReader {
  readonly #chunks: AsyncGenerator<Uint8Array>;
  #chunk = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.#chunks = chunks;
  }

  /** Exactly `length` bytes; null at the end of the stream when `mayEnd`. */
  async read(length: number, mayEnd = false): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(length);
    return (await this.fill(bytes, mayEnd)) ? bytes : null;
  }

  async fill(into: Uint8Array, mayEnd = false): Promise<boolean> {
    for (let at = 0; at < into.byteLength; ) {
      if (this.#chunk.byteLength === 0) {
        const { done, value } = await this.#chunks.next();
        if (done) {
          if (mayEnd && at === 0) return false;
          throw malformed("it ends within a message");
        }
        this.#chunk = new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
        continue;
      }
      const part = this.#chunk.subarray(0, into.byteLength - at);
      into.set(part, at);
      at += part.byteLength;
      this.#chunk = this.#chunk.subarray(part.byteLength);
    }
    return true;
  }
}

type RowReader = (index: number, line: number) => DecodedRow;

function readColumns(batch: RecordBatch, features: CollectionFeature[]): RowReader {
  const vectors: ((index: number) => RawVector | null)[] = features.map(() => () => null);
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
    } else if (DataType.isDecimal(field.type) || DataType.isUnion(field.type) || DataType.isInterval(field.type)) {
      throw new ShoalError(
        "validation_failed",
        `Column '${field.name}' has type ${field.type}, which JSON payloads cannot hold; cast it to a float or a text.`,
        { column: field.name },
      );
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

function vectorReader(batch: RecordBatch, column: number, { name, dimensions }: CollectionFeature) {
  const data = batch.data.children[column]!;
  const { type } = data;
  const child = data.children[0];
  if (!DataType.isFixedSizeList(type) || !child || !DataType.isFloat(child.type)) {
    throw badColumn(name, `must be a FixedSizeList of float32 or float16, not ${type}`);
  }
  if (type.listSize !== dimensions) throw badColumn(name, `has ${type.listSize} dimensions, the feature ${dimensions}`);
  const values = child.values as Float32Array | Float64Array | Uint16Array;
  const isHalf = values instanceof Uint16Array;
  return (index: number): RawVector | null => {
    if (!data.getValid(index)) return null;
    const from = (data.offset + index) * dimensions;
    if (child.nullCount > 0) {
      for (let i = 0; i < dimensions; i++) {
        if (!child.getValid(from + i)) throw new RowRefusal("invalid_vector", `'${name}'[${i}] is null, not a number`);
      }
    }
    const row = values.subarray(from, from + dimensions);
    return isHalf ? Float32Array.from(row, (half) => util.uint16ToFloat64(half)) : row;
  };
}

const asDate = (value: unknown): unknown => (typeof value === "number" ? new Date(value) : value);

const badColumn = (name: string, what: string): ShoalError =>
  new ShoalError("invalid_vector", `Column '${name}' ${what}.`, { column: name });

const malformed = (what: string): ShoalError =>
  new ShoalError("bad_request", `The body is not an Arrow IPC stream: ${what}.`);
