/**
 * Lists of floats, which is how Parquet holds vectors. Some writers put a whole row group's vectors into one page of tens
 * of megabytes; as nested arrays these would take many times the page. So a page is kept as its bytes and its levels, a
 * byte each, and rows are made of it as they are asked for.
 *
 * Levels: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
import type { DecodedArray, PageHeader, SchemaTree } from "hyparquet";
import { decompressPage } from "hyparquet/src/datapage.js";
import { byteStreamSplit, readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, isListLike } from "hyparquet/src/schema.js";

type Decompress = (bytes: Uint8Array, size: number) => Uint8Array;

export interface ListColumn {
  type: "FLOAT" | "DOUBLE";
  /** Definition level of a value. */
  valueLevel: number;
  /** Least definition level of a row whose list has elements; below it the list is empty, or null at 0 if it may be. */
  elementLevel: number;
  mayBeNull: boolean;
}

/** The column as lists of floats, or null when it is something else. `path` leads from the root to the leaf. */
export function listColumn(path: SchemaTree[], type: string | undefined): ListColumn | null {
  const [, list, , element] = path;
  if (path.length !== 4 || !list || !element || !isListLike(list)) return null;
  if ((type !== "FLOAT" && type !== "DOUBLE") || element.element.repetition_type === "REPEATED") return null;
  const mayBeNull = list.element.repetition_type !== "REQUIRED";
  return { type, valueLevel: getMaxDefinitionLevel(path), elementLevel: mayBeNull ? 2 : 1, mayBeNull };
}

/** The rows of one data page, in order. */
export class ListPage {
  readonly #column: ListColumn;
  readonly #starts: Uint8Array;
  readonly #levels: Uint8Array;
  readonly #value: (index: number) => number;
  #at = 0;
  #values = 0;

  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    header: PageHeader,
    column: ListColumn,
    dictionary: DecodedArray | undefined,
    decompress: Decompress,
  ) {
    this.#column = column;
    const { count, encoding, repetition, definition, values } = sections(bytes, header, decompress);
    const width = 32 - Math.clz32(column.valueLevel);
    this.#starts = new Uint8Array(count);
    readRleBitPackedHybrid(repetition.reader, 1, this.#starts, repetition.length);
    this.#levels = new Uint8Array(count);
    readRleBitPackedHybrid(definition.reader, width, this.#levels, definition.length);
    this.#value = valueReader(values, encoding, column, dictionary, () => this.#countValues());
  }

  get hasMore(): boolean {
    return this.#at < this.#levels.length;
  }

  /** Appends up to `count` rows; values of a row that an earlier page began are added to it. */
  readInto(rows: unknown[], count: number): void {
    if (this.#at === 0 && this.#starts[0] !== 0 && rows.length > 0) {
      const begun = (rows.pop() ?? []) as ArrayLike<unknown>;
      rows.push([...Array.from(begun), ...Array.from(this.#row() ?? [])]);
    }
    for (let i = 0; i < count && this.hasMore; i++) rows.push(this.#row());
  }

  #row(): ArrayLike<unknown> | null {
    const { type, valueLevel, elementLevel, mayBeNull } = this.#column;
    const from = this.#at;
    let to = from + 1;
    let present = this.#levels[from] === valueLevel ? 1 : 0;
    for (; to < this.#levels.length && this.#starts[to] !== 0; to++) if (this.#levels[to] === valueLevel) present += 1;
    this.#at = to;
    if (this.#levels[from]! < elementLevel) return mayBeNull && this.#levels[from] === 0 ? null : [];
    const length = to - from;
    const row = present < length ? new Array(length) : new (type === "FLOAT" ? Float32Array : Float64Array)(length);
    for (let i = 0; i < length; i++)
      row[i] = this.#levels[from + i] === valueLevel ? this.#value(this.#values++) : null;
    return row;
  }

  #countValues(): number {
    let count = 0;
    for (const level of this.#levels) if (level === this.#column.valueLevel) count += 1;
    return count;
  }
}

interface Section {
  reader: { view: DataView; offset: number };
  /** Bytes, where they are not written before the section itself. */
  length?: number;
}

/** The parts of a data page. Version 1 compresses all of it, version 2 the values only. */
function sections(bytes: Uint8Array<ArrayBuffer>, header: PageHeader, decompress: Decompress) {
  const { data_page_header: v1, data_page_header_v2: v2, uncompressed_page_size: size } = header;
  if (v1) {
    const reader = { view: viewOf(decompress(bytes, size)), offset: 0 };
    const section: Section = { reader };
    // One reader for the three parts: each is read to its end before the next.
    return { count: v1.num_values, encoding: v1.encoding, repetition: section, definition: section, values: reader };
  }
  if (!v2) throw new Error("a data page has no header");
  const repetitionBytes = v2.repetition_levels_byte_length;
  const levelBytes = repetitionBytes + v2.definition_levels_byte_length;
  const rest = bytes.subarray(levelBytes);
  const values = v2.is_compressed === false ? rest : decompress(rest, size - levelBytes);
  const view = viewOf(bytes);
  return {
    count: v2.num_values,
    encoding: v2.encoding,
    repetition: { reader: { view, offset: 0 }, length: repetitionBytes },
    definition: { reader: { view, offset: repetitionBytes }, length: v2.definition_levels_byte_length },
    values: { view: viewOf(values), offset: 0 },
  };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function valueReader(
  reader: { view: DataView; offset: number },
  encoding: string,
  { type }: ListColumn,
  dictionary: DecodedArray | undefined,
  count: () => number,
): (index: number) => number {
  const { view } = reader;
  if (encoding === "PLAIN") {
    const { offset } = reader;
    return type === "FLOAT"
      ? (index) => view.getFloat32(offset + 4 * index, true)
      : (index) => view.getFloat64(offset + 8 * index, true);
  }
  if (encoding === "BYTE_STREAM_SPLIT") {
    const values = byteStreamSplit(reader, count(), type, undefined);
    return (index) => values[index] as number;
  }
  if ((encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") && dictionary) {
    const indexes = new Uint32Array(count());
    const width = indexes.length === 0 ? 0 : view.getUint8(reader.offset++);
    if (width > 0) readRleBitPackedHybrid(reader, width, indexes, view.byteLength - reader.offset);
    return (index) => dictionary[indexes[index]!] as number;
  }
  throw new Error(`floats are encoded with ${encoding}`);
}

export const decompressor =
  (codec: Parameters<typeof decompressPage>[2], compressors: Parameters<typeof decompressPage>[3]): Decompress =>
  (bytes, size) =>
    decompressPage(bytes, size, codec, compressors);
