/**
 * Sparse columns of a segment: Arrow's List<Struct<index: uint32, value: float32>>, whose three buffers are compressed sparse rows
 * as they are. A row's entries are found through its two offsets, so rows are read by ranges as dense ones are.
 */
import { Field, Float32, List, makeData, type RecordBatch, Struct, Uint32 } from "apache-arrow";
import { ShoalError } from "../domain/errors";
import type { ObjectStore } from "../objects/object-store";
import type { FrozenPage, SegmentInfo, SparseColumn, SparseRows } from "./contract";

const MAX_READ_BYTES = 4 * 1024 * 1024;
/** Unwanted bytes between two wanted rows that are cheaper to read than a second request. */
const MAX_GAP_BYTES = 64 * 1024;
/** Connections a Worker may have open at once. https://developers.cloudflare.com/workers/platform/limits/ */
const MAX_REQUESTS = 6;

const ENTRY = new Struct<{ index: Uint32; value: Float32 }>([
  new Field("index", new Uint32(), false),
  new Field("value", new Float32(), false),
]);
export const SPARSE_TYPE = new List(new Field("entry", ENTRY, false));

/** The Arrow data of the first `rows` rows. */
export function sparseData({ offsets, indices, values }: SparseRows, rows: number) {
  const entries = offsets[rows]!;
  const children = [
    makeData({ type: new Uint32(), length: entries, nullCount: 0, data: indices.subarray(0, entries) }),
    makeData({ type: new Float32(), length: entries, nullCount: 0, data: values.subarray(0, entries) }),
  ];
  const child = makeData({ type: ENTRY, length: entries, nullCount: 0, children });
  const valueOffsets = offsets.subarray(0, rows + 1);
  return makeData({ type: SPARSE_TYPE, length: rows, nullCount: 0, valueOffsets, child });
}

/** Where column `i` of the batch, read from `bytes`, lies in them. */
export function locateSparse(bytes: Uint8Array, batch: RecordBatch, i: number, dimensions: number): SparseColumn {
  const list = batch.data.children[i]!;
  const [indices, values] = list.children[0]!.children;
  const at = (view: ArrayBufferView) => {
    // A column without entries has buffers of no bytes, which the reader makes anew.
    if (view.byteLength === 0) return 0;
    if (view.buffer !== bytes.buffer) throw new Error("the Arrow reader copied a column: its offset is unknown");
    return view.byteOffset - bytes.byteOffset;
  };
  return { dimensions, offsets: at(list.valueOffsets), indices: at(indices!.values), values: at(values!.values) };
}

type Rows = Pick<FrozenPage, "segments" | "segmentRows" | "segmentInfo">;

/** Where the entries of each row of a page lie: `lengths[row]` of them, from `starts[row]` on in the column of its segment. */
interface Located {
  segments: Int32Array;
  starts: Int32Array;
  lengths: Int32Array;
  columns: Map<number, { key: string; column: SparseColumn }>;
}

/** Entries [from, to) of a column, and the rows of the output that they are of. */
interface Read {
  key: string;
  column: SparseColumn;
  from: number;
  to: number;
  targets: { row: number; from: number; to: number }[];
}

/**
 * The vectors of `feature` for the rows of `page`, in its order. Rows without a vector are empty.
 * @throws ShoalError `internal_error` when a segment or its column is missing.
 */
export async function gatherSparseRows(objects: ObjectStore, page: Rows, feature: string): Promise<SparseRows> {
  return readLocated(objects, await locateRows(objects, page, feature), 0, page.segments.length);
}

/**
 * The same, as many rows at a time as have `entries` entries together, or one row that has more: what a row takes is known only once its
 * offsets are read, and a page of long texts has a hundred times as much as one of short ones. `from`: first row in the page.
 */
export async function* sparseSlices(
  objects: ObjectStore,
  page: Rows,
  feature: string,
  entries: number,
): AsyncGenerator<{ from: number; rows: SparseRows }> {
  const located = await locateRows(objects, page, feature);
  const count = page.segments.length;
  let from = 0;
  while (from < count) {
    let to = from + 1;
    let taken = located.lengths[from]!;
    while (to < count && taken + located.lengths[to]! <= entries) taken += located.lengths[to++]!;
    yield { from, rows: await readLocated(objects, located, from, to) };
    from = to;
  }
}

async function locateRows(objects: ObjectStore, page: Rows, feature: string): Promise<Located> {
  const count = page.segments.length;
  const located: Located = {
    segments: page.segments,
    starts: new Int32Array(count),
    lengths: new Int32Array(count),
    columns: new Map(),
  };
  await atOnce(bySegment(page), async ([segment, rows]) => {
    const column = segment.columns[feature];
    if (!column || !("indices" in column)) {
      const msg = `Segment ${segment.id} has no sparse column '${feature}'.`;
      throw new ShoalError("internal_error", msg, { segment: segment.id, feature });
    }
    located.columns.set(segment.id, { key: segment.key, column });
    rows.sort((a, b) => page.segmentRows[a]! - page.segmentRows[b]!);
    const first = page.segmentRows[rows[0]!]!;
    const last = page.segmentRows[rows.at(-1)!]!;
    const offsets = new Int32Array(
      await range(objects, segment.key, column.offsets + 4 * first, 4 * (last - first + 2)),
    );
    for (const row of rows) {
      const place = page.segmentRows[row]! - first;
      located.starts[row] = offsets[place]!;
      located.lengths[row] = offsets[place + 1]! - offsets[place]!;
    }
  });
  return located;
}

/** Rows [first, end) of what was located. */
async function readLocated(objects: ObjectStore, located: Located, first: number, end: number): Promise<SparseRows> {
  const count = end - first;
  const offsets = new Int32Array(count + 1);
  for (let row = 0; row < count; row++) offsets[row + 1] = offsets[row]! + located.lengths[first + row]!;
  const entries = offsets[count]!;
  const out: SparseRows = { offsets, indices: new Uint32Array(entries), values: new Float32Array(entries) };
  await atOnce(planReads(located, first, end), async ({ key, column, from, to, targets }) => {
    const indices = new Uint32Array(await range(objects, key, column.indices + 4 * from, 4 * (to - from)));
    const values = new Float32Array(await range(objects, key, column.values + 4 * from, 4 * (to - from)));
    for (const target of targets) {
      const at = offsets[target.row - first]!;
      out.indices.set(indices.subarray(target.from - from, target.to - from), at);
      out.values.set(values.subarray(target.from - from, target.to - from), at);
    }
  });
  return out;
}

/** Neighbouring rows of a segment are read together. */
function planReads({ segments, starts, lengths, columns }: Located, first: number, end: number): Read[] {
  const rows: number[] = [];
  for (let row = first; row < end; row++) if (lengths[row]! > 0) rows.push(row);
  rows.sort((a, b) => segments[a]! - segments[b]! || starts[a]! - starts[b]!);
  const reads: Read[] = [];
  let read: Read | null = null;
  let segment = -1;
  for (const row of rows) {
    const [from, to] = [starts[row]!, starts[row]! + lengths[row]!];
    const near: boolean =
      read !== null &&
      segment === segments[row] &&
      4 * (from - read.to) <= MAX_GAP_BYTES &&
      4 * (to - read.from) <= MAX_READ_BYTES;
    if (!read || !near) {
      segment = segments[row]!;
      read = { ...columns.get(segment)!, from, to, targets: [] };
      reads.push(read);
    }
    read.to = Math.max(read.to, to);
    read.targets.push({ row, from, to });
  }
  return reads;
}

function bySegment(page: Rows): [SegmentInfo, number[]][] {
  const found = new Map<number, [SegmentInfo, number[]]>(page.segmentInfo.map((info) => [info.id, [info, []]]));
  page.segments.forEach((id, row) => {
    if (id < 0) return;
    const segment = found.get(id);
    if (!segment) throw new ShoalError("internal_error", `Segment ${id} is not among the page's.`, { segment: id });
    segment[1].push(row);
  });
  return [...found.values()].filter(([, rows]) => rows.length > 0);
}

/** The bytes in a buffer of their own, so that numbers can be read from its beginning. */
async function range(objects: ObjectStore, key: string, offset: number, length: number): Promise<ArrayBuffer> {
  const bytes = await objects.range(key, offset, length);
  if (bytes === null || bytes.byteLength < length) {
    throw new ShoalError("internal_error", `The segment ${key} is missing or shorter than its record says.`);
  }
  return bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

async function atOnce<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(MAX_REQUESTS, items.length) }, worker));
}
