import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type Bytes, deletePrefix } from "../../src/objects/object-store";
import { PART_BYTES, R2ObjectStore } from "../../src/objects/r2";

const store = new R2ObjectStore(env.DATA);

function pattern(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 131 + (i >> 8)) & 255;
  return bytes;
}

describe("R2ObjectStore", () => {
  it("reads back what it put, whole and by range", async () => {
    const bytes = pattern(10_000);
    await store.put("a/whole", bytes);
    expect(await store.get("a/whole")).toEqual(bytes);
    expect(await store.range("a/whole", 1_234, 77)).toEqual(bytes.slice(1_234, 1_311));
    expect(await store.range("a/whole", 10, 0)).toHaveLength(0);
    expect(await store.head("a/whole")).toEqual({ key: "a/whole", size: 10_000 });
  });

  it("answers null for what is not there", async () => {
    expect([
      await store.get("no"),
      await store.range("no", 0, 1),
      await store.stream("no"),
      await store.head("no"),
    ]).toEqual([null, null, null, null]);
  });

  it("writes an object of several parts", async () => {
    const bytes = pattern(2 * PART_BYTES + 17);
    const writer = store.writer("a/parts");
    for (let i = 0; i < bytes.length; i += 999_999) await writer.write(bytes.subarray(i, i + 999_999));
    expect(await writer.close()).toBe(bytes.length);
    expect((await store.range("a/parts", PART_BYTES - 8, 16))!).toEqual(bytes.slice(PART_BYTES - 8, PART_BYTES + 8));
  });

  it("shows nothing of an object that was not closed", async () => {
    const writer = store.writer("a/half");
    await writer.write(pattern(PART_BYTES + 1));
    expect(await store.head("a/half")).toBeNull();
    await writer.abort();
    expect(await store.head("a/half")).toBeNull();
  });

  it("deletes a prefix and nothing else", async () => {
    await Promise.all(Array.from({ length: 30 }, (_, i) => store.put(`p/x/${i}`, pattern(3))));
    await store.put("p/y", pattern(3));
    expect(await deletePrefix(store, "p/x/")).toBe(30);
    expect((await store.list("p/")).objects.map((object) => object.key)).toEqual(["p/y"]);
  });
});
