/**
 * Record batches that are too large for memory. Many writers make one batch of a whole table; its columns then lie one
 * after the other, so no row is complete before the last column has come. Such a batch is kept in the object store, and
 * windows of its rows are read by ranges and written anew as small record batches, which any Arrow reader takes.
 *
 * Layout: https://arrow.apache.org/docs/format/Columnar.html. A message lists its nodes (length, nulls) and buffers
 * (offset, length) in the depth-first order of the columns.
 */
import { DataType, type Field, Message, util } from "apache-arrow";
import { BufferRegion, FieldNode, RecordBatch } from "apache-arrow/ipc/metadata/message";
import { ShoalError } from "../../domain/errors";
import type { Spool } from "./spool";

/** What a window is meant to have, and may have when its rows are longer than the batch's mean. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const MAX_WINDOW_BYTES = 16 * 1024 * 1024;
const ALIGNMENT = 8;

/** The rows of a record batch as messages of about 4 MiB each. Positions in `spool` are those in the batch's body. */
export async function* splitRecordBatch(
  spool: Spool,
  header: RecordBatch,
  fields: Field[],
): AsyncGenerator<Uint8Array> {
  const columns = layOut(header, fields);
  const { length } = header;
  let rows = Math.max(1, Math.floor((length * WINDOW_BYTES) / spool.bytes));
  for (let from = 0; from < length; ) {
    const to = Math.min(length, from + rows);
    const parts = await new Window(spool).read(columns, from, to);
    if (parts !== null) {
      yield encode(to - from, parts);
      from = to;
    } else if (rows > 1) {
      rows = Math.ceil(rows / 2);
    } else {
      throw new ShoalError(
        "payload_too_large",
        `Row ${from + 1} of a record batch exceeds ${MAX_WINDOW_BYTES} bytes.`,
        {
          limit: MAX_WINDOW_BYTES,
        },
      );
    }
  }
}

interface Column {
  type: DataType;
  name: string;
  hasNulls: boolean;
  rows: number;
  /** Validity first, then offsets or values, then values. */
  buffers: BufferRegion[];
  children: Column[];
}

/** Gives each column its nodes and buffers. */
function layOut(header: RecordBatch, fields: Field[]): Column[] {
  let node = 0;
  let buffer = 0;
  const visit = ({ type, name }: Field): Column => {
    const { length: rows, nullCount } = header.nodes[node++] ?? malformed(`column '${name}' has no node`);
    const count = bufferCount(type, name);
    const buffers = header.buffers.slice(buffer, buffer + count);
    buffer += count;
    if (buffers.length < count) malformed(`column '${name}' lacks a buffer`);
    // A dictionary's values come in messages of their own.
    const children = DataType.isDictionary(type) ? [] : ((type.children ?? []) as Field[]);
    return { type, name, rows, hasNulls: nullCount > 0, buffers, children: children.map(visit) };
  };
  return fields.map(visit);
}

function bufferCount(type: DataType, name: string): number {
  if (DataType.isNull(type)) return 0;
  if (DataType.isFixedSizeList(type) || DataType.isStruct(type)) return 1;
  if (offsetBytes(type) > 0) return hasChild(type) ? 2 : 3;
  if (DataType.isBool(type) || valueBytes(type) > 0) return 2;
  throw new ShoalError(
    "payload_too_large",
    `Column '${name}' has type ${type}, which is not read from a record batch this large; write smaller batches.`,
    { column: name },
  );
}

const hasChild = (type: DataType): boolean =>
  DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type);

/** Bytes of one offset; 0 for types without offsets. */
function offsetBytes(type: DataType): 0 | 4 | 8 {
  if (DataType.isUtf8(type) || DataType.isBinary(type) || DataType.isList(type) || DataType.isMap(type)) return 4;
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type) || DataType.isLargeList(type)) return 8;
  return 0;
}

/** Bytes of one value; 0 for types that have no fixed width of whole bytes. */
function valueBytes(type: DataType): number {
  if (DataType.isDictionary(type)) return valueBytes(type.indices);
  if (DataType.isInt(type) || DataType.isTime(type)) return type.bitWidth / 8;
  if (DataType.isFloat(type) || DataType.isDate(type)) return type.ArrayType.BYTES_PER_ELEMENT;
  if (DataType.isTimestamp(type) || DataType.isDuration(type)) return 8;
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth;
  return 0;
}

interface Part {
  node: FieldNode;
  buffers: Uint8Array[];
}

/** A window is given up, to be tried again with fewer rows. */
class TooLarge extends Error {}

/** The bytes of some rows of all columns, read side by side. */
class Window {
  readonly #spool: Spool;
  #bytes = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** Nodes and buffers in the order of a message; null when they would exceed the limit. */
  async read(columns: Column[], from: number, to: number): Promise<Part[] | null> {
    try {
      return (await Promise.all(columns.map((column) => this.#column(column, from, to)))).flat();
    } catch (error) {
      if (error instanceof TooLarge) return null;
      throw error;
    }
  }

  async #column(column: Column, from: number, to: number): Promise<Part[]> {
    const { type, name, rows, buffers } = column;
    if (from < 0 || to < from || to > rows) malformed(`column '${name}' has ${rows} values, not ${to}`);
    if (DataType.isNull(type)) return [{ node: new FieldNode(to - from, to - from), buffers: [] }];
    const validity = await this.#validity(column, from, to);
    const children = (start: number, end: number) =>
      Promise.all(column.children.map((child) => this.#column(child, start, end)));
    const part = (...values: Uint8Array[]): Part => ({ ...validity, buffers: [...validity.buffers, ...values] });
    if (DataType.isStruct(type)) return [part(), ...(await children(from, to)).flat()];
    if (DataType.isFixedSizeList(type)) {
      return [part(), ...(await children(from * type.listSize, to * type.listSize)).flat()];
    }
    if (DataType.isBool(type)) return [part(await this.#bits(buffers[1]!, from, to))];
    const offsetWidth = offsetBytes(type);
    if (offsetWidth === 0) {
      const width = valueBytes(type);
      return [part(await this.#range(buffers[1]!, from * width, to * width))];
    }
    const { offsets, start, end } = await this.#offsets(buffers[1]!, offsetWidth, from, to);
    if (hasChild(type)) return [part(offsets), ...(await children(start, end)).flat()];
    return [part(offsets, await this.#range(buffers[2]!, start, end))];
  }

  async #validity({ buffers, hasNulls }: Column, from: number, to: number): Promise<Part> {
    const rows = to - from;
    if (!hasNulls) return { node: new FieldNode(rows, 0), buffers: [new Uint8Array(0)] };
    const bits = await this.#bits(buffers[0]!, from, to);
    return { node: new FieldNode(rows, rows - util.popcnt_bit_range(bits, 0, rows)), buffers: [bits] };
  }

  /** The offsets of the rows, made relative to the first, and where their values lie. */
  async #offsets(region: BufferRegion, width: 4 | 8, from: number, to: number) {
    // An empty column may leave its only offset out.
    if (from === to) return { offsets: new Uint8Array(width), start: 0, end: 0 };
    const offsets = await this.#range(region, from * width, (to + 1) * width);
    const values = width === 4 ? new Int32Array(aligned(offsets)) : new BigInt64Array(aligned(offsets));
    const start = values[0]!;
    const end = values.at(-1)!;
    for (let i = 0; i < values.length; i++) values[i] = (values[i]! as never) - (start as never);
    return { offsets: new Uint8Array(values.buffer), start: Number(start), end: Number(end) };
  }

  /** Bits [from, to), moved so that the first is the lowest of the first byte. */
  async #bits(region: BufferRegion, from: number, to: number): Promise<Uint8Array> {
    const bytes = await this.#range(region, from >> 3, (to + 7) >> 3);
    const shift = from & 7;
    if (shift === 0) return bytes;
    const moved = new Uint8Array((to - from + 7) >> 3);
    for (let i = 0; i < moved.length; i++) moved[i] = (bytes[i]! >> shift) | ((bytes[i + 1] ?? 0) << (8 - shift));
    return moved;
  }

  async #range(region: BufferRegion, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    if (from < 0 || to < from || to > region.length || region.offset + to > this.#spool.bytes) {
      malformed("a buffer is shorter than its column");
    }
    this.#bytes += to - from;
    if (this.#bytes > MAX_WINDOW_BYTES) throw new TooLarge();
    return this.#spool.read(region.offset + from, to - from);
  }
}

const aligned = (bytes: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;

/** A record batch message: prefix, metadata, body, with every buffer on an 8-byte boundary. */
function encode(rows: number, parts: Part[]): Uint8Array {
  const buffers = parts.flatMap((part) => part.buffers);
  let end = 0;
  const regions = buffers.map(({ byteLength }) => {
    const region = new BufferRegion(end, byteLength);
    end = pad(end + byteLength);
    return region;
  });
  const header = new RecordBatch(
    rows,
    parts.map(({ node }) => node),
    regions,
    null,
  );
  const metadata = Message.encode(Message.from(header, end));
  const body = pad(8 + metadata.byteLength);
  const message = new Uint8Array(body + end);
  const view = new DataView(message.buffer);
  view.setUint32(0, 0xffffffff, true);
  view.setUint32(4, body - 8, true);
  message.set(metadata, 8);
  buffers.forEach((bytes, i) => {
    message.set(bytes, body + regions[i]!.offset);
  });
  return message;
}

const pad = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function malformed(what: string): never {
  throw new ShoalError("bad_request", `The body is not an Arrow IPC stream: ${what}.`);
}
