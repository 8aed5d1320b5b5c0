/**
 * Column batches as Arrow record batches and IPC streams. Every array is built with `makeData`: Arrow's builders compile
 * code at run time, which Workers forbid.
 */
import {
  type Data,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
} from "apache-arrow";
import type { Cell, ColumnBatch, ColumnSpec, ColumnType, TableSpec } from "./tables";

/** A stream ends with this marker: 0xFFFFFFFF and a zero length. */
const END_OF_STREAM_BYTES = 8;

// Parquet's name for the values of a list.
const listOf = <T extends DataType>(type: T): List<T> => new List(new Field("element", type, false));

const ARROW_TYPES: Record<ColumnType, DataType> = {
  utf8: new Utf8(),
  int32: new Int32(),
  float32: new Float32(),
  float64: new Float64(),
  "list<float32>": listOf(new Float32()),
  "list<float64>": listOf(new Float64()),
  "list<utf8>": listOf(new Utf8()),
};

export function arrowSchema(spec: TableSpec): Schema {
  return new Schema(spec.columns.map(({ name, type, nullable }) => new Field(name, ARROW_TYPES[type], nullable)));
}

/** One batch as a whole IPC stream: schema, record batch, end. */
export function batchToIpc(spec: TableSpec, batch: ColumnBatch): Uint8Array {
  const schema = arrowSchema(spec);
  const children = spec.columns.map((column) => columnData(column, batch.columns[column.name]!, batch.rows));
  const struct = makeData({ type: new Struct(schema.fields), length: batch.rows, nullCount: 0, children });
  return tableToIPC(new Table(schema, [new RecordBatch(schema, struct)]), "stream");
}

/** The batches as one Arrow IPC stream, a chunk for each. */
export async function* arrowStream(spec: TableSpec, batches: AsyncIterable<ColumnBatch>): AsyncGenerator<Uint8Array> {
  // A stream is the schema's message, then the batches' messages, then the end: so each batch's own stream is cut to
  // its middle. That keeps one writer for Arrow and Parquet, and nothing is buffered between batches.
  const bare = tableToIPC(new Table(arrowSchema(spec)), "stream");
  const schemaBytes = bare.byteLength - END_OF_STREAM_BYTES;
  yield bare.subarray(0, schemaBytes);
  for await (const batch of batches) yield batchToIpc(spec, batch).subarray(schemaBytes, -END_OF_STREAM_BYTES);
  yield bare.subarray(schemaBytes);
}

function columnData({ name, type, nullable }: ColumnSpec, cells: ArrayLike<Cell>, rows: number): Data {
  if (cells.length !== rows) throw new RangeError(`column ${name} has ${cells.length} values, its batch ${rows} rows`);
  const validity = validityOf(cells);
  if (!nullable && validity.nullCount > 0) throw new RangeError(`column ${name} has a null and may not have one`);
  const base = { length: rows, ...validity };
  switch (type) {
    case "utf8":
      return makeData({ type: new Utf8(), ...base, ...encodeStrings(cells as ArrayLike<string | null>) });
    case "int32":
      return makeData({ type: new Int32(), ...base, data: numbers(Int32Array, cells) });
    case "float32":
      return makeData({ type: new Float32(), ...base, data: numbers(Float32Array, cells) });
    case "float64":
      return makeData({ type: new Float64(), ...base, data: numbers(Float64Array, cells) });
    case "list<float32>": {
      const { valueOffsets, data } = encodeNumbers(Float32Array, cells as ArrayLike<ArrayLike<number> | null>);
      const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
      return makeData({ type: listOf(new Float32()), ...base, valueOffsets, child });
    }
    case "list<float64>": {
      const { valueOffsets, data } = encodeNumbers(Float64Array, cells as ArrayLike<ArrayLike<number> | null>);
      const child = makeData({ type: new Float64(), length: data.length, nullCount: 0, data });
      return makeData({ type: listOf(new Float64()), ...base, valueOffsets, child });
    }
    case "list<utf8>": {
      const lists = cells as ArrayLike<readonly string[] | null>;
      const valueOffsets = offsetsOf(lists);
      const values = Array.from(lists).flatMap((list) => list ?? []);
      const child = makeData({ type: new Utf8(), length: values.length, nullCount: 0, ...encodeStrings(values) });
      return makeData({ type: listOf(new Utf8()), ...base, valueOffsets, child });
    }
  }
}

const isNull = (cell: Cell): boolean => cell === null || Number.isNaN(cell);

function validityOf(cells: ArrayLike<Cell>): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(cells.length / 8));
  let nullCount = 0;
  for (let i = 0; i < cells.length; i++) {
    if (isNull(cells[i]!)) nullCount += 1;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap };
}

/** Null becomes 0, so that the bytes under a null are always the same. */
function numbers<T extends Int32Array | Float32Array | Float64Array>(
  Type: new (length: number) => T,
  cells: ArrayLike<Cell>,
): T {
  const values = new Type(cells.length);
  for (let i = 0; i < cells.length; i++) values[i] = isNull(cells[i]!) ? 0 : (cells[i] as number);
  return values;
}

function encodeNumbers<T extends Float32Array | Float64Array>(
  Type: new (length: number) => T,
  lists: ArrayLike<ArrayLike<number> | null>,
): { valueOffsets: Int32Array; data: T } {
  const valueOffsets = offsetsOf(lists);
  const data = new Type(valueOffsets[lists.length]!);
  for (let i = 0; i < lists.length; i++) if (lists[i]) data.set(lists[i]!, valueOffsets[i]);
  return { valueOffsets, data };
}

function offsetsOf(lists: ArrayLike<ArrayLike<unknown> | null>): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  for (let i = 0; i < lists.length; i++) offsets[i + 1] = offsets[i]! + (lists[i]?.length ?? 0);
  return offsets;
}

const encoder = new TextEncoder();

function encodeStrings(strings: ArrayLike<string | null>): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(strings.length + 1);
  // A null joins as nothing.
  const text = Array.prototype.join.call(strings, "");
  const data = encoder.encode(text);
  // One byte a code unit means ASCII throughout: the lengths are known without encoding each string.
  const ascii = data.byteLength === text.length;
  for (let i = 0; i < strings.length; i++) {
    const string = strings[i] ?? "";
    valueOffsets[i + 1] = valueOffsets[i]! + (ascii ? string.length : encoder.encode(string).byteLength);
  }
  return { valueOffsets, data };
}
