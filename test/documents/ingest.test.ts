import {
  Field,
  FixedSizeList,
  Float16,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromArrays,
  tableToIPC,
  Utf8,
  util,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import type { CollectionFeature } from "../../src/documents/contract";
import {
  type ImportFormat,
  importDocuments,
  importValues,
  requireImportFormat,
} from "../../src/documents/ingest/importer";
import { chunkStream } from "../support/memory-object-store";
import { listQuery, StoreHarness } from "../support/store";

const encode = (text: string) => new TextEncoder().encode(text);

async function run(
  bytes: Uint8Array,
  format: ImportFormat,
  options: { chunk?: number; features?: CollectionFeature[] } = {},
) {
  const h = await StoreHarness.create(options.features);
  const body = chunkStream(bytes, options.chunk ?? 37);
  const summary = await importDocuments({ ...h.target("b1"), body, format });
  const { documents } = await h.store.list(listQuery({ limit: 1000, returnVectors: true }));
  return { h, summary, documents };
}

const LINES = [
  '{"document_id":"a","payload":{"n":1,"t":"é{[\\"]}"},"vectors":{"pixels":[1,2,3],"text":[0,0]}}',
  '{"document_id":"b","vectors":{"mixpeek://passthrough@v1/pixels":[4,5,6]},"color":"red"}',
  '{"payload":{"only":"payload"}}',
];

describe.each([1, 3, 37, 1e6])("text in chunks of %i bytes", (chunk) => {
  it.each<[string, ImportFormat, string]>([
    ["NDJSON", "ndjson", `${LINES.join("\n")}\n`],
    ["NDJSON with blank lines, CRLF and no end", "ndjson", LINES.join("\r\n\r\n")],
    ["a JSON array", "json", `\ufeff [ ${LINES.join(" ,\n")} ] `],
  ])("%s", async (_name, format, text) => {
    const { summary, documents } = await run(encode(text), format, { chunk });
    expect(summary).toMatchObject({ status: "COMPLETED", received: 3, inserted: 3, failed: 0 });
    expect(documents[0]).toMatchObject({
      documentId: "a",
      payload: { n: 1, t: 'é{["]}' },
      vectors: { pixels: [1, 2, 3], text: [0, 0] },
    });
    expect(documents[1]).toMatchObject({
      documentId: "b",
      payload: { color: "red" },
      features: ["pixels"],
      vectors: { pixels: [4, 5, 6] },
    });
    expect(documents[2]!.documentId).toMatch(/^doc_/);
  });
});

describe("JSON bodies", () => {
  it("may be one object", async () => {
    expect((await run(encode(LINES[0]!), "json")).summary.inserted).toBe(1);
  });

  it.each(["", "[", "[{}", "[{},]", "{} {}", '"x"', "[{}{}]", "[,{}]", "]"])(
    "refuses %j and stores nothing",
    async (text) => {
      const h = await StoreHarness.create();
      const body = chunkStream(encode(text), 2);
      await expect(importDocuments({ ...h.target("b1"), body, format: "json" })).rejects.toMatchObject({
        code: "invalid_json",
      });
      expect(await h.store.count(null)).toBe(0);
      expect(h.objects.keys).toEqual([]);
    },
  );

  it("reports elements that are no documents", async () => {
    const { summary } = await run(encode('[1, "x", null, [1], {"a":1}, {bad}, true]'), "json");
    expect(summary).toMatchObject({ received: 7, inserted: 1, failed: 6 });
    expect(summary.errors.map((error) => error.line)).toEqual([1, 2, 3, 4, 6, 7]);
  });
});

describe("refused rows", () => {
  it.each<[string, unknown, string, string]>([
    ["wrong dimensions", { vectors: { pixels: [1, 2] } }, "invalid_vector", "3 numbers, not 2"],
    ["null in a vector", { vectors: { pixels: [1, null, 2] } }, "invalid_vector", "'pixels'[1] is null"],
    ["too large for a float", { vectors: { pixels: [1, 1e39, 2] } }, "invalid_vector", "finite 32-bit float"],
    ["a text in a vector", { vectors: { pixels: [1, "2", 2] } }, "invalid_vector", '"2"'],
    ["an unknown feature", { vectors: { pixel: [1, 2, 3] } }, "feature_not_found", "pixels, text"],
    [
      "a sparse vector",
      { vectors: { pixels: { indices: [1], values: [1] } } },
      "invalid_vector",
      "not a sparse vector",
    ],
    ["a multi-vector", { vectors: { pixels: [[1, 2, 3]] } }, "invalid_vector", "not a multi-vector"],
    ["a bare sparse vector", { vectors: { indices: [1], values: [1] } }, "feature_not_found", "pixels, text"],
    ["a numeric id", { document_id: 5 }, "validation_failed", "must be a string"],
    ["an empty id", { document_id: "" }, "validation_failed", "1 to 255"],
    ["a control character in an id", { document_id: "a\nb" }, "validation_failed", "control"],
    ["a payload that is a list", { payload: [] }, "validation_failed", "payload must be an object"],
    ["a key given twice", { a: 1, payload: { a: 2 } }, "validation_failed", "'a' stands in"],
    ["a huge payload", { payload: { a: "é".repeat(600_000) } }, "payload_too_large", "1048576"],
  ])("%s", async (_name, row, code, message) => {
    const h = await StoreHarness.create();
    const summary = await importValues(h.target("b1"), [{ document_id: "good" }, row]);
    expect(summary).toMatchObject({ status: "COMPLETED_WITH_ERRORS", inserted: 1, failed: 1 });
    expect(summary.errors[0]).toMatchObject({ line: 2, code });
    expect(summary.errors[0]!.message).toContain(message);
  });

  it("are counted in full, reported up to a thousand, and named by line", async () => {
    const text = `${"nonsense\n".repeat(1500)}{"document_id":"a"}\n\u00ff`;
    const bytes = new Uint8Array([...encode(text).subarray(0, -2), 0xff]);
    const { summary } = await run(bytes, "ndjson", { chunk: 1000 });
    expect(summary).toMatchObject({ received: 1502, inserted: 1, failed: 1501 });
    expect(summary.errors.length).toBe(1000);
    expect(summary.errors[6]).toMatchObject({ line: 7, code: "invalid_json", document_id: null });
  });
});

it("reports refused rows in the order of their lines, whoever refuses them", async () => {
  const good = (id: string) => JSON.stringify({ document_id: id });
  const lines = [
    good("a"),
    JSON.stringify({ vectors: { pixels: [1] } }),
    "nonsense",
    good("a"),
    JSON.stringify({ document_id: "" }),
    "[]",
    good("b"),
    good("b"),
  ];
  const { summary } = await run(encode(lines.join("\n")), "ndjson", { chunk: 1e6 });
  expect(summary.errors.map(({ line, code }) => [line, code])).toEqual([
    [2, "invalid_vector"],
    [3, "invalid_json"],
    [4, "duplicate_document_id"],
    [5, "validation_failed"],
    [6, "validation_failed"],
    [8, "duplicate_document_id"],
  ]);
});

it("keeps the first thousand errors although some are found last", async () => {
  const lines = [...Array(2), ...Array(5000)].map((_, i) => (i < 2 ? '{"document_id":"a"}' : "nonsense"));
  const { summary } = await run(encode(lines.join("\n")), "ndjson", { chunk: 1e6 });
  expect(summary).toMatchObject({ received: 5002, inserted: 1, failed: 5001 });
  expect(summary.errors.map((error) => error.line)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 2));
});

it("refuses NaN and Infinity of a binary format row by row, and takes zero vectors", async () => {
  const list = new FixedSizeList(2, new Field("item", new Float32(), false));
  const data = Float32Array.of(1, 2, Number.NaN, 0, 0, Number.POSITIVE_INFINITY, 0, 0, -0, 0);
  const child = makeData({ type: new Float32(), length: 10, nullCount: 0, data });
  const column = makeData({ type: list, length: 5, nullCount: 0, child });
  const schema = new Schema([new Field("text", list, false)]);
  const struct = makeData({ type: new Struct(schema.fields), length: 5, nullCount: 0, children: [column] });
  const bytes = RecordBatchStreamWriter.writeAll([new RecordBatch(schema, struct)]).toUint8Array(true);
  const { h, summary } = await run(bytes, "arrow");
  expect(summary).toMatchObject({ received: 5, inserted: 3, failed: 2 });
  expect(summary.errors.map(({ line, code }) => [line, code])).toEqual([
    [2, "invalid_vector"],
    [3, "invalid_vector"],
  ]);
  const frozen = await h.store.freeze({
    runId: "r",
    filters: null,
    features: ["text"],
    zeroIsNoise: true,
    sample: null,
    attributes: [],
  });
  expect(frozen).toMatchObject({ rows: 1, noiseRows: 2 });
});

it("refuses a document whose text is too long, and reads on", async () => {
  const long = JSON.stringify({ payload: { a: "x".repeat(4 * 1024 * 1024) } });
  for (const format of ["ndjson", "json"] as const) {
    const text = format === "json" ? `[{},${long},{}]` : `{}\n${long}\n{}`;
    const { summary } = await run(encode(text), format, { chunk: 500_000 });
    expect(summary).toMatchObject({ received: 3, inserted: 2, failed: 1 });
    expect(summary.errors[0]).toMatchObject({ line: 2, code: "payload_too_large" });
  }
});

it("takes the create request's form", async () => {
  const h = await StoreHarness.create([{ uri: "mixpeek://passthrough@v1/v", name: "v", dimensions: 2 }]);
  const features = [{ feature_extractor_id: "passthrough_v1", payload: { p: 1 }, vectors: { anyname: [1, 2] } }];
  await importValues(h.target("b1"), [
    { collection_id: "col_1", document_id: "a", metadata: { k: 1 }, features, title: "t" },
  ]);
  expect(await h.store.get("a", true)).toMatchObject({
    payload: { metadata: { k: 1 }, title: "t", p: 1 },
    vectors: { v: [1, 2] },
  });
});

it("writes several segments and finds every vector again", async () => {
  const dimensions = 1024;
  const features = [{ uri: "u", name: "v", dimensions }];
  const rows = 2500;
  const h = await StoreHarness.create(features);
  const values = Array.from({ length: rows }, (_, i) => ({
    document_id: `d${i}`,
    vectors: { v: new Array(dimensions).fill(i) },
  }));
  expect((await importValues(h.target("b1"), values)).inserted).toBe(rows);
  expect(h.objects.keys.length).toBe(2);
  for (const i of [0, 2047, 2048, 2499])
    expect(((await h.store.get(`d${i}`, true))!.vectors!.v as number[])[dimensions - 1]).toBe(i);
});

it("gives up what it wrote when the body breaks", async () => {
  const h = await StoreHarness.create();
  let chunks = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (chunks++ < 60_000 / 1000) controller.enqueue(encode(`${LINES[2]}\n`.repeat(1000)));
      else controller.error(new Error("connection lost"));
    },
  });
  await expect(importDocuments({ ...h.target("b1"), body, format: "ndjson" })).rejects.toThrow("connection lost");
  expect(await h.store.count(null)).toBe(0);
  expect((await h.store.batch("b1"))!.status).toBe("FAILED");
});

describe("Arrow", () => {
  const floats = (values: number[], half = false) => {
    const type = half ? new Float16() : new Float32();
    const data = half ? Uint16Array.from(values, (v) => util.float64ToUint16(v)) : Float32Array.from(values);
    return makeData({ type, length: values.length, nullCount: 0, data: data as never });
  };
  const stream = (half: boolean, nulls = false): Uint8Array => {
    const list = new FixedSizeList(3, new Field("item", half ? new Float16() : new Float32(), false));
    const child = floats([1, 2, 3, 4, 5, 6, 0, 0, 0], half);
    const bitmap = nulls ? { nullCount: 1, nullBitmap: new Uint8Array([0b101]) } : { nullCount: 0 };
    const pixels = makeData({ type: list, length: 3, child: child as never, ...bitmap });
    const ids = vectorFromArray(["a", "b", "c"], new Utf8()).data[0]!;
    const kind = vectorFromArray(["x", "y", "x"]).data[0]!;
    const schema = new Schema([
      new Field("document_id", ids.type),
      new Field("kind", kind.type, true),
      new Field("pixels", list, true),
    ]);
    const struct = makeData({
      type: new Struct(schema.fields),
      length: 3,
      nullCount: 0,
      children: [ids, kind, pixels] as never,
    });
    return RecordBatchStreamWriter.writeAll([new RecordBatch(schema, struct)]).toUint8Array(true);
  };

  it.each([false, true])("reads fixed-size lists (half: %s), ids and dictionaries", async (half) => {
    const { summary, documents } = await run(stream(half), "arrow");
    expect(summary).toMatchObject({ status: "COMPLETED", inserted: 3 });
    expect(documents.map((d) => [d.documentId, d.payload, d.vectors])).toEqual([
      ["a", { kind: "x" }, { pixels: [1, 2, 3] }],
      ["b", { kind: "y" }, { pixels: [4, 5, 6] }],
      ["c", { kind: "x" }, { pixels: [0, 0, 0] }],
    ]);
  });

  it("leaves a null vector out", async () => {
    const { documents } = await run(stream(false, true), "arrow");
    expect(documents.map((d) => [d.documentId, ...d.features])).toEqual([["a", "pixels"], ["b"], ["c", "pixels"]]);
  });

  it("refuses the file format, cut streams and columns of another shape", async () => {
    const table = tableFromArrays({ pixels: Float32Array.of(1, 2, 3) });
    await expect(run(tableToIPC(table, "file"), "arrow")).rejects.toMatchObject({ code: "bad_request" });
    await expect(run(tableToIPC(table, "stream"), "arrow")).rejects.toMatchObject({ code: "invalid_vector" });
    await expect(run(stream(false).subarray(0, 500), "arrow")).rejects.toMatchObject({ code: "bad_request" });
    await expect(run(encode("garbage of some length"), "arrow")).rejects.toMatchObject({ code: "bad_request" });
  });
});

it("names the content types that it takes", () => {
  expect(requireImportFormat("application/x-ndjson; charset=utf-8")).toBe("ndjson");
  expect(() => requireImportFormat("text/csv")).toThrow("application/vnd.apache.arrow.stream");
});
