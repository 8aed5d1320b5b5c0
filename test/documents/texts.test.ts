import { describe, expect, it } from "vitest";
import type { CollectionFeature } from "../../src/documents/contract";
import { importDocuments, importValues } from "../../src/documents/ingest/importer";
import { MAX_EMBEDDED_TEXT } from "../../src/documents/ingest/texts";
import { gatherSparseRows } from "../../src/documents/segments-sparse";
import { ShoalError } from "../../src/domain/errors";
import { parseFilter } from "../../src/domain/filters/parse";
import { textOf } from "../../src/domain/text/feature";
import { lexicalVector, MAX_TEXT } from "../../src/domain/text/lexical";
import { chunkStream } from "../support/memory-object-store";
import { listQuery, StoreHarness } from "../support/store";

const uri = (name: string) => `mixpeek://text_extractor@v1/${name}`;
const paths = ["title", "meta.tags"];
const LEXICAL: CollectionFeature = {
  uri: uri("lexical"),
  name: "lexical",
  dimensions: 2 ** 18,
  kind: "sparse",
  text: { paths },
};
const EMBEDDED: CollectionFeature = {
  uri: uri("text_embedding"),
  name: "text_embedding",
  dimensions: 2,
  text: { paths, embedding: { provider: "openai_compatible", model: "m", dimensions: 2, baseUrl: null } },
};

const lexical = (text: string) => {
  const { indices, values } = lexicalVector(text);
  return { indices: [...indices], values: [...values] };
};

describe("textOf", () => {
  it.each<[string, unknown, string, string | null]>([
    ["a text", { title: "A b" }, "A b", null],
    ["texts of several paths, lists element by element", { title: "A", meta: { tags: ["b", ["c"]] } }, "A\nb\nc", null],
    ["lists on the way", { meta: [{ tags: "a" }, { tags: ["b"] }] }, "a\nb", null],
    ["numbers", { title: 2024 }, "2024", null],
    ["nothing", { other: "x", title: null }, "", null],
    ["what is no text", { title: { en: "x" }, meta: { tags: ["a", true] } }, "a", "title"],
  ])("reads %s", (_, document, text, unreadable) => expect(textOf(document, paths)).toEqual({ text, unreadable }));
});

describe("documents with text", () => {
  it("get their lexical vector, in every format that has a payload", async () => {
    const h = await StoreHarness.create([LEXICAL]);
    const lines = [
      { document_id: "a", payload: { title: "Sea shells", meta: { tags: ["sea", "shore"] } } },
      { document_id: "b", title: "Sea" },
      { document_id: "none", payload: { other: 1 } },
      { document_id: "blank", payload: { title: " \n" } },
      { document_id: "wordless", payload: { title: "🐚!" } },
    ];
    const body = chunkStream(new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n")), 50);
    const summary = await importDocuments({ ...h.target("b1"), body, format: "ndjson" });
    expect(summary).toMatchObject({ status: "COMPLETED", inserted: 5 });
    expect(summary.warnings).toBeUndefined();
    const { documents } = await h.store.list(listQuery({ returnVectors: true }));
    expect(documents.map(({ vectors }) => vectors)).toEqual([
      { lexical: lexical("Sea shells\nsea\nshore") },
      { lexical: lexical("Sea") },
      {},
      {},
      { lexical: { indices: [], values: [] } },
    ]);
    expect(await h.store.shape(null, ["lexical"])).toMatchObject({ rows: 3, missingRows: 2 });
  });

  it("keep a vector that they bring", async () => {
    const h = await StoreHarness.create([LEXICAL]);
    await importValues(h.target("b1"), [
      { document_id: "a", title: "x", vectors: { lexical: { indices: [7], values: [1] } } },
    ]);
    expect((await h.store.get("a", true))!.vectors).toEqual({ lexical: { indices: [7], values: [1] } });
  });

  it("are told what was not read, once for all of them", async () => {
    const h = await StoreHarness.create([LEXICAL]);
    const long = `${"word ".repeat(MAX_TEXT / 4)}`;
    const rows = [{ title: "ok" }, { title: long }, { title: long }, { title: { en: "x" } }];
    const { warnings } = await importValues(h.target("b1"), rows);
    expect(warnings).toEqual([
      {
        loc: ["body"],
        msg: `2 documents (the first on line 2): the text is longer than ${MAX_TEXT} characters; the rest is not in its lexical vector`,
      },
      { loc: ["body"], msg: "line 4: 'title' holds something else than text; it is left out" },
    ]);
    expect((await h.store.batch("b1"))!.warnings).toEqual(warnings);
  });
});

describe("documents whose text a model embeds", () => {
  it("are sent in lots, those without text left out", async () => {
    const h = await StoreHarness.create([LEXICAL, EMBEDDED]);
    const lots: string[][] = [];
    const embedderOf = () => ({
      embed: async (texts: string[]) => {
        lots.push(texts);
        return texts.map((text) => Float32Array.of(text.length, 1));
      },
    });
    const rows: Record<string, unknown>[] = Array.from({ length: 1000 }, (_, i) =>
      i === 500 ? { n: i } : { title: `t${i}`, n: i },
    );
    rows.push({ title: "x".repeat(MAX_EMBEDDED_TEXT + 5), n: 1000, document_id: "last" });
    const body = chunkStream(new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n")), 300);
    const summary = await importDocuments({ ...h.target("b1"), body, format: "ndjson", embedderOf });
    expect(summary).toMatchObject({ inserted: 1001, warnings: [{ msg: expect.stringContaining("line 1001") }] });
    expect(lots.length).toBeLessThan(5);
    expect(lots.flat().length).toBe(1000);
    const { documents } = await h.store.list(listQuery({ limit: 1001, returnVectors: true }));
    expect(documents[7]!.vectors).toEqual({ lexical: lexical("t7"), text_embedding: [2, 1] });
    expect(documents[500]!.features).toEqual([]);
    expect((await h.store.get("last", true))!.vectors!.text_embedding).toEqual([MAX_EMBEDDED_TEXT, 1]);
  });

  it("are stored all or not at all when the model fails", async () => {
    const h = await StoreHarness.create([LEXICAL, EMBEDDED]);
    let calls = 0;
    const embedderOf = () => ({
      embed: async (texts: string[]) => {
        calls += 1;
        if (calls === 3) throw new ShoalError("provider_failed", "the model is down");
        return texts.map(() => Float32Array.of(1, 1));
      },
    });
    const rows = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ title: `t${i}` })).join("\n");
    const body = chunkStream(new TextEncoder().encode(rows), 5000);
    const importing = importDocuments({ ...h.target("b1"), body, format: "ndjson", embedderOf });
    await expect(importing).rejects.toMatchObject({ code: "provider_failed" });
    expect(await h.store.count(null)).toBe(0);
    expect(h.objects.keys).toEqual([]);
    expect((await h.store.batch("b1"))!.status).toBe("FAILED");
  });
});

describe("edits of the text", () => {
  const create = async (features = [LEXICAL]) => {
    const h = await StoreHarness.create(features);
    const embedderOf = () => ({ embed: async (texts: string[]) => texts.map(() => Float32Array.of(1, 1)) });
    const rows = Array.from({ length: 40 }, (_, i) => ({ document_id: `d${i}`, title: `word${i}`, n: i }));
    await importValues({ ...h.target("b1"), embedderOf }, rows);
    return h;
  };
  const vector = async (h: StoreHarness, id: string) => (await h.store.get(id, true))!.vectors!;

  it("change the vector with the payload", async () => {
    const h = await create();
    await h.store.update("d1", { title: "Sea" }, "merge");
    await h.store.update("d2", { meta: { tags: ["shore"] } }, "replace");
    await h.store.update("d3", { title: " " }, "merge");
    await h.store.update("d4", { n: 5 }, "merge");
    expect(await vector(h, "d1")).toEqual({ lexical: lexical("Sea") });
    expect(await vector(h, "d2")).toEqual({ lexical: lexical("shore") });
    expect(await vector(h, "d3")).toEqual({});
    expect(await vector(h, "d4")).toEqual({ lexical: lexical("word4") });
    expect(await h.store.shape(null, ["lexical"])).toMatchObject({ rows: 39, missingRows: 1 });
    await h.store.update("d3", { title: "back" }, "merge");
    expect(await vector(h, "d3")).toEqual({ lexical: lexical("back") });
    await h.pass(60 * 60 * 1000);
    expect(await vector(h, "d1")).toEqual({ lexical: lexical("Sea") });
    expect(await vector(h, "d0")).toEqual({ lexical: lexical("word0") });
  });

  it("by a list see earlier entries of the same list, and by a filter change all that match", async () => {
    const h = await create();
    const results = await h.store.updateEach([
      { documentId: "d1", data: { title: "Sea" } },
      { documentId: "missing", data: { title: "x" } },
      { documentId: "d1", data: { meta: { tags: "shore" } } },
    ]);
    expect(results.map(({ success }) => success)).toEqual([true, false, true]);
    expect(await vector(h, "d1")).toEqual({ lexical: lexical("Sea\nshore") });
    const updated = await h.store.updateWhere(parseFilter({ AND: [{ field: "n", operator: "gte", value: 20 }] }), {
      title: "same",
    });
    expect(updated).toBe(20);
    expect(await vector(h, "d30")).toEqual({ lexical: lexical("same") });
    expect(await vector(h, "d10")).toEqual({ lexical: lexical("word10") });
  });

  it("leave a snapshot's vectors where they are", async () => {
    const h = await create();
    await h.store.freeze({
      runId: "r",
      filters: null,
      features: ["lexical"],
      zeroIsNoise: false,
      sample: null,
      attributes: [],
    });
    await h.store.updateWhere(null, { title: "same" });
    await h.pass(60 * 60 * 1000);
    const page = await h.store.frozen("r", 0, 40);
    const rows = await gatherSparseRows(h.objects, page, "lexical");
    expect([...rows.indices.subarray(rows.offsets[7], rows.offsets[8])]).toEqual(lexical("word7").indices);
    await h.store.release("r");
    await h.pass(60 * 60 * 1000);
    expect(h.objects.keys.length).toBe(1);
    expect(await vector(h, "d7")).toEqual({ lexical: lexical("same") });
  });

  it("drop a model's vector, and only where the text changes", async () => {
    const h = await create([LEXICAL, EMBEDDED]);
    await h.store.update("d1", { title: "Sea" }, "merge");
    await h.store.update("d2", { title: "word2", n: 1 }, "merge");
    expect(await vector(h, "d1")).toEqual({ lexical: lexical("Sea") });
    expect(await vector(h, "d2")).toEqual({ lexical: lexical("word2"), text_embedding: [1, 1] });
  });

  it("change nothing when the object store fails", async () => {
    const h = await create();
    h.objects.put = async () => {
      throw new Error("down");
    };
    await expect(h.store.update("d1", { title: "Sea" }, "merge")).rejects.toThrow("down");
    expect((await h.store.get("d1", true))!).toMatchObject({
      payload: { title: "word1" },
      vectors: { lexical: lexical("word1") },
    });
  });
});
