import { describe, expect, it } from "vitest";
import { StoreHarness } from "../support/store";

const staged = (line: number, documentId: string, payload: unknown) => ({
  line,
  documentId,
  payload: JSON.stringify(payload),
  segmentRow: -1,
  present: 0,
  zero: 0,
});

async function populated() {
  const { store } = await StoreHarness.create();
  await store.begin("batch_1");
  await store.stage("batch_1", null, [
    staged(1, "a", { title: "red shoes", tags: ["sale", { name: "new" }], price: 3, meta: { note: "x".repeat(50) } }),
    staged(2, "b", { title: "hat" }),
  ]);
  await store.commit("batch_1", { received: 2, errors: [], failed: 0 });
  return store;
}

describe("the texts of documents", () => {
  it("are the strings of their payloads, in the order of the ids", async () => {
    const store = await populated();
    expect(await store.texts({ documentIds: ["b", "nobody", "a"], paths: null, maxLength: 10 })).toEqual([
      [{ path: "title", text: "hat" }],
      [],
      [
        { path: "title", text: "red shoes" },
        { path: "tags", text: "sale" },
        { path: "tags.name", text: "new" },
        { path: "meta.note", text: "xxxxxxxxxx" },
      ],
    ]);
    const [named] = await store.texts({ documentIds: ["a"], paths: ["tags"], maxLength: 10 });
    expect(named!.map(({ path, text }) => [path, text])).toEqual([
      ["tags", "sale"],
      ["tags", "new"],
    ]);
    expect((await store.payloads(["b", "nobody"])).map((text) => text && JSON.parse(text))).toEqual([
      { title: "hat" },
      null,
    ]);
  });
});

describe("documents by their ids", () => {
  it("come in the order of the ids, unknown ones as null", async () => {
    const store = await populated();
    const found = await store.many(["b", "nobody", "a", "b"], true);
    expect(found.map((one) => one && [one.documentId, one.payload.title, one.vectors])).toEqual([
      ["b", "hat", {}],
      null,
      ["a", "red shoes", {}],
      ["b", "hat", {}],
    ]);
    expect(await store.many([], false)).toEqual([]);
  });

  it("end early where an answer would be too large", async () => {
    const { store } = await StoreHarness.create();
    await store.begin("batch_1");
    const ids = Array.from({ length: 12 }, (_, i) => `doc_${i}`);
    const note = "x".repeat(1_900_000);
    await store.stage(
      "batch_1",
      null,
      ids.map((id, i) => staged(i + 1, id, { note })),
    );
    await store.commit("batch_1", { received: 12, errors: [], failed: 0 });
    const first = await store.many(ids, false);
    expect(first).toHaveLength(8);
    expect((await store.many(ids.slice(8), false)).map((one) => one?.documentId)).toEqual(ids.slice(8));
  });
});

describe("a collection's revision", () => {
  it("tells edits of payloads from changes of documents", async () => {
    const store = await populated();
    const first = await store.revision();
    await store.updateEach([{ documentId: "a", data: { cluster_id: "cl_0" } }]);
    const edited = await store.revision();
    expect([edited.vectors, edited.payloads > first.payloads]).toEqual([first.vectors, true]);
    await store.delete({ documentIds: ["a"] });
    expect((await store.revision()).vectors).toBeGreaterThan(edited.vectors);
  });
});
