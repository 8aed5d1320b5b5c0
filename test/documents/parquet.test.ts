import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importDocuments } from "../../src/documents/ingest/importer";
import { chunkStream } from "../support/memory-object-store";
import { listQuery, StoreHarness } from "../support/store";

let folder: string;
let duckdb: DuckDBInstance;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shoal-parquet-"));
  duckdb = await DuckDBInstance.create();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(select: string, options: string): Promise<Uint8Array> {
  const path = join(folder, `${crypto.randomUUID()}.parquet`);
  const connection = await duckdb.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ${options})`);
  connection.closeSync();
  return new Uint8Array(await readFile(path));
}

async function run(bytes: Uint8Array) {
  const h = await StoreHarness.create();
  const summary = await importDocuments({ ...h.target("b1"), body: chunkStream(bytes, 100_000), format: "parquet" });
  return { h, summary };
}

const ROWS = `SELECT 'd' || i AS document_id, i AS n, CASE WHEN i % 7 = 0 THEN NULL ELSE 'name ' || (i % 5) END AS name,
  ['t' || (i % 3), NULL] AS tags, {'a': i, 'b': {'c': i % 2 = 0}} AS nested, TIMESTAMP '2026-01-02 03:04:05' AS at,
  9007199254740993::BIGINT AS big,
  CASE WHEN i = 4 THEN NULL ELSE [i, i + 0.5, -i]::FLOAT[] END AS pixels, [i::FLOAT, 1]::FLOAT[2] AS text
  FROM range(20000) t(i)`;

describe("Parquet", () => {
  it.each([
    "COMPRESSION uncompressed, ROW_GROUP_SIZE 5000",
    "COMPRESSION snappy, ROW_GROUP_SIZE 100000",
    "COMPRESSION gzip",
    "COMPRESSION zstd, PARQUET_VERSION v2",
    "COMPRESSION brotli",
  ])("with %s", async (options) => {
    const { h, summary } = await run(await write(ROWS, options));
    expect(summary).toMatchObject({ status: "COMPLETED", received: 20_000, inserted: 20_000 });
    for (const i of [0, 4, 7, 511, 512, 12_345, 19_999]) {
      const document = (await h.store.get(`d${i}`, true))!;
      expect(document.payload).toEqual({
        n: i,
        ...(i % 7 === 0 ? {} : { name: `name ${i % 5}` }),
        tags: [`t${i % 3}`, null],
        nested: { a: i, b: { c: i % 2 === 0 } },
        at: "2026-01-02T03:04:05.000Z",
        big: "9007199254740993",
      });
      expect(document.vectors).toEqual({
        ...(i === 4 ? {} : { pixels: [i, i + 0.5, i === 0 ? 0 : -i] }),
        text: [i, 1],
      });
    }
    expect(h.objects.keys.filter((key) => key.includes("/uploads/"))).toEqual([]);
  });

  it.each([
    ["plain", "random()", "COMPRESSION uncompressed"],
    ["plain, version 2", "random()", "COMPRESSION zstd, PARQUET_VERSION v2"],
    ["of few values (dictionary)", "i % 3", "COMPRESSION snappy"],
  ])("takes lists of floats as they are: %s", async (_name, value, options) => {
    const lists = `CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN [] WHEN 2 THEN [${value}, NULL] ELSE [${value}, ${value}, i] END`;
    const select = `SELECT 'd' || i AS document_id, (${lists})::FLOAT[] AS list, (${lists})::DOUBLE[] AS doubles,
      [i, 0.5, -1]::FLOAT[3] AS pixels FROM range(3000) t(i)`;
    const bytes = await write(select, options);
    const { h, summary } = await run(bytes);
    expect(summary).toMatchObject({ inserted: 3000, failed: 0 });
    const { documents } = await h.store.list(listQuery({ limit: 3000, returnVectors: true }));
    documents.forEach(({ payload, vectors }, i) => {
      expect(vectors!.pixels).toEqual([i, 0.5, -1]);
      for (const name of ["list", "doubles"]) {
        const number = expect.any(Number);
        const forms = [undefined, [], [number, null], [number, number, i], [number, number, i]];
        expect(payload[name]).toEqual(forms[i % 5]);
        if (value === "i % 3" && i % 5 > 1) expect((payload[name] as number[])[0]).toBe(i % 3);
      }
    });
  });

  it("takes a page of 25 MB of vectors, and refuses larger ones by name", async () => {
    const columns = (width: number) => `SELECT list_transform(range(${width}), x -> random()::FLOAT)::FLOAT[] AS v`;
    const features = [{ uri: "u", name: "v", dimensions: 50 }];
    const h = await StoreHarness.create(features);
    const bytes = await write(`${columns(50)} FROM range(122880)`, "ROW_GROUP_SIZE 122880");
    const body = chunkStream(bytes, 1_000_000);
    const summary = await importDocuments({ ...h.target("b1"), body, format: "parquet" });
    expect(summary).toMatchObject({ inserted: 122_880, failed: 0 });
    const wide = await write(`${columns(400)} FROM range(30000)`, "ROW_GROUP_SIZE 122880");
    await expect(run(wide)).rejects.toThrow("column 'v.list.element'");
  });

  it("reads by ranges, never the file as a whole", async () => {
    const bytes = await write(
      "SELECT [random(), random(), random()]::FLOAT[] AS pixels, uuid() AS u FROM range(200000)",
      "COMPRESSION uncompressed, ROW_GROUP_SIZE 200000",
    );
    expect(bytes.byteLength).toBeGreaterThan(5_000_000);
    const { h, summary } = await run(bytes);
    expect(summary.inserted).toBe(200_000);
    const reads = h.objects.requests.filter(({ operation, key }) => operation === "range" && key.includes("/uploads/"));
    expect(Math.max(...reads.map((read) => read.bytes))).toBeLessThan(bytes.byteLength / 1.5);
    expect((await h.store.list(listQuery({ limit: 1 }))).documents[0]!.features).toEqual(["pixels"]);
  });

  it("reports rows whose vector does not fit", async () => {
    const { summary } = await run(
      await write("SELECT [1, 2, NULL]::FLOAT[] AS pixels UNION ALL SELECT [1, 2]::FLOAT[]", "COMPRESSION snappy"),
    );
    expect(summary).toMatchObject({ status: "FAILED", received: 2, failed: 2 });
    expect(summary.errors.map((error) => error.code)).toEqual(["invalid_vector", "invalid_vector"]);
  });

  it("refuses other files and codecs by name, and leaves nothing", async () => {
    await expect(run(new TextEncoder().encode("this is no parquet file at all"))).rejects.toMatchObject({
      code: "bad_request",
    });
    const lz4 = await write("SELECT 1 AS a", "COMPRESSION lz4_raw");
    await expect(run(lz4)).rejects.toThrow("LZ4_RAW");
    const cut = await write(ROWS, "COMPRESSION snappy");
    await expect(run(cut.subarray(0, cut.byteLength - 9))).rejects.toMatchObject({ code: "bad_request" });
  });
});
