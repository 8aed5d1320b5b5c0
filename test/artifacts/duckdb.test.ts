import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeCentroids, writeMembers } from "../../src/artifacts";
import { MemoryObjectStore } from "../support/memory-object-store";
import { CLUSTERS, centroids, initParquetFromDisk, member, memberBatches } from "./fixtures";

const ROWS = 10_000;
let folder: string;
let query: (sql: string) => Promise<Record<string, unknown>[]>;

beforeAll(async () => {
  initParquetFromDisk();
  const objects = new MemoryObjectStore();
  await writeMembers(objects, "members.parquet", memberBatches(ROWS, [999]));
  await writeCentroids(objects, "centroids.parquet", centroids(3, 4));
  folder = await mkdtemp(join(tmpdir(), "shoal-duckdb-"));
  for (const [key, bytes] of objects.objects) await writeFile(join(folder, key), bytes);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it("DuckDB groups the members as they were written", async () => {
  const rows = await query(
    `SELECT cluster_id, count(*)::INT AS n, count(distance_to_centroid)::INT AS with_distance
     FROM '${join(folder, "members.parquet")}' GROUP BY ALL ORDER BY ALL`,
  );
  const expected = CLUSTERS.map((clusterId) => {
    const n = Array.from({ length: ROWS }, (_, i) => member(i)).filter((row) => row.clusterId === clusterId).length;
    return { cluster_id: clusterId, n, with_distance: clusterId === "-1" ? 0 : n };
  });
  expect(rows).toEqual(expected.sort((a, b) => (a.cluster_id < b.cluster_id ? -1 : 1)));
});

it("DuckDB sees the documented types", async () => {
  const types = async (file: string) =>
    (await query(`DESCRIBE SELECT * FROM '${join(folder, file)}'`)).map(
      ({ column_name, column_type }) => `${column_name} ${column_type}`,
    );
  expect(await types("members.parquet")).toEqual([
    "document_id VARCHAR",
    "point_id VARCHAR",
    "collection_id VARCHAR",
    "cluster_id VARCHAR",
    "cluster_label VARCHAR",
    "distance_to_centroid FLOAT",
    "coordinates FLOAT[]",
    "x FLOAT",
    "y FLOAT",
    "z FLOAT",
    "probability FLOAT",
    "outlier_score FLOAT",
  ]);
  expect(await types("centroids.parquet")).toEqual([
    "cluster_id VARCHAR",
    "centroid_vector FLOAT[]",
    "num_members INTEGER",
    "variance DOUBLE",
    "label VARCHAR",
    "summary VARCHAR",
    "keywords VARCHAR[]",
    "feature_name VARCHAR",
    "feature_dimensions INTEGER",
    "parent_cluster_id VARCHAR",
    "child_cluster_ids VARCHAR[]",
    "hierarchy_level INTEGER",
    "x FLOAT",
    "y FLOAT",
    "z FLOAT",
    "representatives VARCHAR[]",
    "reduction_method VARCHAR",
    "parameters VARCHAR",
    "algorithm VARCHAR",
  ]);
});

it("DuckDB reads lists and text", async () => {
  const [row] = await query(
    `SELECT len(centroid_vector) AS d, keywords, label FROM '${join(folder, "centroids.parquet")}' WHERE cluster_id = 'cl_0'`,
  );
  expect(row).toMatchObject({ d: "4", keywords: ["ein", "zwei ☃"], label: "naïve" });
});
