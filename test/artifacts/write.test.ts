import { createHash } from "node:crypto";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import {
  centroidRows,
  parquetMemoryBytes,
  readCentroids,
  writeCentroids,
  writeHierarchy,
  writeMembers,
} from "../../src/artifacts";
import { MemoryObjectStore } from "../support/memory-object-store";
import { centroids, collect, initParquetFromDisk, member, memberBatches } from "./fixtures";

const KEY = "artifacts/ns_a/clust_a/run_a/members.parquet";

beforeAll(initParquetFromDisk);

async function written(rows: number, sizes: number[], components: 0 | 2 | 3 = 2) {
  const objects = new MemoryObjectStore();
  const answer = await writeMembers(objects, KEY, memberBatches(rows, sizes, { components }));
  return { objects, answer, bytes: objects.objects.get(KEY)! };
}

describe("members.parquet", () => {
  it("is the same file whatever the batches' sizes", async () => {
    const whole = await written(20_000, [20_000]);
    for (const sizes of [[1024], [8192], [1, 5000, 333]]) {
      const { bytes, answer } = await written(20_000, sizes);
      expect(Buffer.compare(bytes, whole.bytes)).toBe(0);
      expect(answer).toEqual(whole.answer);
    }
  });

  it("answers its size, rows and digest", async () => {
    const { bytes, answer } = await written(500, [100]);
    expect(answer).toEqual({
      bytes: bytes.byteLength,
      rows: 500,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
  });

  it("cuts row groups at fixed rows, with statistics, and dictionaries where values repeat only", async () => {
    const { bytes } = await written(20_000, [3000]);
    const metadata = parquetMetadata(bytes.buffer);
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([8192, 8192, 3616]);
    const columns = Object.fromEntries(
      metadata.row_groups[0]!.columns.map(({ meta_data: m }) => [m!.path_in_schema.join("."), m!]),
    );
    expect(columns.cluster_id!.encodings).toContain("RLE_DICTIONARY");
    expect(columns.collection_id!.encodings).toContain("RLE_DICTIONARY");
    for (const name of ["document_id", "x", "coordinates.list.element", "distance_to_centroid"]) {
      expect(columns[name]!.encodings, name).not.toContain("RLE_DICTIONARY");
    }
    expect(columns.cluster_id!.statistics).toMatchObject({ min_value: "-1", max_value: "cl_2_sub_1" });
    expect(columns.x!.codec).toBe("SNAPPY");
  });

  it("reads back in plain hyparquet, value for value", async () => {
    const { bytes } = await written(9000, [700], 3);
    const rows = await parquetReadObjects({ file: bytes.buffer });
    expect(rows).toHaveLength(9000);
    for (const i of [0, 7, 2999, 3000, 8191, 8192, 8999]) {
      const { documentId, clusterId, label, distance, coordinates } = member(i, 3);
      const [x, y, z] = coordinates;
      expect(rows[i]).toEqual({
        document_id: documentId,
        point_id: documentId,
        collection_id: i < 3000 ? "col_a" : "col_b",
        cluster_id: clusterId,
        cluster_label: label,
        distance_to_centroid: Number.isNaN(distance) ? null : distance,
        coordinates,
        x,
        y,
        z,
        probability: null,
        outlier_score: null,
      });
    }
  });

  it("has an empty coordinates list and null axes for a run without a map", async () => {
    const { bytes } = await written(10, [10], 0);
    const [row] = await parquetReadObjects({ file: bytes.buffer });
    expect(row).toMatchObject({ coordinates: [], x: null, y: null, z: null });
  });

  it("writes a table of no rows", async () => {
    const { bytes, answer } = await written(0, [10]);
    expect(answer.rows).toBe(0);
    expect(await parquetReadObjects({ file: bytes.buffer })).toEqual([]);
  });

  it("keeps the writer's memory bounded by the row group, not by the table", async () => {
    await written(20_000, [8192]);
    const before = parquetMemoryBytes();
    await written(200_000, [8192]);
    expect(parquetMemoryBytes()).toBeLessThanOrEqual(Math.max(before, 16 * 1024 * 1024));
  });

  it("leaves no object behind when its rows fail, and stays usable", async () => {
    const objects = new MemoryObjectStore();
    async function* failing() {
      yield* memberBatches(20_000, [8192]);
      throw new Error("the shard is gone");
    }
    await expect(writeMembers(objects, KEY, failing())).rejects.toThrow("the shard is gone");
    expect(objects.keys).toEqual([]);
    expect((await written(100, [10])).answer.rows).toBe(100);
  });

  it("fails on the very first batch as on any other", async () => {
    const objects = new MemoryObjectStore();
    const failing = (async function* () {
      for await (const batch of memberBatches(10, [10])) yield { ...batch, coordinates: new Float32Array(3) };
    })();
    await expect(writeMembers(objects, KEY, failing)).rejects.toThrow("3 coordinates for 3 rows of 2 components");
    expect(objects.keys).toEqual([]);
  });
});

describe("centroids.parquet", () => {
  it("reads back row for row", async () => {
    const objects = new MemoryObjectStore();
    const rows = centroids(3, 5);
    const answer = await writeCentroids(objects, "c", rows);
    expect(answer.rows).toBe(3);
    const read = (await collect(readCentroids(objects, "c"))).flatMap(centroidRows);
    expect(read).toEqual(
      rows.map((row) => ({
        cluster_id: row.clusterId,
        centroid_vector: Array.from(row.vector!),
        num_members: row.numMembers,
        variance: row.variance,
        label: row.label,
        summary: null,
        keywords: row.keywords,
        feature_name: "pixels",
        feature_dimensions: 5,
        parent_cluster_id: null,
        child_cluster_ids: [],
        hierarchy_level: 0,
        x: row.coordinates![0],
        y: row.coordinates![1],
        z: null,
        representatives: row.representatives,
        reduction_method: "pca",
        parameters: row.parameters,
        algorithm: "kmeans",
      })),
    );
  });

  it("keeps a row group's vectors to 2 MiB", async () => {
    const objects = new MemoryObjectStore();
    await writeCentroids(objects, "c", centroids(600, 2048));
    const metadata = parquetMetadata(objects.objects.get("c")!.buffer);
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([256, 256, 88]);
  });

  it("takes centroids without vectors", async () => {
    const objects = new MemoryObjectStore();
    await writeCentroids(objects, "c", [{ ...centroids(1, 2)[0]!, vector: null, coordinates: null }]);
    const [row] = (await collect(readCentroids(objects, "c"))).flatMap(centroidRows);
    expect(row).toMatchObject({ centroid_vector: null, x: null });
  });
});

it("hierarchy.parquet reads back", async () => {
  const objects = new MemoryObjectStore();
  await writeHierarchy(objects, "h", [
    { clusterId: "cl_0", parentClusterId: null, level: 0, numMembers: 9, label: "Audio" },
    { clusterId: "cl_0_sub_0", parentClusterId: "cl_0", level: 1, numMembers: 4, label: null },
  ]);
  expect(await parquetReadObjects({ file: objects.objects.get("h")!.buffer })).toEqual([
    { cluster_id: "cl_0", parent_cluster_id: null, level: 0, num_members: 9, label: "Audio" },
    { cluster_id: "cl_0_sub_0", parent_cluster_id: "cl_0", level: 1, num_members: 4, label: null },
  ]);
});
