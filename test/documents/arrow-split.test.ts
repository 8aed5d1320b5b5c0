import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { MEMORY_BYTES } from "../../src/documents/ingest/arrow";
import { importDocuments } from "../../src/documents/ingest/importer";
import { chunkStream } from "../support/memory-object-store";
import { listQuery, StoreHarness } from "../support/store";

const DIMENSIONS = 64;
const FEATURES = [{ uri: "mixpeek://passthrough@v1/v", name: "v", dimensions: DIMENSIONS }];

function column(values: unknown[], type: unknown) {
  return vectorFromArray(values as never, type as never).data[0]!;
}

/** One record batch whose values follow from the row number; every layout that a payload can have, with nulls. */
function batch(from: number, rows: number): RecordBatch {
  const numbers = Array.from({ length: rows }, (_, i) => from + i);
  const list = new FixedSizeList(DIMENSIONS, new Field("item", new Float32(), false));
  const values = Float32Array.from({ length: rows * DIMENSIONS }, (_, i) => from * DIMENSIONS + i);
  const valid = new Uint8Array((rows + 7) >> 3);
  numbers.forEach((n, i) => {
    if (n % 5 !== 3) valid[i >> 3]! |= 1 << (i & 7);
  });
  const vectors = makeData({
    type: list,
    length: rows,
    nullCount: numbers.filter((n) => n % 5 === 3).length,
    nullBitmap: valid,
    child: makeData({ type: new Float32(), length: values.length, nullCount: 0, data: values }),
  });
  const inner = new Struct([new Field("n", new Int32(), true), new Field("on", new Bool(), true)]);
  const columns = {
    document_id: column(
      numbers.map((n) => `d${n}`),
      new Utf8(),
    ),
    v: vectors,
    title: column(
      numbers.map((n) => (n % 3 === 0 ? null : "é".repeat(n % 4) + n)),
      new Utf8(),
    ),
    flag: column(
      numbers.map((n) => (n % 7 === 0 ? null : n % 2 === 0)),
      new Bool(),
    ),
    tags: column(
      numbers.map((n) => (n % 11 === 0 ? null : Array.from({ length: n % 4 }, (_, i) => `t${n + i}`))),
      new List(new Field("item", new Utf8(), true)),
    ),
    nested: column(
      numbers.map((n) => (n % 6 === 0 ? null : { n: n % 4 === 0 ? null : n, on: n % 2 === 1 })),
      inner,
    ),
    at: column(
      numbers.map((n) => n * 1000),
      new TimestampMillisecond(),
    ),
    kind: column(
      numbers.map((n) => `kind ${n % 3}`),
      new Dictionary(new Utf8(), new Int32(), 1),
    ),
  };
  const schema = new Schema(Object.entries(columns).map(([name, data]) => new Field(name, data.type, true)));
  const struct = makeData({
    type: new Struct(schema.fields),
    length: rows,
    nullCount: 0,
    children: Object.values(columns) as never,
  });
  return new RecordBatch(schema, struct);
}

const stream = (...batches: RecordBatch[]) => RecordBatchStreamWriter.writeAll(batches).toUint8Array(true);

async function run(bytes: Uint8Array) {
  const h = await StoreHarness.create(FEATURES);
  const body = chunkStream(bytes, 300_007);
  return { h, summary: await importDocuments({ ...h.target("b1"), body, format: "arrow" }) };
}

describe("a record batch that is too large for memory", () => {
  const rows = 60_003;

  it("gives the documents that small ones give, and is never held whole", async () => {
    const bytes = stream(batch(0, rows));
    expect(bytes.byteLength).toBeGreaterThan(MEMORY_BYTES);
    const { h, summary } = await run(bytes);
    expect(summary).toMatchObject({ status: "COMPLETED", received: rows, inserted: rows });
    const small = await run(stream(batch(0, 500), batch(500, 500)));
    const last = await run(stream(batch(rows - 500, 500)));
    const page = async (of: StoreHarness, offset: number) => {
      const { documents } = await of.store.list(listQuery({ limit: 500, offset, returnVectors: true }));
      return documents.map(({ documentId, payload, vectors }) => ({ documentId, payload, vectors }));
    };
    expect(await page(h, 0)).toEqual(await page(small.h, 0));
    expect(await page(h, 500)).toEqual(await page(small.h, 500));
    expect(await page(h, rows - 500)).toEqual(await page(last.h, 0));
    expect((await h.store.get("d20002", true))!.payload).toEqual({
      title: "éé20002",
      kind: "kind 1",
      flag: true,
      tags: ["t20002", "t20003"],
      nested: { n: 20002, on: false },
      at: new Date(20_002_000).toISOString(),
    });
    const reads = h.objects.requests.filter(({ operation, key }) => operation === "range" && key.includes("/uploads/"));
    expect(Math.max(...reads.map((read) => read.bytes))).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(h.objects.keys.filter((key) => key.includes("/uploads/"))).toEqual([]);
  }, 120_000);

  it("takes fewer rows at a time where rows are longer than the mean", async () => {
    const long = Array.from({ length: 9000 }, (_, i) => (i >= 8980 ? "x".repeat(1_000_000) : ""));
    const text = column(long, new Utf8());
    const schema = new Schema([new Field("text", text.type, true)]);
    const struct = makeData({ type: new Struct(schema.fields), length: 9000, nullCount: 0, children: [text] as never });
    const { summary } = await run(stream(new RecordBatch(schema, struct)));
    expect(summary).toMatchObject({ status: "COMPLETED", received: 9000, inserted: 9000 });
  });

  it("with offsets that point nowhere is refused, and leaves nothing", async () => {
    const bytes = stream(batch(0, rows));
    // The offsets of `document_id`, the first column: they begin with 0, 2, 4, 6.
    const offsets = new Int32Array(bytes.buffer, 0, bytes.byteLength >> 2);
    const at = offsets.findIndex((_, i) => [0, 2, 4, 6].every((value, j) => offsets[i + j] === value));
    offsets[at + rows] = 2 ** 31 - 1;
    const h = await StoreHarness.create(FEATURES);
    const body = chunkStream(bytes, 1_000_000);
    await expect(importDocuments({ ...h.target("b1"), body, format: "arrow" })).rejects.toMatchObject({
      code: "bad_request",
    });
    expect(await h.store.count(null)).toBe(0);
    expect(h.objects.keys).toEqual([]);
  });

  it("that ends early is refused, and leaves nothing", async () => {
    const h = await StoreHarness.create(FEATURES);
    const body = chunkStream(stream(batch(0, rows)).subarray(0, 13_000_000), 1_000_000);
    await expect(importDocuments({ ...h.target("b1"), body, format: "arrow" })).rejects.toMatchObject({
      code: "bad_request",
    });
    expect(h.objects.keys).toEqual([]);
  });
});
