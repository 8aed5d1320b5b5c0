import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import {
  Field,
  FixedSizeList,
  Float32,
  Int64,
  List,
  RecordBatchStreamWriter,
  Struct,
  Table,
  tableFromIPC,
  Uint32,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import type { CollectionFeature } from "../../src/documents/contract";
import { importDocuments, importValues } from "../../src/documents/ingest/importer";
import { gatherSparseRows } from "../../src/documents/segments-sparse";
import { chunkStream } from "../support/memory-object-store";
import { listQuery, StoreHarness } from "../support/store";

const SPLADE: CollectionFeature = {
  uri: "mixpeek://passthrough@v1/splade",
  name: "splade",
  dimensions: 100,
  kind: "sparse",
};
const COLBERT: CollectionFeature = {
  uri: "mixpeek://passthrough@v1/colbert",
  name: "colbert",
  dimensions: 2,
  pooling: "mean",
};
const DENSE: CollectionFeature = { uri: "mixpeek://passthrough@v1/plain", name: "plain", dimensions: 2 };
const FEATURES = [SPLADE, COLBERT, DENSE];

async function stored(row: unknown, features = FEATURES) {
  const h = await StoreHarness.create(features);
  const summary = await importValues(h.target("b1"), [{ document_id: "d", ...(row as object) }]);
  return { h, summary, document: await h.store.get("d", true) };
}

describe("sparse vectors", () => {
  it.each([
    ["ascending", { indices: [1, 50, 99], values: [1, -2, 0.5] }, { indices: [1, 50, 99], values: [1, -2, 0.5] }],
    ["in any order", { indices: [50, 1], values: [-2, 1] }, { indices: [1, 50], values: [1, -2] }],
    ["with zeros", { indices: [3, 4], values: [0, 1] }, { indices: [4], values: [1] }],
    ["empty", { indices: [], values: [] }, { indices: [], values: [] }],
  ])("are stored %s", async (_, given, expected) => {
    const { document } = await stored({ vectors: { splade: given } });
    expect(document).toMatchObject({ features: ["splade"], vectors: { splade: expected } });
  });

  it.each([
    ["a dense one", [1, 2], '{"indices": [], "values": []}, not an array of numbers'],
    ["a multi-vector", [[1]], "not a multi-vector"],
    ["no values", { indices: [1] }, "not a sparse vector"],
    ["unequal lengths", { indices: [1, 2], values: [1] }, "2 indices and 1 values"],
    [
      "an index too large",
      { indices: [5, 100], values: [1, 1] },
      "indices[1] must be an integer from 0 to 99, not 100",
    ],
    ["a negative index", { indices: [-1], values: [1] }, "not -1"],
    ["a fraction", { indices: [1.5], values: [1] }, "not 1.5"],
    ["a text", { indices: ["7"], values: [1] }, 'not "7"'],
    ["an index twice", { indices: [7, 3, 7], values: [1, 1, 1] }, "has 7 twice"],
    ["null as a value", { indices: [7], values: [null] }, "'splade'.values[0] is null, not a number"],
    ["an overflow", { indices: [7], values: [1e39] }, "finite 32-bit float"],
  ])("are refused with %s", async (_, vector, message) => {
    const { summary, document } = await stored({ vectors: { splade: vector } });
    expect(document).toBeNull();
    expect(summary.errors).toEqual([
      { line: 1, document_id: "d", code: "invalid_vector", message: expect.stringContaining(message) },
    ]);
  });

  it("may stand alone for the only sparse feature", async () => {
    const bare = { indices: [3], values: [4] };
    expect((await stored({ vectors: bare })).document?.vectors).toEqual({ splade: bare });
    expect((await stored({ features: [{ feature_extractor_id: "x", vectors: bare }] })).document?.vectors).toEqual({
      splade: bare,
    });
  });

  it("stay rectangular beside rows that lack them, over many segments, a restart and a compaction", async () => {
    const h = await StoreHarness.create([SPLADE, DENSE]);
    const rows = Array.from({ length: 300 }, (_, i) => ({
      document_id: `d${i}`,
      vectors: { ...(i % 3 ? { splade: { indices: [i % 7, 10 + (i % 90)], values: [i, 1] } } : {}), plain: [i, 1] },
    }));
    for (let part = 0; part < 20; part++)
      await importValues(h.target(`b${part}`), rows.slice(15 * part, 15 * part + 15));
    const check = async () => {
      const { documents } = await h.store.list(listQuery({ limit: 1000, returnVectors: true }));
      expect(documents.map(({ documentId, vectors }) => ({ document_id: documentId, vectors }))).toEqual(
        rows.map((row) => ({ ...row, vectors: { ...row.vectors } })),
      );
    };
    await check();
    await h.store.maintain();
    expect(h.objects.keys.length).toBeGreaterThan(20);
    await h.pass(11 * 60 * 1000);
    expect(h.objects.keys.length).toBeLessThan(5);
    h.restart();
    await check();
  });

  it("are Arrow lists of entries in the file, and are found again by ranges", async () => {
    const h = await StoreHarness.create([SPLADE]);
    const rows = [
      { splade: { indices: [2, 9], values: [1, 2] } },
      {},
      { splade: { indices: [], values: [] } },
      { splade: { indices: [99], values: [-1] } },
    ];
    await importValues(
      h.target("b"),
      rows.map((vectors) => ({ vectors })),
    );
    const file = tableFromIPC((await h.objects.get(h.objects.keys[0]!))!);
    expect(JSON.parse(JSON.stringify(file.getChild("splade")!.toArray()))).toEqual([
      [
        { index: 2, value: 1 },
        { index: 9, value: 2 },
      ],
      [],
      [{ index: 99, value: -1 }],
    ]);
    const segment = { id: 4, key: h.objects.keys[0]!, rows: 3, bytes: 0, columns: { splade: (await columnsOf(h))! } };
    const page = { segments: Int32Array.of(4, -1, 4), segmentRows: Int32Array.of(2, -1, 0), segmentInfo: [segment] };
    expect(await gatherSparseRows(h.objects, page, "splade")).toEqual({
      offsets: Int32Array.of(0, 1, 1, 3),
      indices: Uint32Array.of(99, 2, 9),
      values: Float32Array.of(-1, 1, 2),
    });
    await expect(gatherSparseRows(h.objects, page, "other")).rejects.toThrow(/no sparse column 'other'/);
  });
});

const columnsOf = async (h: StoreHarness) => {
  await h.store.freeze({
    runId: "r",
    filters: null,
    features: ["splade"],
    zeroIsNoise: false,
    sample: null,
    attributes: [],
  });
  return (await h.store.frozen("r", 0, 1)).segmentInfo[0]!.columns.splade;
};

describe("multi-vectors", () => {
  it("become their mean, each scaled to length 1", async () => {
    const { document } = await stored({
      vectors: {
        colbert: [
          [3, 4],
          [0, 10],
          [0, 0],
        ],
      },
    });
    expect(document!.vectors!.colbert).toEqual([expect.closeTo(0.2), expect.closeTo(0.6)]);
  });

  it("become their greatest values", async () => {
    const { document } = await stored(
      {
        vectors: {
          colbert: [
            [3, -4],
            [-1, 0],
          ],
        },
      },
      [{ ...COLBERT, pooling: "max" }],
    );
    expect(document!.vectors!.colbert).toEqual([expect.closeTo(0.6), 0]);
  });

  it.each([
    ["one vector", [1, 2], "not an array of numbers"],
    ["none", [], "not an empty array"],
    ["one of another length", [[1, 2], [1]], "'colbert'[1] must have 2 numbers, not 1"],
    ["a text", [[1, "x"]], "'colbert'[0][1] is \"x\", not a number"],
    ["null", [[1, 2], null], "'colbert'[1] must be an array of 2 numbers, not null"],
    ["a sparse vector", { indices: [], values: [] }, "not a sparse vector"],
  ])("are refused with %s", async (_, vector, message) => {
    const { summary } = await stored({ vectors: { colbert: vector } });
    expect(summary.errors[0]).toMatchObject({ code: "invalid_vector", message: expect.stringContaining(message) });
  });
});

describe("tables", () => {
  const ROWS = [
    {
      splade: { indices: [5, 1], values: [1, 2] },
      colbert: [
        [3, 4],
        [0, 1],
      ],
    },
    { splade: null, colbert: null },
    { splade: { indices: [], values: [] }, colbert: [[1, 0]] },
  ];
  const EXPECTED = [
    { splade: { indices: [1, 5], values: [2, 1] }, colbert: [expect.closeTo(0.3), expect.closeTo(0.9)] },
    {},
    { splade: { indices: [], values: [] }, colbert: [1, 0] },
  ];
  async function imported(bytes: Uint8Array, format: "arrow" | "parquet") {
    const h = await StoreHarness.create([SPLADE, COLBERT]);
    await importDocuments({ ...h.target("b"), body: chunkStream(bytes, 1000), format });
    return (await h.store.list(listQuery({ returnVectors: true }))).documents;
  }
  const arrow = (columns: ConstructorParameters<typeof Table>[0]) =>
    RecordBatchStreamWriter.writeAll(new Table(columns as never)).toUint8Array(true);

  it.each([new Uint32(), new Int64()])("of Arrow, with indices of type %s", async (int) => {
    const list = (type: Uint32 | Int64 | Float32) => new List(new Field("item", type as Float32, true));
    const sparse = new Struct([new Field("indices", list(int), true), new Field("values", list(new Float32()), true)]);
    const multi = new List(new Field("item", new FixedSizeList(2, new Field("item", new Float32(), true)), true));
    const big = (row: (typeof ROWS)[number]) =>
      row.splade && {
        ...row.splade,
        indices: int instanceof Int64 ? row.splade.indices.map(BigInt) : row.splade.indices,
      };
    const bytes = arrow({
      splade: vectorFromArray(ROWS.map(big), sparse as never),
      colbert: vectorFromArray(
        ROWS.map((row) => row.colbert),
        multi as never,
      ),
    } as never);
    const documents = await imported(await bytes, "arrow");
    expect(documents.map(({ vectors }) => vectors)).toEqual(EXPECTED);
    expect(documents.map(({ payload }) => payload)).toEqual([{}, {}, {}]);
  });

  it("of Arrow are refused by column where the type is another", async () => {
    const floats = new List(new Field("item", new Float32(), true));
    for (const name of ["splade", "colbert"]) {
      const bytes = await arrow({ [name]: vectorFromArray([[1, 2]], floats) } as never);
      await expect(imported(bytes, "arrow")).rejects.toThrow(`Column '${name}' must be a`);
    }
  });

  it("of Parquet", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shoal-vectors-"));
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(
      `COPY (SELECT * FROM (VALUES
         (1, {'indices': [5, 1], 'values': [1.0, 2.0]}, [[3.0, 4.0], [0.0, 1.0]]),
         (2, NULL, NULL),
         (3, {'indices': [], 'values': []}, [[1.0, 0.0]])
       ) t(n, splade, colbert) ORDER BY n) TO '${join(folder, "a.parquet")}' (FORMAT parquet)`.replaceAll(
        /(\d)\.0/g,
        "$1::FLOAT",
      ),
    );
    connection.closeSync();
    const documents = await imported(new Uint8Array(await readFile(join(folder, "a.parquet"))), "parquet");
    await rm(folder, { recursive: true });
    expect(documents.map(({ vectors }) => vectors)).toEqual(EXPECTED);
  });
});
