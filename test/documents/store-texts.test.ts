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
