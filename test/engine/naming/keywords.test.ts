import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { Labeling } from "../../../src/domain/definition/labeling";
import { LabelingRequest } from "../../../src/domain/definition/labeling";
import type { RunSpec } from "../../../src/domain/run/types";
import type { FakeDocument } from "../fake-collection";
import { blobs, kmeansSpec, makeWorld, type WorldOptions } from "../fixtures";
import type { World } from "../harness";

const SUBJECTS = [
  ["red apple", "green apple", "apple pie"],
  ["fast train", "night train", "train station"],
  ["grey cat", "sleepy cat", "cat and kitten"],
  ["warm coat", "winter coat", "coat of wool"],
];

/** Four kinds of documents, kind i around the i-th centre. */
const documents = (name: string, rows: number): FakeDocument[] =>
  blobs(name, rows).map((one, i) => ({
    ...one,
    attributes: {
      sku: `sku_${String(i).padStart(6, "0")}`,
      title: SUBJECTS[i % 4]![Math.floor(i / 4) % 3],
      url: `https://shop.example/${i}`,
      added: "2026-01-02T03:04:05Z",
    },
  }));

const labeling = (changes: Record<string, unknown>): Labeling => LabelingRequest.parse(changes);

async function named(changes: Partial<RunSpec> = {}, options: WorldOptions = {}): Promise<World> {
  const world = await makeWorld(kmeansSpec(changes), { a: documents("a", 600), b: documents("b", 300), ...options });
  expect((await world.run()).status).toBe("completed");
  return world;
}

const rows = (world: World, file: "members.parquet" | "centroids.parquet") =>
  parquetReadObjects({ file: world.artifact(file)!.slice().buffer as ArrayBuffer });

describe("clusters of documents with text", () => {
  it("are named by what sets their words apart, in tables and record alike", async () => {
    const world = await named();
    const centroids = await rows(world, "centroids.parquet");
    const subjects = centroids.map((row) => (row.keywords as string[])[0]);
    expect(subjects.toSorted()).toEqual(["apple", "cat", "coat", "train"]);
    for (const row of centroids) expect(String(row.label).toLowerCase()).toContain((row.keywords as string[])[0]!);
    const labels = new Map(centroids.map((row) => [row.cluster_id, row.label]));
    for (const row of await rows(world, "members.parquet")) expect(row.cluster_label).toBe(labels.get(row.cluster_id));
    const { record } = (await world.coordinator.view())!;
    expect(record.centroids!.map(({ label, keywords }) => [label, keywords])).toEqual(
      centroids.map((row) => [row.label, row.keywords]),
    );
  });

  it("are named the same for any number of shards", async () => {
    const whole = await named();
    const sharded = await named({}, { limits: { shardRows: 1024, shardBytes: 1024 * 24, isolateBytes: 200_000 } });
    const labels = async (world: World) => (await rows(world, "centroids.parquet")).map((row) => row.label);
    expect(await labels(sharded)).toEqual(await labels(whole));
  });

  it("take their words from the fields that the labelling names", async () => {
    const mapped = labeling({ labeling_inputs: { input_mappings: [{ input_key: "text", path: "kind" }] } });
    const a = documents("a", 600).map((one, i) => ({
      ...one,
      attributes: { ...one.attributes, kind: ["fruit", "vehicle", "animal", "garment"][i % 4] },
    }));
    const world = await named({ labeling: mapped }, { a });
    const labels = (await rows(world, "centroids.parquet")).map((row) => row.label);
    expect(labels.toSorted()).toEqual(["Animal", "Fruit", "Garment", "Vehicle"]);
  });

  it("say so when a named field has no text", async () => {
    const mapped = labeling({ labeling_inputs: { input_mappings: [{ input_key: "text", path: "nothing" }] } });
    const world = await named({ labeling: mapped });
    const { record } = (await world.coordinator.view())!;
    expect(record.warnings.map(({ msg }) => msg).join()).toContain('has a text at "nothing"');
    expect(record.centroids![0]!.label).toBe("Cluster 0");
  });
});

describe("clusters of documents without text", () => {
  it("are called by their numbers, and nobody asks for their texts", async () => {
    const world = await makeWorld(kmeansSpec());
    await world.run();
    const centroids = await rows(world, "centroids.parquet");
    expect(centroids.map((row) => [row.label, row.keywords])).toEqual([
      ["Cluster 0", []],
      ["Cluster 1", []],
      ["Cluster 2", []],
      ["Cluster 3", []],
    ]);
  });
});
