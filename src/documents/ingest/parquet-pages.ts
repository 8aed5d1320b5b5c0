import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { ColumnChunk, Compressors, DecodedArray, PageHeader, SchemaTree } from "hyparquet";
import { parquetHeader, readPage } from "hyparquet/src/column.js";
import { convert, DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { getTreePath } from "hyparquet/src/schema.js";
import { ShoalError } from "../../domain/errors";
import { decompressor, type ListColumn, ListPage, listColumn } from "./parquet-lists";

/** Of a page of float lists two copies are in memory at most, of others the values as JavaScript has them. */
const MAX_LIST_PAGE = { bytes: 32 * 1024 * 1024, values: 9_000_000 };
const MAX_PAGE = { bytes: 16 * 1024 * 1024, values: 1_000_000 };
const ROWS_PER_READ = 512;
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
  readonly #lists: ListColumn | null;
  #page: ListPage | null = null;
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
    this.#lists = listColumn(schemaPath, meta.type);
    this.#slice = slice;
    this.#readBytes = Math.min(MAX_READ_BYTES, Math.max(MIN_READ_BYTES, readAhead));
    this.#at = Number(meta.dictionary_page_offset || meta.data_page_offset);
    this.#end = this.#at + Number(meta.total_compressed_size);
  }

  /** Rows are lists of floats already, not leaves that have to be put together. */
  get isList(): boolean {
    return this.#lists !== null;
  }

  /** Rows that are complete: a nested row may go on in the next page, so the last one waits for it. */
  get ready(): number {
    return this.#hasMore ? Math.max(0, this.#rows.length - 1) : this.#rows.length;
  }

  get #hasMore(): boolean {
    return this.#at < this.#end || this.#page?.hasMore === true;
  }

  take(count: number): unknown[] {
    return this.#rows.splice(0, count);
  }

  /** Reads on until a row is ready, or to the end. */
  async fill(): Promise<void> {
    while (this.ready === 0 && this.#hasMore) {
      if (this.#page?.hasMore) this.#page.readInto(this.#rows, ROWS_PER_READ);
      else await this.#readPage();
    }
  }

  async #readPage(): Promise<void> {
    this.#page = null;
    const { header, headerBytes } = await this.#header();
    const { compressed_page_size: size } = header;
    this.#checkSize(header);
    this.#at += headerBytes;
    const bytes = await this.#bytes(size);
    if (bytes.byteLength < size) throw parquetError(`column '${this.path}' is cut short`);
    this.#at += size;
    if (header.type === "INDEX_PAGE") return;
    const isDictionary = header.type === "DICTIONARY_PAGE";
    if (this.#lists && !isDictionary) {
      const decompress = decompressor(this.#decoder.codec, COMPRESSORS);
      this.#page = new ListPage(bytes, header, this.#lists, this.#dictionary, decompress);
      // The page holds what it needs; a large one is not kept twice.
      if (size > this.#readBytes) this.#window = new Uint8Array(0);
      return;
    }
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
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

  #checkSize(header: PageHeader): void {
    const { compressed_page_size: compressed, uncompressed_page_size: full } = header;
    const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header;
    const values = (v1 ?? v2 ?? dictionary)?.num_values ?? 0;
    const limit = this.#lists && !dictionary ? MAX_LIST_PAGE : MAX_PAGE;
    if (compressed >= 0 && compressed <= limit.bytes && full <= limit.bytes && values >= 0 && values <= limit.values) {
      return;
    }
    const what = `a page of column '${this.path}' has ${full} bytes and ${values} values`;
    const most = `the limits are ${limit.bytes} and ${limit.values}`;
    throw parquetError(`${what}; ${most}: write smaller pages, or row groups of fewer rows`);
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
