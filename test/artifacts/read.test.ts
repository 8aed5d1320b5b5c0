import { beforeAll, describe, expect, it } from "vitest";
import {
  countMembers,
  memberRows,
  nextCursor,
  offsetOf,
  openMembers,
  readMembers,
  writeMembers,
} from "../../src/artifacts";
import { MemoryObjectStore } from "../support/memory-object-store";
import { collect, initParquetFromDisk, member, memberBatches } from "./fixtures";

const ROWS = 30_000;
const KEY = "artifacts/ns_a/clust_a/run_a/members.parquet";
const objects = new MemoryObjectStore();
const expected = Array.from({ length: ROWS }, (_, i) => member(i));

beforeAll(async () => {
  initParquetFromDisk();
  await writeMembers(objects, KEY, memberBatches(ROWS, [4096]));
});

const idsOf = async (offset: number, limit: number, clusterIds: string[] | null = null): Promise<string[]> =>
  (await collect(readMembers(objects, KEY, { offset, limit, clusterIds }))).flatMap((batch) =>
    memberRows(batch).map((row) => row.document_id),
  );

const requestsOf = async (read: () => Promise<unknown>) => {
  const from = objects.requests.length;
  await read();
  return objects.requests.slice(from);
};

describe("reading members", () => {
  it.each([
    [0, 10],
    [8190, 5],
    [8192, 8192],
    [29_999, 10],
    [30_000, 10],
    [0, Number.POSITIVE_INFINITY],
  ])("answers rows from %i, %d of them", async (offset, limit) => {
    expect(await idsOf(offset, limit)).toEqual(expected.slice(offset, offset + limit).map((row) => row.documentId));
  });

  it("counts offset and limit after the filter", async () => {
    const wanted = expected.filter((row) => row.clusterId === "cl_1" || row.clusterId === "-1");
    expect(await idsOf(3000, 4000, ["-1", "cl_1"])).toEqual(wanted.slice(3000, 7000).map((row) => row.documentId));
    expect(await countMembers(objects, KEY, ["-1", "cl_1"])).toBe(wanted.length);
  });

  it("takes a cluster with everything below it, and no namesake", async () => {
    const below = expected.filter((row) => row.clusterId.startsWith("cl_2_sub_"));
    expect(await idsOf(0, ROWS, ["cl_2"])).toEqual(below.map((row) => row.documentId));
  });

  it("fetches the footer and one row group for a small page, never the file", async () => {
    const size = objects.objects.get(KEY)!.byteLength;
    const requests = await requestsOf(() => idsOf(20_000, 10));
    expect(requests.map(({ operation }) => operation)).toEqual(["head", "range", "range"]);
    expect(requests[2]!.bytes).toBeLessThan(size / 3);
  });

  it("skips row groups that the statistics rule out", async () => {
    const sorted = new MemoryObjectStore();
    const clusters = ["cl_0", "cl_1", "cl_2"];
    async function* byCluster() {
      for await (const batch of memberBatches(3 * 8192, [8192], { split: 0 })) {
        const id = clusters.shift()!;
        yield { ...batch, clusterIds: batch.clusterIds.map(() => id) };
      }
    }
    await writeMembers(sorted, KEY, byCluster());
    await collect(readMembers(sorted, KEY, { offset: 0, limit: 5, clusterIds: ["cl_1"] }));
    const ranges = sorted.requests.filter(({ operation }) => operation === "range");
    // The footer, the ids of the one group that can match, and that group.
    expect(ranges).toHaveLength(3);
    const [footer, ids, group] = ranges.map((range) => range.bytes);
    const size = sorted.objects.get(KEY)!.byteLength;
    expect(ids).toBeLessThan(2 * 8192);
    expect(group).toBeLessThan((size - (footer! - 65_536)) / 2.5);
  });

  it("asks for nothing where no row group can match", async () => {
    const requests = await requestsOf(() => idsOf(0, 10, ["zz_9"]));
    expect(requests.map(({ operation }) => operation)).toEqual(["head", "range"]);
  });

  it("counts a cluster from its column alone", async () => {
    const size = objects.objects.get(KEY)!.byteLength;
    const requests = await requestsOf(() => countMembers(objects, KEY, ["cl_1"]));
    const bytes = requests.slice(2).reduce((sum, request) => sum + request.bytes, 0);
    expect(requests).toHaveLength(2 + Math.ceil(ROWS / 8192));
    expect(bytes).toBeLessThan(size / 20);
  });

  it("says that there is no table where there is none", async () => {
    await expect(openMembers(objects, "artifacts/x/members.parquet")).rejects.toMatchObject({
      code: "artifacts_not_found",
      details: { file: "members.parquet" },
    });
  });
});

describe("cursors", () => {
  it("walk a filtered table to its end", async () => {
    const table = await openMembers(objects, KEY);
    const clusterIds = ["cl_0"];
    const seen: string[] = [];
    let offset = 0;
    for (let pages = 0; pages < 100; pages++) {
      seen.push(...(await idsOf(offset, 2000, clusterIds)));
      const cursor = await nextCursor(table, { offset, limit: 2000, clusterIds });
      if (cursor === null) break;
      offset = offsetOf(cursor, table, clusterIds);
    }
    expect(seen).toEqual(expected.filter((row) => row.clusterId === "cl_0").map((row) => row.documentId));
  });

  it("belong to one file and one filter", async () => {
    const table = await openMembers(objects, KEY);
    const cursor = (await nextCursor(table, { offset: 0, limit: 10, clusterIds: null }))!;
    expect(offsetOf(cursor, table, null)).toBe(10);
    const other = new MemoryObjectStore();
    await writeMembers(other, "other", memberBatches(100, [100]));
    for (const attempt of [
      () => offsetOf(cursor, table, ["cl_0"]),
      async () => offsetOf(cursor, await openMembers(other, "other"), null),
      () => offsetOf("not a cursor!", table, null),
      () => offsetOf("", table, null),
      () => offsetOf(btoa("-5.0000000000000000"), table, null),
    ]) {
      await expect(async () => attempt()).rejects.toMatchObject({ code: "invalid_cursor" });
    }
  });
});
