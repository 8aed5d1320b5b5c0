import { describe, expect, it } from "vitest";
import type { CollectionFeature, SegmentInfo } from "../../src/documents/contract";
import { encodeSegment } from "../../src/documents/segments";
import { gatherSparseRows, sparseSlices } from "../../src/documents/segments-sparse";
import { MemoryObjectStore } from "../support/memory-object-store";

const FEATURE: CollectionFeature = { uri: "u", name: "words", dimensions: 100_000, kind: "sparse" };

/** Segments whose row r has `lengths[r]` entries: index 3 i, value r + i / 8. */
async function stored(objects: MemoryObjectStore, segments: number[][]): Promise<SegmentInfo[]> {
  const infos: SegmentInfo[] = [];
  for (const [id, lengths] of segments.entries()) {
    const offsets = new Int32Array(lengths.length + 1);
    lengths.forEach((length, i) => {
      offsets[i + 1] = offsets[i]! + length;
    });
    const entries = lengths.flatMap((length, row) => Array.from({ length }, (_, i) => [3 * i, row + i / 8] as const));
    const indices = Uint32Array.from(entries, ([index]) => index);
    const values = Float32Array.from(entries, ([, value]) => value);
    const { bytes, columns } = encodeSegment([FEATURE], [{ offsets, indices, values }], lengths.length);
    await objects.put(`s/${id}`, bytes);
    infos.push({ id, key: `s/${id}`, rows: lengths.length, bytes: bytes.byteLength, columns });
  }
  return infos;
}

describe("slices of sparse rows", () => {
  const lengths = [
    [3, 0, 5, 40, 2],
    [1, 1, 0, 0, 9],
  ];
  // Of both segments, out of order, one row without a vector and one twice.
  const page = async (objects: MemoryObjectStore) => ({
    segments: Int32Array.of(1, 0, -1, 0, 0, 1, 0, 0),
    segmentRows: Int32Array.of(4, 2, -1, 0, 3, 0, 1, 3),
    segmentInfo: await stored(objects, lengths),
  });
  const wanted = [9, 5, 0, 3, 40, 1, 0, 40];

  it("are the rows of the page in its order, whatever the limit", async () => {
    const objects = new MemoryObjectStore();
    const rows = await page(objects);
    const whole = await gatherSparseRows(objects, rows, "words");
    expect(Array.from(wanted, (_, i) => whole.offsets[i + 1]! - whole.offsets[i]!)).toEqual(wanted);
    expect([...whole.values.subarray(0, 2)]).toEqual([4, 4.125]);
    for (const limit of [1, 8, 20, 1000]) {
      const sizes: number[] = [];
      const found = { lengths: [] as number[], indices: [] as number[], values: [] as number[] };
      for await (const { from, rows: slice } of sparseSlices(objects, rows, "words", limit)) {
        expect(from).toBe(found.lengths.length);
        sizes.push(slice.indices.length);
        for (let i = 0; i + 1 < slice.offsets.length; i++)
          found.lengths.push(slice.offsets[i + 1]! - slice.offsets[i]!);
        found.indices.push(...slice.indices);
        found.values.push(...slice.values);
      }
      expect(found).toEqual({ lengths: wanted, indices: [...whole.indices], values: [...whole.values] });
      // A row that has more than the limit comes by itself, or with rows that have none.
      for (const size of sizes) expect(size <= limit || wanted.includes(size)).toBe(true);
    }
  });

  it("are none of a page without rows", async () => {
    const objects = new MemoryObjectStore();
    const none = { segments: new Int32Array(), segmentRows: new Int32Array(), segmentInfo: [] };
    for await (const slice of sparseSlices(objects, none, "words", 10)) expect(slice).toBeNull();
    expect([...(await gatherSparseRows(objects, none, "words")).offsets]).toEqual([0]);
  });
});
