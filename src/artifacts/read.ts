/** Reads a table of a finished run by byte ranges: the footer, then one row group at a time, and only those it needs. */
import { type AsyncBuffer, type FileMetaData, type ParquetScan, parquetMetadataAsync, parquetScan } from "hyparquet";
import { ShoalError } from "../domain/errors";
import type { ObjectStore } from "../objects/object-store";
import type { ReadOptions } from "./contract";
import type { Cell, ColumnBatch, TableSpec } from "./tables";

/** Enough for the footer of about 400,000 members, 1.2 KB a row group; a longer one costs a second request. */
const FOOTER_BYTES = 64 * 1024;

interface Group {
  index: number;
  firstRow: number;
  rows: number;
  /** Bytes of all its columns. */
  from: number;
  to: number;
}

export class TableFile {
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
  readonly spec: TableSpec;
  readonly #metadata: FileMetaData;
  readonly #buffer: WindowBuffer;

  /** Reads the footer. Throws `artifacts_not_found` when there is no such object. */
  static async open(objects: ObjectStore, key: string, spec: TableSpec): Promise<TableFile> {
    const info = await objects.head(key);
    if (!info) throw missing(key);
    const buffer = new WindowBuffer(objects, key, info.size);
    const metadata = await parquetMetadataAsync(buffer, { initialFetchSize: FOOTER_BYTES });
    return new TableFile(key, spec, metadata, buffer);
  }

  private constructor(key: string, spec: TableSpec, metadata: FileMetaData, buffer: WindowBuffer) {
    this.key = key;
    this.rows = Number(metadata.num_rows);
    this.bytes = buffer.byteLength;
    this.spec = spec;
    this.#metadata = metadata;
    this.#buffer = buffer;
  }

  /** The file's bytes as they are. */
  async stream(): Promise<ReadableStream<Uint8Array>> {
    return this.#buffer.stream();
  }

  /** Rows of these clusters (all when null); reads at most the `cluster_id` column. */
  async count(clusterIds: string[] | null): Promise<number> {
    if (clusterIds === null) return this.rows;
    const scan = await this.#scan();
    let count = 0;
    for (const group of this.#groups()) count += (await this.#matches(scan, group, clusterIds)).length;
    return count;
  }

  /** The rows asked for, in the file's order, a batch for each row group that has any; `columns`: null for all. */
  async *read(
    { offset, limit, clusterIds }: ReadOptions,
    columns: readonly string[] | null = null,
  ): AsyncGenerator<ColumnBatch> {
    const scan = await this.#scan();
    let skip = offset;
    let left = limit;
    for (const group of this.#groups()) {
      if (left <= 0) return;
      // Without a filter, a group that lies before the offset is passed without a request.
      const matches = clusterIds ? await this.#matches(scan, group, clusterIds) : null;
      const available = matches?.length ?? group.rows;
      if (skip >= available) {
        skip -= available;
        continue;
      }
      const take = Math.min(left, available - skip);
      const picked = matches ? matches.slice(skip, skip + take) : Array.from({ length: take }, (_, i) => skip + i);
      skip = 0;
      left -= take;
      yield await this.#pick(scan, group, picked, columns);
    }
  }

  *#groups(): Generator<Group> {
    let firstRow = 0;
    for (const [index, group] of this.#metadata.row_groups.entries()) {
      const starts = group.columns.map(({ meta_data: m }) => Number(m!.dictionary_page_offset ?? m!.data_page_offset));
      const ends = group.columns.map(({ meta_data: m }, i) => starts[i]! + Number(m!.total_compressed_size));
      const rows = Number(group.num_rows);
      yield { index, firstRow, rows, from: Math.min(...starts), to: Math.max(...ends) };
      firstRow += rows;
    }
  }

  #scan(): Promise<ParquetScan> {
    // One page a column and group, so the offset index says nothing that the footer does not.
    return parquetScan({ file: this.#buffer, metadata: this.#metadata, useOffsetIndex: false });
  }

  /** Row numbers within the group whose cluster is asked for. */
  async #matches(scan: ParquetScan, group: Group, clusterIds: string[]): Promise<number[]> {
    if (!this.#mayHold(group, clusterIds)) return [];
    const ids = await readColumn(scan, group, "cluster_id");
    const wanted = new Map<string, boolean>();
    const isWanted = (id: string): boolean => {
      let answer = wanted.get(id);
      if (answer === undefined) {
        answer = clusterIds.some((clusterId) => isWithin(id, clusterId));
        wanted.set(id, answer);
      }
      return answer;
    };
    const matches: number[] = [];
    for (let i = 0; i < ids.length; i++) if (isWanted(ids[i] as string)) matches.push(i);
    return matches;
  }

  /** False when the group's statistics rule every one of the clusters out. */
  #mayHold(group: Group, clusterIds: string[]): boolean {
    const column = this.#metadata.row_groups[group.index]!.columns.find(
      ({ meta_data: m }) => m!.path_in_schema[0] === "cluster_id",
    );
    const min = column?.meta_data?.statistics?.min_value;
    const max = column?.meta_data?.statistics?.max_value;
    if (typeof min !== "string" || typeof max !== "string") return true;
    return clusterIds.some((id) => id <= max && lastWithin(id) >= min);
  }

  async #pick(
    scan: ParquetScan,
    group: Group,
    picked: number[],
    wanted: readonly string[] | null,
  ): Promise<ColumnBatch> {
    // One request for the group: the columns lie side by side.
    await this.#buffer.slice(group.from, group.to);
    const columns: Record<string, Cell[]> = {};
    for (const { name } of this.spec.columns) {
      if (wanted && !wanted.includes(name)) continue;
      const cells = await readColumn(scan, group, name);
      // hyparquet says undefined for a null list.
      columns[name] = picked.map((row) => cells[row] ?? null);
    }
    return { rows: picked.length, columns };
  }
}

async function readColumn(scan: ParquetScan, group: Group, column: string): Promise<ArrayLike<Cell>> {
  const cells = await scan.readColumn({ column, rowStart: group.firstRow, rowEnd: group.firstRow + group.rows });
  if (cells.length !== group.rows) throw new Error(`column ${column} has ${cells.length} cells of ${group.rows}`);
  return cells as ArrayLike<Cell>;
}

/** A cluster holds itself and everything below it: `cl_0` holds `cl_0_sub_1`. */
const isWithin = (id: string, clusterId: string): boolean => id === clusterId || id.startsWith(`${clusterId}_sub_`);
/** An upper bound of the ids within a cluster, in the order of the statistics. */
const lastWithin = (clusterId: string): string => `${clusterId}_sub_~`;

/** The object as hyparquet reads it. The last range stays in memory, and what lies within it is served from there. */
class WindowBuffer implements AsyncBuffer {
  readonly byteLength: number;
  readonly #objects: ObjectStore;
  readonly #key: string;
  #from = 0;
  #window: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(objects: ObjectStore, key: string, byteLength: number) {
    this.#objects = objects;
    this.#key = key;
    this.byteLength = byteLength;
  }

  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    if (start < this.#from || end > this.#from + this.#window.byteLength) {
      const bytes = await this.#objects.range(this.#key, start, end - start);
      if (!bytes) throw missing(this.#key);
      this.#from = start;
      this.#window = bytes;
      return whole(bytes);
    }
    return whole(this.#window.subarray(start - this.#from, end - this.#from));
  }

  async stream(): Promise<ReadableStream<Uint8Array>> {
    const stream = await this.#objects.stream(this.#key);
    if (!stream) throw missing(this.#key);
    return stream;
  }
}

const whole = (bytes: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  bytes.byteLength === bytes.buffer.byteLength
    ? bytes.buffer
    : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

function missing(key: string): ShoalError {
  const file = key.slice(key.lastIndexOf("/") + 1);
  return new ShoalError("artifacts_not_found", `This run has no ${file}.`, { file });
}
