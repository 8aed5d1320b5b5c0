import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { ColumnChunk, Compressors, DecodedArray, PageHeader, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { ShoalError } from "../../domain/errors";

const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const HEADER_BYTES = 16 * 1024;
const MIN_READ_BYTES = 64 * 1024;
const MAX_READ_BYTES = 1024 * 1024;

/** Snappy is hyparquet's own; the other codecs are the runtime's. */
const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};
const CODECS = new Set(["UNCOMPRESSED", "SNAPPY", ...Object.keys(COMPRESSORS)]);

/** Reads one leaf column of a row group page by page and gives its rows in order. */
export class ColumnReader {
  /** Dotted path in the schema. */
  readonly path: string;
  readonly #slice: (start: number, end: number) => Promise<ArrayBuffer>;
  readonly #decoder: Parameters<typeof readPage>[2];
  readonly #readBytes: number;
  readonly #end: number;
  #at: number;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #dictionary: DecodedArray | undefined;
  #rows: unknown[] = [];

  constructor(
    chunk: ColumnChunk,
    tree: SchemaTree,
    slice: (start: number, end: number) => Promise<ArrayBuffer>,
    readAhead: number,
  ) {
    const meta = chunk.meta_data;
    if (!meta || chunk.file_path) throw parquetError("a column's data lies outside the file");
    this.path = meta.path_in_schema.join(".");
    if (!CODECS.has(meta.codec)) {
      const known = [...CODECS].join(", ");
      throw parquetError(`column '${this.path}' is compressed with ${meta.codec}; available are ${known}`);
    }
    const schemaPath = getTreePath(tree, meta.path_in_schema);
    this.#decoder = {
      pathInSchema: meta.path_in_schema,
      element: schemaPath.at(-1)!.element,
      schemaPath,
      type: meta.type,
      codec: meta.codec,
      compressors: COMPRESSORS,
      parsers: DEFAULT_PARSERS,
    };
    this.#slice = slice;
    this.#readBytes = Math.min(MAX_READ_BYTES, Math.max(MIN_READ_BYTES, readAhead));
    this.#at = Number(meta.dictionary_page_offset || meta.data_page_offset);
    this.#end = this.#at + Number(meta.total_compressed_size);
  }

  /** Rows that are complete: a nested row may go on in the next page, so the last one waits for it. */
  get ready(): number {
    return this.#at >= this.#end ? this.#rows.length : Math.max(0, this.#rows.length - 1);
  }

  take(count: number): unknown[] {
    return this.#rows.splice(0, count);
  }

  /** Reads pages until a row is ready, or to the end. */
  async fill(): Promise<void> {
    while (this.ready === 0 && this.#at < this.#end) await this.#readPage();
  }

  async #readPage(): Promise<void> {
    const { header, headerBytes } = await this.#header();
    const { compressed_page_size: size, uncompressed_page_size: full } = header;
    if (!(size >= 0 && size <= MAX_PAGE_BYTES && full <= MAX_PAGE_BYTES)) {
      throw parquetError(`a page of column '${this.path}' has ${full} bytes; the limit is ${MAX_PAGE_BYTES}`);
    }
    this.#at += headerBytes;
    const bytes = await this.#bytes(size);
    if (bytes.byteLength < size) throw parquetError(`column '${this.path}' is cut short`);
    this.#at += size;
    if (header.type === "INDEX_PAGE") return;
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const isDictionary = header.type === "DICTIONARY_PAGE";
    const { data } = readPage(
      reader,
      header,
      this.#decoder,
      this.#dictionary,
      isDictionary ? undefined : this.#rows,
      0,
    );
    if (!data) return;
    if (isDictionary) this.#dictionary = convert(data, this.#decoder);
    // hyparquet appends to the rows it was given, unless a flat page needs no assembly.
    else if (data !== this.#rows) for (let i = 0; i < data.length; i++) this.#rows.push(data[i]);
  }

  /** The header has no stated length: it is parsed from a few kilobytes, from more when they do not suffice. */
  async #header(): Promise<{ header: PageHeader; headerBytes: number }> {
    for (let bytes = HEADER_BYTES; ; bytes *= 8) {
      const window = await this.#bytes(Math.min(bytes, this.#end - this.#at));
      const reader = { view: new DataView(window.buffer, window.byteOffset, window.byteLength), offset: 0 };
      try {
        const header = parquetHeader(reader);
        return { header, headerBytes: reader.offset };
      } catch (error) {
        if (!(error instanceof RangeError) || bytes >= MAX_READ_BYTES) throw error;
      }
    }
  }

  /** `length` bytes from the current place, read ahead. */
  async #bytes(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const offset = this.#at - this.#windowStart;
    if (offset < 0 || offset + length > this.#window.byteLength) {
      const end = Math.min(this.#end, this.#at + Math.max(length, this.#readBytes));
      this.#window = new Uint8Array(await this.#slice(this.#at, end));
      this.#windowStart = this.#at;
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(offset, offset + length);
  }
}

export const parquetError = (what: string): ShoalError =>
  new ShoalError("bad_request", `The body is not a Parquet file that can be imported: ${what}.`);
