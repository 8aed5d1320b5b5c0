import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ALL_ROWS,
  artifactsAnswer,
  dataAnswer,
  formatFromAccept,
  type MemberRow,
  nextCursor,
  offsetOf,
  openCentroids,
  openMembers,
  type ReadOptions,
  tableStream,
  writeCentroids,
  writeMembers,
} from "../../src/artifacts";
import { MemoryObjectStore } from "../support/memory-object-store";
import { bytesOf, centroids, initParquetFromDisk, member, memberBatches } from "./fixtures";

const ROWS = 20_000;
const objects = new MemoryObjectStore();
const page = { offset: 8000, limit: 500, clusterIds: null };

beforeAll(async () => {
  initParquetFromDisk();
  await writeMembers(objects, "m", memberBatches(ROWS, [8192], { components: 3 }));
  await writeCentroids(objects, "c", centroids(3, 4));
});

const members = () => openMembers(objects, "m");
const text = async (stream: ReadableStream<Uint8Array>) => new TextDecoder().decode(await bytesOf(stream));
const idsFrom = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => member(from + i).documentId);

describe("one table", () => {
  it("as NDJSON has a row a line", async () => {
    const lines = (await text(await tableStream(await members(), "ndjson", page))).trimEnd().split("\n");
    const rows = lines.map((line) => JSON.parse(line) as MemberRow);
    expect(rows.map((row) => row.document_id)).toEqual(idsFrom(8000, 8500));
    expect(Object.keys(rows[0]!)).toHaveLength(12);
    expect(rows.every((row) => (row.cluster_id === "-1") === (row.distance_to_centroid === null))).toBe(true);
  });

  it("as JSON is an array, empty past the end", async () => {
    const rows = JSON.parse(await text(await tableStream(await members(), "json", page))) as MemberRow[];
    expect(rows.map((row) => row.document_id)).toEqual(idsFrom(8000, 8500));
    expect(await text(await tableStream(await members(), "json", { ...page, offset: ROWS }))).toBe("[]");
  });

  it("as Arrow is one stream of batches of at most 8,192 rows with the Parquet columns", async () => {
    const table = tableFromIPC(await bytesOf(await tableStream(await members(), "arrow", ALL_ROWS)));
    expect(table.numRows).toBe(ROWS);
    expect(table.batches.map((batch) => batch.numRows)).toEqual([8192, 8192, 3616]);
    expect(table.schema.fields.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "document_id: Utf8",
      "point_id: Utf8",
      "collection_id: Utf8",
      "cluster_id: Utf8",
      "cluster_label: Utf8",
      "distance_to_centroid: Float32",
      "coordinates: List<Float32>",
      "x: Float32",
      "y: Float32",
      "z: Float32",
      "probability: Float32",
      "outlier_score: Float32",
    ]);
    for (const i of [0, 7, 8192, ROWS - 1]) {
      const { documentId, coordinates, label } = member(i, 3);
      const row = table.get(i)!;
      expect(row.document_id).toBe(documentId);
      expect(row.cluster_label).toBe(label);
      expect(Array.from(row.coordinates as Iterable<number>)).toEqual(coordinates);
      expect(row.probability).toBeNull();
    }
  });

  it("as Arrow without rows still has its schema", async () => {
    const table = tableFromIPC(await bytesOf(await tableStream(await members(), "arrow", { ...page, limit: 0 })));
    expect(table.numRows).toBe(0);
    expect(table.schema.fields).toHaveLength(12);
  });

  it("as Parquet is the stored file when whole", async () => {
    const bytes = await bytesOf(await tableStream(await members(), "parquet", ALL_ROWS));
    expect(Buffer.compare(bytes, objects.objects.get("m")!)).toBe(0);
  });

  it("as Parquet is a file of the rows asked for when not", async () => {
    const bytes = await bytesOf(
      await tableStream(await members(), "parquet", { ...page, offset: 100, clusterIds: ["cl_1"] }),
    );
    const rows = await parquetReadObjects({ file: bytes.buffer });
    expect(rows.every((row) => row.cluster_id === "cl_1" && row.cluster_label === "Straße")).toBe(true);
    expect(rows.length).toBeGreaterThan(0);
  });

  describe.each(["json", "ndjson", "arrow", "parquet"] as const)("as %s", (format) => {
    const matching = (clusterIds: string[] | null) => {
      const all = Array.from({ length: ROWS }, (_, i) => member(i));
      return all.filter(({ clusterId }) => clusterIds === null || clusterIds.includes(clusterId));
    };
    const idsOf = async (options: ReadOptions): Promise<unknown[]> => {
      const bytes = await bytesOf(await tableStream(await members(), format, options));
      if (format === "arrow") return [...tableFromIPC(bytes).getChild("document_id")!];
      if (format === "parquet") return (await parquetReadObjects({ file: bytes.buffer })).map((row) => row.document_id);
      const lines = new TextDecoder().decode(bytes);
      const rows =
        format === "json"
          ? JSON.parse(lines)
          : lines
              .split("\n")
              .slice(0, -1)
              .map((line) => JSON.parse(line));
      return (rows as MemberRow[]).map((row) => row.document_id);
    };

    it.each<[string, ReadOptions]>([
      ["a limit", { offset: 0, limit: 7, clusterIds: null }],
      ["an offset across row groups", { offset: 8190, limit: 8200, clusterIds: null }],
      ["the end", { offset: ROWS - 3, limit: 100_000, clusterIds: null }],
      ["nothing past the end", { offset: ROWS, limit: 5, clusterIds: null }],
      ["clusters", { offset: 0, limit: ROWS, clusterIds: ["cl_1", "-1"] }],
      ["a page of clusters", { offset: 1500, limit: 1501, clusterIds: ["cl_0"] }],
      ["no cluster of that name", { offset: 0, limit: 10, clusterIds: ["cl_999"] }],
    ])("%s", async (_name, options) => {
      const { offset, limit, clusterIds } = options;
      const expected = matching(clusterIds).slice(offset, offset + limit);
      expect(await idsOf(options)).toEqual(expected.map(({ documentId }) => documentId));
    });

    it("the page that a cursor names", async () => {
      const first = { offset: 0, limit: 900, clusterIds: ["cl_1"] };
      const table = await members();
      const offset = offsetOf((await nextCursor(table, first))!, table, ["cl_1"]);
      const expected = matching(["cl_1"]).slice(900, 1800);
      expect(await idsOf({ ...first, offset })).toEqual(expected.map(({ documentId }) => documentId));
    });
  });

  it("reads on only while someone listens", async () => {
    const from = objects.requests.length;
    const reader = (await tableStream(await members(), "ndjson", ALL_ROWS)).getReader();
    await reader.read();
    await reader.cancel();
    // head, footer, first row group
    expect(objects.requests.length - from).toBe(3);
  });
});

describe("JSON answers", () => {
  it("data: labels fall back to ids, the rest of a centroid is metadata, the cursor comes last", async () => {
    const answer = JSON.parse(
      await text(
        await dataAnswer({
          head: { cluster_id: "clust_a" },
          centroids: await openCentroids(objects, "c"),
          members: await members(),
          page: { offset: 0, limit: 3, clusterIds: null },
        }),
      ),
    );
    expect(answer).toMatchObject({ cluster_id: "clust_a", total_clusters: 3, total_members: ROWS });
    expect(answer.centroids[1]).toMatchObject({
      cluster_id: "cl_1",
      cluster_label: "cl_1",
      num_members: 99,
      metadata: { algorithm: "kmeans" },
    });
    expect(answer.centroids[0].centroid_vector).toHaveLength(4);
    expect(answer.members).toHaveLength(3);
    expect(answer.members[0]).toMatchObject({ document_id: "doc_0", metadata: {} });
    expect(typeof answer.members[0].cluster_label).toBe("string");
    expect(typeof answer.next_cursor).toBe("string");
  });

  it("data: without members the page counts centroids", async () => {
    const answer = JSON.parse(
      await text(
        await dataAnswer({
          head: {},
          centroids: await openCentroids(objects, "c"),
          members: null,
          page: { offset: 1, limit: 5, clusterIds: null },
        }),
      ),
    );
    expect(answer.centroids.map((row: { cluster_id: string }) => row.cluster_id)).toEqual(["cl_1", "cl_2"]);
    expect(answer).toMatchObject({ members: [], total_members: 0, next_cursor: null });
  });

  it.each([2, 3] as const)("artifacts: a map in %i dimensions", async (dimensions) => {
    const answer = JSON.parse(
      await text(await artifactsAnswer({ head: {}, centroids: null, members: await members(), page, dimensions })),
    );
    expect(answer.members).toHaveLength(500);
    expect(answer.members[0].coordinates).toHaveLength(dimensions);
    expect("z" in answer.members[0]).toBe(dimensions === 3);
  });
});

it.each([
  [null, "json"],
  ["*/*", "json"],
  ["text/html, application/*;q=0.5", "json"],
  ["application/x-ndjson", "ndjson"],
  ["application/json;q=0.2, application/vnd.apache.arrow.stream", "arrow"],
  ["application/vnd.apache.parquet;q=1.0", "parquet"],
  ["application/json;q=0, application/x-ndjson;q=0.1", "ndjson"],
  ["text/csv", null],
])("Accept %s takes %s", (accept, format) => {
  expect(formatFromAccept(accept)).toBe(format);
});
