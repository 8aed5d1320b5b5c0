/** Vectors to measure with: a seeded generator, and reference sets where they are at hand. */
import { existsSync, readFileSync } from "node:fs";
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Utf8,
} from "apache-arrow";
import { inRoot } from "../../../scripts/lib/paths.mjs";

/** Name of the one feature of every collection here. */
export const FEATURE = "v";

/** Uniform numbers in [0, 1): Mulberry32. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `rows` × `dimensions` around `clusters` centres: unequal sizes and enough noise that clusters touch. */
export function blobs(rows, dimensions, clusters, seed) {
  const random = uniform(seed);
  const centres = Float32Array.from({ length: clusters * dimensions }, () => 4 * random() - 2);
  const values = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const centre = Math.floor(random() ** 1.5 * clusters) * dimensions;
    for (let d = 0; d < dimensions; d++) {
      values[row * dimensions + d] = centres[centre + d] + 2 * (random() + random() + random() - 1.5);
    }
  }
  return { values, rows, dimensions };
}

/** A reference set, or null where it is absent. */
export function reference(name) {
  const path = (suffix) => inRoot("..", "shared", "data", `${name}.${suffix}`);
  if (!existsSync(path("f32"))) return null;
  const bytes = readFileSync(path("f32"));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const { n: rows, dim: dimensions } = JSON.parse(readFileSync(path("meta.json"), "utf8"));
  return { values, rows, dimensions };
}

/** Rows [from, to) as NDJSON for an import. */
export function ndjson({ values, dimensions }, from, to) {
  const lines = [];
  for (let row = from; row < to; row++) {
    const vector = Array.from(values.subarray(row * dimensions, (row + 1) * dimensions));
    lines.push(JSON.stringify({ document_id: documentId(row), payload: { row }, vectors: { [FEATURE]: vector } }));
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Rows [from, to) as an Arrow IPC stream for an import, in batches as writers make them. */
export function arrow(data, from, to) {
  const vectors = new FixedSizeList(data.dimensions, new Field("item", new Float32(), false));
  const schema = new Schema([new Field("document_id", new Utf8(), false), new Field(FEATURE, vectors, false)]);
  const batches = [];
  for (let at = from; at < to; at += BATCH_ROWS) {
    batches.push(recordBatch(schema, data, at, Math.min(to, at + BATCH_ROWS)));
  }
  return tableToIPC(new Table(schema, batches), "stream");
}

function recordBatch(schema, { values, dimensions }, from, to) {
  const rows = to - from;
  const ids = Array.from({ length: rows }, (_, i) => documentId(from + i));
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, i) => i * ID_LENGTH);
  const data = values.subarray(from * dimensions, to * dimensions);
  const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
  const children = [
    makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets, data: Buffer.from(ids.join("")) }),
    makeData({ type: schema.fields[1].type, length: rows, nullCount: 0, child }),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }));
}

const BATCH_ROWS = 4096;
const ID_LENGTH = 12;
const documentId = (row) => `doc_${String(row).padStart(ID_LENGTH - 4, "0")}`;
