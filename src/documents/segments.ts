/**
 * Segments: the vectors of a collection, as immutable uncompressed Arrow IPC files in the object store. One record
 * batch, one FixedSizeList<float32> column per dense feature (sparse ones: `segments-sparse.ts`); a document without a vector of a feature has zeros there and a
 * bit in the CollectionStore that says so. Row r of a column starts at `offset + 4 · dimensions · r`, so that rows are
 * read by byte range without parsing the file.
 */
import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  tableFromIPC,
} from "apache-arrow";
import { ShoalError } from "../domain/errors";
import type { ObjectStore } from "../objects/object-store";
import type { CollectionFeature, DenseColumn, FrozenPage, SegmentInfo, SparseRows } from "./contract";
import { locateSparse, sparseData } from "./segments-sparse";

/** A segment holds at most this many bytes of vectors: one object-store put, a few range reads. */
export const SEGMENT_BYTES = 8 * 1024 * 1024;
/** And at most this many rows: what is kept of each row in memory has a bound too. */
export const MAX_SEGMENT_ROWS = 65_536;
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** Unwanted bytes between two wanted rows that are cheaper to read than a second request. */
const MAX_GAP_BYTES = 64 * 1024;
/** Connections a Worker may have open at once. https://developers.cloudflare.com/workers/platform/limits/ */
const MAX_REQUESTS = 6;

export interface EncodedSegment {
  bytes: Uint8Array;
  columns: SegmentInfo["columns"];
}

/** Rows that fit a segment of these features; at least one. What sparse vectors take is seen as they come. */
export function segmentCapacity(features: CollectionFeature[]): number {
  const rowBytes = features.reduce((sum, { kind, dimensions }) => sum + (kind === "sparse" ? 4 : 4 * dimensions), 0);
  return Math.min(MAX_SEGMENT_ROWS, Math.max(1, Math.floor(SEGMENT_BYTES / Math.max(rowBytes, 1))));
}

/** A feature's vectors in a segment: row-major, possibly longer than needed; or compressed sparse rows. */
export type ColumnValues = Float32Array | SparseRows;

/** Encodes `rows` rows; `values[i]` holds the vectors of feature i. */
export function encodeSegment(features: CollectionFeature[], values: ColumnValues[], rows: number): EncodedSegment {
  const children = features.map(({ dimensions }, i) => {
    const column = values[i]!;
    return column instanceof Float32Array ? denseData(column, dimensions, rows) : sparseData(column, rows);
  });
  const fields = features.map(({ name }, i) => new Field(name, children[i]!.type, false));
  const struct = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children });
  const writer = new RecordBatchFileWriter();
  writer.write(new RecordBatch(new Schema(fields), struct));
  writer.finish();
  const bytes = writer.toUint8Array(true);
  return { bytes, columns: locateColumns(bytes, features) };
}

function denseData(values: Float32Array, dimensions: number, rows: number): Data {
  const type = new FixedSizeList(dimensions, new Field("item", new Float32(), false));
  const data = values.subarray(0, rows * dimensions);
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
  return makeData({ type, length: rows, nullCount: 0, child });
}

/** The reader's arrays are views of the file, so their place in it is the place to read from later. */
function locateColumns(bytes: Uint8Array, features: CollectionFeature[]): SegmentInfo["columns"] {
  const batch = tableFromIPC(bytes).batches[0]!;
  const columns: SegmentInfo["columns"] = {};
  features.forEach(({ name, dimensions, kind }, i) => {
    if (kind === "sparse") {
      columns[name] = locateSparse(bytes, batch, i, dimensions);
      return;
    }
    const values = batch.data.children[i]!.children[0]!.values as Float32Array;
    if (values.buffer !== bytes.buffer) throw new Error("the Arrow reader copied a column: its offset is unknown");
    columns[name] = { offset: values.byteOffset - bytes.byteOffset, dimensions };
  });
  return columns;
}

type Rows = Pick<FrozenPage, "segments" | "segmentRows" | "segmentInfo">;

interface Read {
  key: string;
  offset: number;
  length: number;
  dimensions: number;
  /** Start of the feature's block within a row of the output. */
  column: number;
  /** Pairs of (row of the output, byte offset in this read). */
  targets: [number, number][];
}

/**
 * Fills `out` with the vectors of `page`, row-major: rows × the sum of the features' dimensions, blocks in the order of
 * `features`. Rows without a vector become zeros. Neighbouring rows are read together, ≤ 4 MiB a read, ≤ 6 at once.
 * @throws ShoalError `internal_error` when a segment or a column of it is missing.
 */
export async function gatherRows(
  objects: ObjectStore,
  page: Rows,
  features: string[],
  out: Float32Array,
): Promise<void> {
  if (page.segments.includes(-1)) out.fill(0);
  const { reads, width } = planReads(page, features);
  if (out.length < width * page.segments.length) {
    throw new Error(`gatherRows needs ${width * page.segments.length} floats, not ${out.length}`);
  }
  let next = 0;
  const worker = async () => {
    while (next < reads.length) {
      const read = reads[next++]!;
      const bytes = await objects.range(read.key, read.offset, read.length);
      if (bytes === null || bytes.byteLength < read.length) {
        throw new ShoalError("internal_error", `The segment ${read.key} is missing or shorter than its record says.`);
      }
      scatter(bytes, read, width, out);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, reads.length) }, worker));
}

function scatter(bytes: Uint8Array<ArrayBuffer>, read: Read, width: number, out: Float32Array): void {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const floats = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  for (const [row, at] of read.targets) {
    const from = at / 4;
    out.set(floats.subarray(from, from + read.dimensions), row * width + read.column);
  }
}

function planReads(page: Rows, features: string[]): { reads: Read[]; width: number } {
  const reads: Read[] = [];
  const info = new Map(page.segmentInfo.map((segment) => [segment.id, segment]));
  const bySegment = new Map<number, number[]>();
  page.segments.forEach((segment, row) => {
    if (segment < 0) return;
    const rows = bySegment.get(segment);
    if (rows) rows.push(row);
    else bySegment.set(segment, [row]);
  });
  let width = 0;
  for (const feature of features) {
    let dimensions = 0;
    for (const [id, rows] of bySegment) {
      const segment = info.get(id);
      const column = segment?.columns[feature];
      if (!segment || !column || !("offset" in column)) {
        throw new ShoalError("internal_error", `Segment ${id} has no dense column '${feature}'.`, {
          segment: id,
          feature,
        });
      }
      dimensions = column.dimensions;
      rows.sort((a, b) => page.segmentRows[a]! - page.segmentRows[b]!);
      readColumn(page, segment.key, column, rows, width, reads);
    }
    width += dimensions;
  }
  return { reads, width };
}

/** Reads of one column for rows in ascending order of their place in the segment. */
function readColumn(
  page: Rows,
  key: string,
  { offset, dimensions }: DenseColumn,
  rows: number[],
  column: number,
  reads: Read[],
): void {
  const rowBytes = 4 * dimensions;
  let read: Read | null = null;
  for (const row of rows) {
    const start = offset + rowBytes * page.segmentRows[row]!;
    const end: number = read ? read.offset + read.length : 0;
    if (read && start - end <= MAX_GAP_BYTES && start + rowBytes - read.offset <= MAX_READ_BYTES) {
      read.length = Math.max(read.length, start + rowBytes - read.offset);
    } else {
      read = { key, offset: start, length: rowBytes, dimensions, column, targets: [] };
      reads.push(read);
    }
    read.targets.push([row, start - read.offset]);
  }
}
