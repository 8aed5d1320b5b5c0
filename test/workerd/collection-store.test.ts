import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from "apache-arrow";
import { Compression, initSync, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm/esm";
import parquetModule from "parquet-wasm/esm/parquet_wasm_bg.wasm";
import { expect, it } from "vitest";
import { collectionStore, storeName } from "../../src/documents/client";
import { importDocuments, importValues } from "../../src/documents/ingest/importer";
import { gatherRows } from "../../src/documents/segments";
import { parseFilter } from "../../src/domain/filters/parse";
import { objectStore } from "../../src/objects/of-role";
import { chunkStream } from "../support/memory-object-store";
import { listQuery } from "../support/store";

const DIMENSIONS = 50;

async function collection(collectionId: string, dimensions = DIMENSIONS) {
  const features = [{ uri: "mixpeek://passthrough@v1/v", name: "v", dimensions }];
  const config = { namespaceId: "ns_1", collectionId, features };
  const store = collectionStore(env, config.namespaceId, collectionId);
  await store.configure(config);
  return {
    store,
    config,
    objects: objectStore(env),
    stub: env.COLLECTIONS.getByName(storeName(config.namespaceId, collectionId)),
  };
}

/** An Arrow stream of `rows` rows in batches of `batchRows`, value = row + dimension / 100. */
function arrowStream(rows: number, batchRows = 5000): Uint8Array {
  const type = new FixedSizeList(DIMENSIONS, new Field("item", new Float32(), false));
  const schema = new Schema([new Field("v", type, false)]);
  const batches = Array.from({ length: Math.ceil(rows / batchRows) }, (_, b) => {
    const length = Math.min(batchRows, rows - b * batchRows);
    const data = Float32Array.from({ length: length * DIMENSIONS }, (_, i) => {
      return b * batchRows + Math.floor(i / DIMENSIONS) + (i % DIMENSIONS) / 100;
    });
    const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data });
    const list = makeData({ type, length, nullCount: 0, child });
    return new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: [list] }),
    );
  });
  return RecordBatchStreamWriter.writeAll(batches).toUint8Array(true);
}

it("imports, lists, freezes and gathers; nothing is lost by an eviction", async () => {
  const { store, config, objects, stub } = await collection("col_arrow");
  const rows = 30_000;
  const body = chunkStream(arrowStream(rows), 65_536);
  const summary = await importDocuments({ store, config, objects, batchId: "batch_1", body, format: "arrow" });
  expect(summary).toMatchObject({ status: "COMPLETED", received: rows, inserted: rows });

  await evictDurableObject(stub);
  expect(await store.count(null)).toBe(rows);
  const request = { runId: "run_1", filters: null, features: ["v"], zeroIsNoise: false, sample: null, attributes: [] };
  expect(await store.freeze(request)).toMatchObject({ rows });
  await evictDurableObject(stub);
  const page = await store.frozen("run_1", 12_345, 12_355);
  const out = new Float32Array(10 * DIMENSIONS);
  await gatherRows(objects, page, ["v"], out);
  expect([out[0], out[DIMENSIONS], out[10 * DIMENSIONS - 1]]).toEqual([12_345, 12_346, Math.fround(12_354.49)]);
});

it("answers the filter language, with errors restored on this side of the RPC", async () => {
  const { store, config, objects } = await collection("col_filters", 2);
  const documents = Array.from({ length: 40 }, (_, i) => {
    return {
      document_id: `d${i}`,
      payload: { n: i, title: i % 2 ? "Übung" : "Plain", tags: [i % 3] },
      vectors: { v: [i, 1] },
    };
  });
  await importValues({ store, config, objects, batchId: "batch_1" }, documents);
  const filters = parseFilter({ title: "übung", NOT: { field: "tags", operator: "in", value: [0, 1] }, n: 5 });
  expect((await store.list(listQuery({ filters, returnVectors: true }))).documents).toMatchObject([
    { documentId: "d5", vectors: { v: [5, 1] } },
  ]);
  const texts = Array.from({ length: 150 }, (_, i) => ({ field: "title", operator: "contains", value: `x${i}` }));
  expect(await store.count(parseFilter({ OR: texts }))).toBe(0);
  const aggregate = await store.aggregate({
    filters: null,
    groupBy: [{ field: "title", alias: "title", dateTrunc: null, datePart: null }],
    aggregations: [{ function: "sum", field: "n", alias: "total" }],
    having: null,
    unwind: null,
    rangeBuckets: null,
    sortBy: "total",
    sortDirection: "desc",
    limit: 1,
  });
  expect(aggregate).toMatchObject({
    results: [{ group: { title: "Übung" }, metrics: { total: 400 } }],
    totalGroups: 2,
  });
  await expect(store.update("nobody", {}, "merge")).rejects.toMatchObject({ code: "document_not_found", status: 404 });
});

it("cleans up by alarm", async () => {
  const { store, config, objects, stub } = await collection("col_alarm", 2);
  for (let i = 0; i < 20; i++) {
    await importValues({ store, config, objects, batchId: `batch_${i}` }, [
      { document_id: `d${i}`, vectors: { v: [i, 0] } },
    ]);
  }
  await store.maintain();
  const segments = await runInDurableObject(stub, (_, state) => {
    return state.storage.sql.exec("SELECT count(*) AS n FROM segments").one().n;
  });
  expect(segments).toBe(1);
  expect((await store.get("d7", true))!.vectors).toEqual({ v: [7, 0] });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  await store.destroy();
  expect((await objects.list("documents/ns_1/col_alarm/")).objects).toEqual([]);
});

it("stages and commits rows without vectors, chunk by chunk", async () => {
  const { store } = await collection("col_bare");
  await store.begin("batch_1");
  const rows = 12_000;
  for (let from = 0; from < rows; from += 4000) {
    const chunk = Array.from({ length: 4000 }, (_, i) => {
      const line = from + i + 1;
      return { line, documentId: `doc_${line}`, payload: "{}", segmentRow: -1, present: 0, zero: 0 };
    });
    expect(await store.stage("batch_1", null, chunk)).toEqual([]);
  }
  expect(await store.count(null)).toBe(0);
  const summary = await store.commit("batch_1", { received: rows, errors: [], failed: 0 });
  expect(summary).toMatchObject({ status: "COMPLETED", inserted: rows });
  expect(await store.count(null)).toBe(rows);
});

it.each(["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD"] as const)("imports Parquet with %s", async (codec) => {
  initSync({ module: parquetModule });
  const rows = 10_000;
  const properties = new WriterPropertiesBuilder().setCompression(Compression[codec]).setMaxRowGroupSize(4000).build();
  const bytes = writeParquet(Table.fromIPCStream(arrowStream(rows)), properties);
  const { store, config, objects } = await collection(`col_parquet_${codec}`);
  const body = chunkStream(bytes, 65_536);
  const summary = await importDocuments({ store, config, objects, batchId: "batch_1", body, format: "parquet" });
  expect(summary).toMatchObject({ status: "COMPLETED", received: rows, inserted: rows });
  const { documents } = await store.list(listQuery({ limit: 1, offset: 8765, returnVectors: true }));
  expect((documents[0]!.vectors!.v as number[]).slice(0, 2)).toEqual([8765, Math.fround(8765.01)]);
  expect((await objects.list(`documents/ns_1/col_parquet_${codec}/uploads/`)).objects).toEqual([]);
});

it("imports an Arrow record batch that is too large for memory by way of the object store", async () => {
  const rows = 70_000;
  const { store, config, objects } = await collection("col_large");
  const body = chunkStream(arrowStream(rows, rows), 65_536);
  const summary = await importDocuments({ store, config, objects, batchId: "batch_1", body, format: "arrow" });
  expect(summary).toMatchObject({ status: "COMPLETED", received: rows, inserted: rows });
  const { documents } = await store.list(listQuery({ limit: 1, offset: 69_999, returnVectors: true }));
  expect((documents[0]!.vectors!.v as number[])[0]).toBe(69_999);
  expect((await objects.list("documents/ns_1/col_large/uploads/")).objects).toEqual([]);
});
