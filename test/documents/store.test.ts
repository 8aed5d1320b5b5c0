import { beforeEach, describe, expect, it } from "vitest";
import type { FreezeRequest } from "../../src/documents/contract";
import { importValues } from "../../src/documents/ingest/importer";
import { gatherRows } from "../../src/documents/segments";
import { parseFilter } from "../../src/domain/filters/parse";
import { listQuery, StoreHarness } from "../support/store";

const doc = (i: number, extra: Record<string, unknown> = {}) => ({
  document_id: `d${i}`,
  payload: { n: i, parity: i % 2 === 0 ? "even" : "odd", tags: [`t${i % 3}`], ...extra },
  vectors: { pixels: [i, i + 0.5, -i], text: [i, 1] },
});
const docs = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => doc(from + i));

let h: StoreHarness;
beforeEach(async () => {
  h = await StoreHarness.create();
});
const put = (batch: string, values: unknown[]) => importValues(h.target(batch), values);
const ids = async (query: Parameters<typeof listQuery>[0]) => {
  return (await h.store.list(listQuery(query))).documents.map((document) => document.documentId);
};
const freeze = (runId: string, request: Partial<FreezeRequest> = {}) =>
  h.store.freeze({
    runId,
    filters: null,
    features: ["pixels"],
    zeroIsNoise: false,
    sample: null,
    attributes: [],
    ...request,
  });

describe("batches", () => {
  it("are told of once they are committed, until it worked, where others are to hear of them", async () => {
    const told: unknown[] = [];
    const tell = async (_: unknown, written: unknown) => void told.push(written);
    await importValues(h.target("b_quiet"), docs(0, 2));
    await importValues({ ...h.target("b_loud"), announced: true }, docs(1, 4));
    await importValues({ ...h.target("b_refused"), announced: true }, [{ vectors: { pixels: [1] } }]);
    h.restart();
    await expect(h.store.tell(() => Promise.reject(new Error("D1 is away")))).rejects.toThrow("D1 is away");
    expect(h.alarm).toBeLessThanOrEqual(h.time + 60_000);
    await h.store.tell(tell);
    await h.store.tell(tell);
    expect(told).toEqual([{ batchId: "b_loud", inserted: 2, updated: 1 }]);
  });

  it("show nothing before the commit, everything after it", async () => {
    await h.store.begin("b1");
    const staged = { line: 1, documentId: "a", payload: "{}", segmentRow: -1, present: 0, zero: 0 };
    expect(await h.store.stage("b1", null, [staged])).toEqual([]);
    expect(await h.store.count(null)).toBe(0);
    expect((await h.store.batch("b1"))!.status).toBe("PROCESSING");
    const summary = await h.store.commit("b1", { received: 1, errors: [], failed: 0 });
    expect(summary).toMatchObject({ status: "COMPLETED", received: 1, inserted: 1, updated: 0 });
    expect(await h.store.count(null)).toBe(1);
    expect(await h.store.commit("b1", { received: 9, errors: [], failed: 9 })).toEqual(summary);
  });

  it("take a repeated stage call once and go on after a restart", async () => {
    await h.store.begin("b1");
    const rows = [1, 2].map((line) => ({
      line,
      documentId: `x${line}`,
      payload: "{}",
      segmentRow: -1,
      present: 0,
      zero: 0,
    }));
    await h.store.stage("b1", null, rows);
    h.restart();
    expect(await h.store.stage("b1", null, rows)).toEqual([]);
    expect((await h.store.commit("b1", { received: 2, errors: [], failed: 0 })).inserted).toBe(2);
  });

  it("that were given up lose what a late importer still writes", async () => {
    await h.store.begin("b1");
    await h.store.abandon("b1");
    const key = "documents/ns_1/col_1/segments/b1-3.arrow";
    await h.objects.put(key, new Uint8Array(10));
    const staged = { line: 1, documentId: "a", payload: "{}", segmentRow: -1, present: 0, zero: 0 };
    await expect(h.store.stage("b1", null, [staged])).rejects.toMatchObject({ code: "batch_not_found" });
    await h.store.abandon("b1");
    expect(h.objects.keys).toEqual([]);
  });

  it("whose files a crash left when they were given up lose them by alarm", async () => {
    await put("b0", [doc(1)]);
    await h.store.begin("b1");
    await h.objects.put("documents/ns_1/col_1/segments/b1-0.arrow", new Uint8Array(10));
    h.objects.failWhen(({ operation }) => (operation === "delete" ? new Error("the process is gone") : null));
    await expect(h.store.abandon("b1")).rejects.toThrow("gone");
    h.objects.failWhen(null);
    h.restart();
    await h.pass(3 * 60 * 60 * 1000);
    expect(h.objects.keys).toEqual(["documents/ns_1/col_1/segments/b0-0.arrow"]);
    expect((await h.store.batch("b1"))!.status).toBe("FAILED");
  });

  it("that have ended answer a repetition as before, and take nothing", async () => {
    const first = await put("b1", [doc(1)]);
    expect(await put("b1", [doc(1, { n: 2 }), doc(2)])).toEqual(first);
    expect(await h.store.count(null)).toBe(1);
    expect((await h.store.get("d1", false))!.payload.n).toBe(1);
  });

  it("killed between staging and commit leave nothing, and the import can be sent again", async () => {
    const target = h.target("b1");
    const killed = {
      ...target,
      store: Object.assign(Object.create(target.store), {
        begin: (id: string) => target.store.begin(id),
        stage: (...args: Parameters<typeof target.store.stage>) => target.store.stage(...args),
        commit: () => new Promise(() => undefined),
      }),
    };
    void importValues(killed as typeof target, docs(0, 50));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(h.objects.keys.length).toBe(1);
    h.restart();
    expect(await h.store.count(null)).toBe(0);
    expect(await put("b2", docs(0, 50))).toMatchObject({ status: "COMPLETED", inserted: 50 });
    await h.pass(3 * 60 * 60 * 1000);
    expect(h.objects.keys).toEqual(["documents/ns_1/col_1/segments/b2-0.arrow"]);
    expect((await h.store.get("d7", true))!.vectors!.pixels).toEqual([7, 7.5, -7]);
  });

  it("refuse the second row of an id", async () => {
    const summary = await put("b1", [doc(1), doc(2), doc(1)]);
    expect(summary).toMatchObject({ status: "COMPLETED_WITH_ERRORS", received: 3, inserted: 2, failed: 1 });
    expect(summary.errors[0]).toMatchObject({ line: 3, document_id: "d1", code: "duplicate_document_id" });
  });

  it("upsert: the row's place stays, its content is replaced", async () => {
    await put("b1", docs(0, 3));
    h.time += 1000;
    expect(await put("b2", [doc(1, { n: 100 }), doc(9)])).toMatchObject({ inserted: 1, updated: 1 });
    expect(await ids({})).toEqual(["d0", "d1", "d2", "d9"]);
    const replaced = (await h.store.get("d1", false))!;
    expect(replaced.payload.n).toBe(100);
    expect(replaced.createdAt < replaced.updatedAt).toBe(true);
  });

  it("that a crash left open are dropped with their files", async () => {
    await h.store.begin("b1");
    const key = "documents/ns_1/col_1/segments/b1-0.arrow";
    await h.objects.put(key, new Uint8Array(10));
    await h.objects.put("documents/ns_1/col_1/segments/b10-0.arrow", new Uint8Array(10));
    h.restart();
    await h.pass(59 * 60 * 1000);
    expect(h.objects.keys).toContain(key);
    await h.pass(2 * 60 * 1000);
    expect(h.objects.keys).toEqual(["documents/ns_1/col_1/segments/b10-0.arrow"]);
    await expect(h.store.commit("b1", { received: 0, errors: [], failed: 0 })).resolves.toMatchObject({
      status: "FAILED",
    });
  });
});

describe("reading", () => {
  beforeEach(async () => {
    await put("b1", docs(0, 25));
  });

  it("pages by cursor through every document once, while others are inserted", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await h.store.list(listQuery({ limit: 7, cursor, sort: [{ field: "parity", direction: "desc" }] }));
      seen.push(...page.documents.map((document) => document.documentId));
      cursor = page.nextCursor;
      if (seen.length === 7) await put("b2", [{ ...doc(50), payload: { parity: "zzz" } }]);
    } while (cursor);
    expect(seen.length).toBe(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen.slice(0, 3)).toEqual(["d1", "d3", "d5"]);
  });

  it("refuses a cursor of another sort", async () => {
    const { nextCursor } = await h.store.list(listQuery({ limit: 1 }));
    const sorted = listQuery({ cursor: nextCursor, sort: [{ field: "n", direction: "asc" }] });
    await expect(h.store.list(sorted)).rejects.toMatchObject({ code: "invalid_cursor" });
    await expect(h.store.list(listQuery({ cursor: "%%%" }))).rejects.toMatchObject({ code: "invalid_cursor" });
  });

  it("filters, counts, offsets and sorts together", async () => {
    const filters = parseFilter({ parity: "EVEN", NOT: { field: "tags", value: "t0" } });
    const expected = docs(0, 25).filter(({ payload: { n } }) => n % 2 === 0 && n % 3 !== 0);
    const page = await h.store.list(
      listQuery({ filters, limit: 2, offset: 1, includeTotal: true, sort: [{ field: "n", direction: "desc" }] }),
    );
    expect(page.total).toBe(expected.length);
    expect(page.documents.map((d) => d.documentId)).toEqual(
      expected
        .map((d) => d.document_id)
        .reverse()
        .slice(1, 3),
    );
  });

  it("searches ids and texts, every term", async () => {
    await put("b2", [{ document_id: "Straße", payload: { title: "Big RED Äpfel", deep: { x: ["café"] } } }]);
    expect(await ids({ search: "red äpfel" })).toEqual(["Straße"]);
    expect(await ids({ search: "CAFÉ stra" })).toEqual(["Straße"]);
    expect(await ids({ search: "title" })).toEqual([]);
    expect(await ids({ search: "D7" })).toEqual(["d7"]);
    expect((await h.store.list(listQuery({ search: "even", includeTotal: true }))).total).toBe(13);
  });

  it("gives the vectors as they came", async () => {
    expect((await h.store.get("d7", true))!.vectors).toEqual({ pixels: [7, 7.5, -7], text: [7, 1] });
    await put("b2", [{ document_id: "half", vectors: { text: [1, 2] } }]);
    expect(await h.store.get("half", true)).toMatchObject({ features: ["text"], vectors: { text: [1, 2] } });
    expect(await h.store.get("nobody", true)).toBeNull();
  });

  it("groups", async () => {
    const page = await h.store.groups({
      filters: null,
      search: null,
      groupBy: "parity",
      limit: 1,
      offset: 0,
      documentsPerGroup: 2,
    });
    expect(page).toMatchObject({ totalGroups: 2, totalDocuments: 25 });
    expect(page.groups[0]).toMatchObject({ key: "even", count: 13 });
    expect(page.groups[0]!.documents.map((d) => d.documentId)).toEqual(["d0", "d2"]);
  });
});

describe("edits", () => {
  beforeEach(async () => {
    await put("b1", docs(0, 6));
  });

  it("merge, replace, by id and by filter", async () => {
    expect((await h.store.update("d1", { extra: 1 }, "merge")).payload).toMatchObject({ n: 1, extra: 1 });
    expect((await h.store.update("d1", { extra: 2 }, "replace")).payload).toEqual({ extra: 2 });
    await expect(h.store.update("nobody", {}, "merge")).rejects.toMatchObject({ code: "document_not_found" });
    expect(await h.store.updateWhere(parseFilter({ parity: "even" }), { parity: "changed" })).toBe(3);
    expect(await h.store.count(parseFilter({ parity: "changed" }))).toBe(3);
    const results = await h.store.updateEach([
      { documentId: "d0", data: { cluster_id: "cl_0" } },
      { documentId: "nobody", data: {} },
      { documentId: "d2", data: { big: "x".repeat(1_100_000) } },
    ]);
    expect(results.map((result) => result.success)).toEqual([true, false, false]);
    expect((await h.store.get("d0", true))!).toMatchObject({
      payload: { cluster_id: "cl_0" },
      vectors: { text: [0, 1] },
    });
  });

  it("delete by id and by filter", async () => {
    expect(await h.store.delete({ documentIds: ["d0", "d0"] })).toMatchObject({ count: 1 });
    expect(await h.store.delete({ filters: parseFilter({ parity: "odd" }) })).toMatchObject({ count: 3 });
    expect(await ids({})).toEqual(["d2", "d4"]);
  });

  it("destroy removes documents and files", async () => {
    await h.store.destroy();
    expect(h.objects.keys).toEqual([]);
    await expect(h.store.begin("b2")).rejects.toMatchObject({ code: "collection_not_found" });
  });
});

describe("snapshots", () => {
  const frozenIds = async (run: string) => (await h.store.frozen(run, 0, 1e6)).documentIds;

  it("keep the rows as they were, whatever is written afterwards", async () => {
    await put("b1", docs(0, 10));
    expect(await freeze("r1")).toMatchObject({ rows: 10, noiseRows: 0, missingRows: 0 });
    await put("b2", [{ ...doc(3), vectors: { pixels: [9, 9, 9] } }, doc(77)]);
    await h.store.delete({ documentIds: ["d5"] });
    await h.pass(24 * 60 * 60 * 1000);
    h.restart();
    expect(await freeze("r1")).toMatchObject({ rows: 10 });
    const page = await h.store.frozen("r1", 2, 7);
    expect(page.documentIds).toEqual(["d2", "d3", "d4", "d5", "d6"]);
    const out = new Float32Array(5 * 5);
    await gatherRows(h.objects, page, ["text", "pixels"], out);
    expect([...out]).toEqual([2, 3, 4, 5, 6].flatMap((i) => [i, 1, i, i + 0.5, -i]));
  });

  it("start again when a restart cut them short", async () => {
    await put("b1", docs(0, 5000));
    const cut = expect(freeze("r1")).rejects.toThrow("gone");
    await new Promise((resolve) => setTimeout(resolve, 0));
    const fresh = h.restart();
    const shape = await fresh.freeze({
      runId: "r1",
      filters: null,
      features: ["text"],
      zeroIsNoise: false,
      sample: null,
      attributes: [],
    });
    expect(shape.rows).toBe(5000);
    await cut;
    expect(new Set(await frozenIds("r1")).size).toBe(5000);
  });

  it("make writers wait and let readers pass", async () => {
    await put("b1", docs(0, 9000));
    const order: string[] = [];
    const frozen = freeze("r1", { filters: parseFilter({ field: "parity", operator: "contains", value: "e" }) }).then(
      () => order.push("frozen"),
    );
    const written = h.store.update("d1", { parity: "none" }, "merge").then(() => order.push("written"));
    const read = h.store.get("d2", false).then(() => order.push("read"));
    await Promise.all([frozen, written, read]);
    expect(order).toEqual(["read", "frozen", "written"]);
  });

  it("set zero vectors aside and leave out rows without the feature", async () => {
    const zero = (i: number) => ({ document_id: `z${i}`, vectors: { pixels: [0, 0, 0] } });
    await put("b1", [zero(0), doc(1), doc(2), zero(1), { document_id: "none" }, doc(3), zero(2)]);
    expect(await h.store.shape(null, ["pixels"])).toMatchObject({ rows: 6, missingRows: 1 });
    expect(await freeze("r1", { zeroIsNoise: true })).toMatchObject({ rows: 3, noiseRows: 3, missingRows: 1 });
    const noise = await h.store.frozenNoise("r1", 0, 10);
    expect([noise.documentIds, [...noise.before]]).toEqual([
      ["z0", "z1", "z2"],
      [0, 2, 3],
    ]);
    expect(await freeze("r2")).toMatchObject({ rows: 6, noiseRows: 0 });
    expect(await freeze("r3", { features: [], attributes: ["n", "tags"] })).toMatchObject({ rows: 7 });
    expect((await h.store.frozen("r3", 0, 2)).attributes).toEqual(["[null,null]", '[1,["t1"]]']);
  });

  it("sample the same rows for the same seed, about evenly", async () => {
    await put("b1", docs(0, 4000));
    expect(await freeze("r1", { sample: { size: 500, seed: 1 } })).toMatchObject({ rows: 500 });
    await freeze("r2", { sample: { size: 500, seed: 1 } });
    await freeze("r3", { sample: { size: 500, seed: 2 } });
    const [first, second, third] = [await frozenIds("r1"), await frozenIds("r2"), await frozenIds("r3")];
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    const early = first.filter((id) => Number(id.slice(1)) < 2000).length;
    expect(Math.abs(early - 250)).toBeLessThan(60);
    expect(await freeze("r4", { sample: { size: 9000, seed: 2 } })).toMatchObject({ rows: 4000 });
    expect(await freeze("r5", { sample: { size: 0, seed: 2 } })).toMatchObject({ rows: 0 });
  });

  it("end by release or after seven days", async () => {
    await put("b1", docs(0, 3));
    await freeze("r1");
    await freeze("r2");
    await h.store.release("r1");
    await expect(h.store.frozen("r1", 0, 1)).rejects.toMatchObject({ code: "execution_not_found" });
    await h.pass(8 * 24 * 60 * 60 * 1000);
    await expect(h.store.frozen("r2", 0, 1)).rejects.toMatchObject({ code: "execution_not_found" });
    await expect(freeze("r3", { features: ["nope"] })).rejects.toMatchObject({ code: "feature_not_found" });
  });
});

describe("compaction", () => {
  const segments = () => h.objects.keys.filter((key) => key.includes("/segments/"));
  const check = async (wanted: number[]) => {
    for (const i of wanted) expect((await h.store.get(`d${i}`, true))!.vectors!.pixels).toEqual([i, i + 0.5, -i]);
  };

  it("merges tiny segments", async () => {
    for (let i = 0; i < 20; i++) await put(`b${i}`, [doc(i)]);
    expect(segments().length).toBe(20);
    await h.pass(60 * 60 * 1000);
    expect(segments().length).toBe(1);
    await check([0, 7, 19]);
  });

  it("rewrites segments that are mostly dead, never those of a snapshot", async () => {
    await put("b1", docs(0, 4000));
    await freeze("r1");
    await h.store.delete({ filters: parseFilter({ field: "n", operator: "lt", value: 3000 }) });
    await h.pass(60 * 60 * 1000);
    const before = segments();
    const page = await h.store.frozen("r1", 10, 11);
    const out = new Float32Array(3);
    await gatherRows(h.objects, page, ["pixels"], out);
    expect([...out]).toEqual([10, 10.5, -10]);
    await h.store.release("r1");
    await h.pass(60 * 60 * 1000);
    expect(segments().length).toBe(1);
    expect(segments()).not.toEqual(before);
    await check([3000, 3999]);
  });

  it("deletes files without living rows, after a delay", async () => {
    await put("b1", docs(0, 5));
    await h.store.delete({ filters: null });
    await h.store.maintain();
    expect(segments().length).toBe(1);
    await h.pass(11 * 60 * 1000);
    expect(segments()).toEqual([]);
  });
});

describe("a collection of many chunks, under a filter that SQL cannot decide", () => {
  const rows = 9001;
  const filters = parseFilter({ field: "n", operator: "regex", value: "7$" });

  beforeEach(async () => {
    await put(
      "b1",
      Array.from({ length: rows }, (_, i) => ({ document_id: `d${i}`, payload: { n: `n${i}`, kind: i % 3 } })),
    );
  });

  it("lists page by page, counts, groups and shapes every document once", async () => {
    const matching = Array.from({ length: rows }, (_, i) => `d${i}`).filter((id) => id.endsWith("7"));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await h.store.list(listQuery({ filters, limit: 333, cursor, offset: cursor ? 0 : 500 }));
      seen.push(...page.documents.map((document) => document.documentId));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(matching.slice(500));
    expect(await h.store.count(filters)).toBe(matching.length);
    expect(await h.store.shape(filters, ["pixels"])).toMatchObject({ rows: 0, missingRows: matching.length });
    const { groups, totalDocuments } = await h.store.groups({
      filters,
      search: null,
      groupBy: "kind",
      limit: 5,
      offset: 0,
      documentsPerGroup: 1,
    });
    expect(totalDocuments).toBe(matching.length);
    expect(groups.reduce((sum, group) => sum + group.count, 0)).toBe(matching.length);
  });

  it("lets others in between two chunks", async () => {
    const order: string[] = [];
    const jobs = [
      () => h.store.count(filters),
      () => h.store.shape(filters, []),
      () => h.store.list(listQuery({ filters: parseFilter({ field: "n", operator: "regex", value: "^x" }) })),
      () => h.store.groups({ filters, search: null, groupBy: "kind", limit: 1, offset: 0, documentsPerGroup: 0 }),
    ];
    for (const [i, job] of jobs.entries()) {
      const long = job().then(() => order.push(`job ${i}`));
      await new Promise((resolve) => setTimeout(resolve, 0));
      order.push(`other ${i}`);
      await long;
    }
    expect(order).toEqual(jobs.flatMap((_, i) => [`other ${i}`, `job ${i}`]));
  });
});
