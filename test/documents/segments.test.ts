import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import {
  encodeSegment,
  gatherRows,
  MAX_SEGMENT_ROWS,
  SEGMENT_BYTES,
  segmentCapacity,
} from "../../src/documents/segments";
import { MemoryObjectStore } from "../support/memory-object-store";

const FEATURES = [
  { uri: "a", name: "a", dimensions: 3 },
  { uri: "b", name: "b", dimensions: 5 },
];

async function stored(rows: number, segments = 1) {
  const objects = new MemoryObjectStore();
  const segmentInfo = [];
  for (let id = 0; id < segments; id++) {
    const values = FEATURES.map(({ dimensions }, f) =>
      Float32Array.from({ length: rows * dimensions }, (_, i) => id * 1e5 + f * 1e4 + i),
    );
    const { bytes, columns } = encodeSegment(FEATURES, values, rows);
    await objects.put(`s${id}`, bytes);
    segmentInfo.push({ id, key: `s${id}`, rows, bytes: bytes.byteLength, columns });
  }
  objects.requests.length = 0;
  return { objects, segmentInfo };
}

const expected = (segment: number, row: number) =>
  FEATURES.flatMap(({ dimensions }, f) =>
    Array.from({ length: dimensions }, (_, i) => segment * 1e5 + f * 1e4 + row * dimensions + i),
  );

describe("segments", () => {
  it("are Arrow files that any reader opens", async () => {
    const { objects } = await stored(4);
    const table = tableFromIPC(objects.objects.get("s0")!);
    expect(table.numRows).toBe(4);
    expect([...table.getChild("b")!.get(2)]).toEqual([10010, 10011, 10012, 10013, 10014]);
  });

  it("are read by range, neighbouring rows together, in any order and twice", async () => {
    const { objects, segmentInfo } = await stored(1000);
    const rows = [500, 3, 4, 5, 501, 3, 999];
    const page = { segments: new Int32Array(rows.length), segmentRows: Int32Array.from(rows), segmentInfo };
    const out = new Float32Array(rows.length * 8);
    await gatherRows(objects, page, ["a", "b"], out);
    expect([...out]).toEqual(rows.flatMap((row) => expected(0, row)));
    expect(objects.requests.length).toBe(2);
  });

  it("do not read across wide gaps, nor more than 4 MiB, nor more than 6 at once", async () => {
    const { objects, segmentInfo } = await stored(65_536, 12);
    const far = { segments: new Int32Array(2), segmentRows: Int32Array.of(0, 60_000), segmentInfo };
    await gatherRows(objects, far, ["a"], new Float32Array(6));
    expect(objects.requests.map((request) => request.bytes)).toEqual([12, 12]);
    objects.requests.length = 0;
    const count = 12 * 65_536;
    const all = {
      segments: Int32Array.from({ length: count }, (_, i) => Math.floor(i / 65_536)),
      segmentRows: Int32Array.from({ length: count }, (_, i) => i % 65_536),
      segmentInfo,
    };
    const out = new Float32Array(count * 5);
    await gatherRows(objects, all, ["b"], out);
    expect(out[5 * (7 * 65_536 + 9)]).toBe(Math.fround(7e5 + 1e4 + 45));
    expect(Math.max(...objects.requests.map((request) => request.bytes))).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(objects.peak).toBe(6);
  });

  it("give zeros for rows without a vector", async () => {
    const { objects, segmentInfo } = await stored(3);
    const page = { segments: Int32Array.of(0, -1), segmentRows: Int32Array.of(2, -1), segmentInfo };
    const out = new Float32Array(16).fill(9);
    await gatherRows(objects, page, ["a", "b"], out);
    expect([...out]).toEqual([...expected(0, 2), 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("that are missing, or lack a column, are an error", async () => {
    const { objects, segmentInfo } = await stored(3);
    const page = { segments: Int32Array.of(0), segmentRows: Int32Array.of(0), segmentInfo };
    await expect(gatherRows(objects, page, ["c"], new Float32Array(8))).rejects.toThrow("no dense column 'c'");
    await objects.delete(["s0"]);
    await expect(gatherRows(objects, page, ["a"], new Float32Array(8))).rejects.toThrow("s0");
  });

  it("hold 8 MiB or 65,536 rows", () => {
    expect(segmentCapacity([{ uri: "", name: "v", dimensions: 1024 }])).toBe(SEGMENT_BYTES / 4096);
    expect(segmentCapacity([{ uri: "", name: "v", dimensions: 2 }])).toBe(MAX_SEGMENT_ROWS);
    expect(segmentCapacity([{ uri: "", name: "v", dimensions: 4_000_000 }])).toBe(1);
  });
});
