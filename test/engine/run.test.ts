import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { attributeSpec, blobs, kmeansSpec, makeWorld } from "./fixtures";
import type { World } from "./harness";

const table = (world: World, file: "members.parquet" | "centroids.parquet" | "hierarchy.parquet") => {
  const bytes = world.artifact(file)!;
  return parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer });
};

describe("a k-means run", () => {
  it("goes from documents to tables", async () => {
    const world = await makeWorld(kmeansSpec());
    const record = await world.run();
    expect(record).toMatchObject({ status: "completed", numClusters: 4, errorMessage: null });
    expect(record.metrics!.silhouette_score).toBeGreaterThan(0.5);
    const members = await table(world, "members.parquet");
    // 7 documents of a lack a vector; zero vectors are noise.
    expect(members).toHaveLength(4500 - 7);
    expect(record.numPoints).toBe(members.length);
    const noise = members.filter((row) => row.cluster_id === "-1");
    expect(noise).toHaveLength(record.noisePoints);
    expect(noise.every((row) => row.distance_to_centroid === null)).toBe(true);
    expect(
      members.filter((row) => row.collection_id === "col_a").map((row) => Number((row.document_id as string).slice(2))),
    ).toEqual(blobs("a", 3000, { missingEvery: 401 }).flatMap((one, i) => (one.vector ? [i] : [])));
    const centroids = await table(world, "centroids.parquet");
    expect(centroids.map((row) => row.cluster_id)).toEqual(["cl_0", "cl_1", "cl_2", "cl_3"]);
    expect(centroids.map((row) => Number(row.num_members))).toEqual(record.centroids!.map((one) => one.num_members));
    expect(world.scratchKeys).toEqual([]);
    const manifest = JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!));
    expect(manifest).toMatchObject({ version: 1, result: "exact", num_clusters: 4, rows: { fitted: 4471 } });
    expect(manifest.engine.version).toBe(version);
    const cpu = (kind: string) => manifest.stages.find((stage: { kind: string }) => stage.kind === kind).cpu_ms;
    expect(cpu("persist")).toBeGreaterThan(0);
    expect(record.warnings.map((one) => one.msg).join()).toContain("7 documents without a vector of pixels");
  });
});

describe("an attribute run", () => {
  const documents = [
    ["Electronics", "Apple"],
    ["Electronics", ["Samsung", "Apple"]],
    ["Electronics", "Apple"],
    ["Books", "Penguin"],
    ["Books", null],
  ].map(([category, brand], i) => ({ id: `d${i}`, vector: null, attributes: { category, brand } }));

  it("groups every combination, the larger first", async () => {
    const spec = attributeSpec({ attributes: ["category", "brand"] });
    const world = await makeWorld(spec, { a: documents, b: [] });
    const record = await world.run();
    expect(record).toMatchObject({ status: "completed", numClusters: 2, noisePoints: 1, numPoints: 5, metrics: null });
    expect(record.centroids!.map((one) => [one.label, one.num_members])).toEqual([
      ["Electronics_Apple", 3],
      ["Books_Penguin", 1],
    ]);
    const members = await table(world, "members.parquet");
    expect(members.map((row) => row.cluster_id)).toEqual(["cl_0", "cl_0", "cl_0", "cl_1", "-1"]);
  });

  it("nests the attributes when asked to", async () => {
    const spec = attributeSpec({
      attributes: ["category", "brand"],
      hierarchical_grouping: true,
      aggregation_method: "first",
    });
    const world = await makeWorld(spec, { a: documents.slice(0, 3), b: documents.slice(3) });
    const record = await world.run();
    expect(record.centroids!.map((one) => [one.cluster_id, one.label, one.num_members])).toEqual([
      ["cl_0", "Electronics", 3],
      ["cl_1", "Books", 1],
    ]);
    const hierarchy = await table(world, "hierarchy.parquet");
    expect(hierarchy.map((row) => [row.cluster_id, row.parent_cluster_id, row.label])).toEqual([
      ["cl_0", null, "Electronics"],
      ["cl_0_sub_0", "cl_0", "Electronics_Apple"],
      ["cl_0_sub_1", "cl_0", "Electronics_Samsung"],
      ["cl_1", null, "Books"],
      ["cl_1_sub_0", "cl_1", "Books_Penguin"],
    ]);
    const members = await table(world, "members.parquet");
    expect(members.map((row) => row.cluster_id)).toEqual([
      "cl_0_sub_0",
      "cl_0_sub_1",
      "cl_0_sub_0",
      "cl_1_sub_0",
      "-1",
    ]);
  });
});
