import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { LabelingRequest } from "../../../src/domain/definition/labeling";
import { clustersAlike, type RunManifest, reusedRun } from "../../../src/domain/run/reuse";
import type { RunSpec } from "../../../src/domain/run/types";
import { FakeCollection, type FakeDocument } from "../fake-collection";
import { attributeSpec, blobs, kmeansSpec } from "../fixtures";
import { World } from "../harness";
import { byDefault } from "../methods/support";

const documents = (name: string, rows: number): FakeDocument[] =>
  blobs(name, rows, { zeroEvery: 97, missingEvery: 113 }).map((one, i) => ({
    ...one,
    attributes: {
      title: ["red apple", "fast train", "grey cat", "warm coat"][i % 4],
      kind: ["fruit", "vehicle", "animal", "garment"][i % 4],
    },
  }));

async function collections(objects?: World["objects"]) {
  const made = new Map([
    ["col_a", new FakeCollection(documents("a", 700), 6)],
    ["col_b", new FakeCollection(documents("b", 400), 6)],
  ]);
  if (objects) for (const [id, one] of made) await one.write(objects, `documents/${id}`);
  return made;
}

async function clustered(spec: RunSpec): Promise<World> {
  const made = await collections();
  const world = new World(spec, made);
  for (const [id, one] of made) await one.write(world.objects, `documents/${id}`);
  expect((await world.run()).status).toBe("completed");
  return world;
}

const manifestOf = (world: World): RunManifest =>
  JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!));

const MAPPED = LabelingRequest.parse({ labeling_inputs: { input_mappings: [{ input_key: "text", path: "kind" }] } });

/** A second run over the same object store that names the clusters of the first one anew. */
async function relabelled(first: World, labeling: RunSpec["labeling"]): Promise<World> {
  const { record } = (await first.coordinator.view())!;
  const reuse = reusedRun(first.spec.runId, record.artifacts!, manifestOf(first));
  const spec: RunSpec = { ...first.spec, runId: "run_again", labeling, reuse };
  const made = await collections();
  const world = new World(spec, made, {}, {}, first.objects);
  const told = await world.run();
  expect(told.errorMessage).toBeNull();
  // Nothing was fixed or read but texts.
  expect([...made.values()].map((one) => one.freezes)).toEqual([0, 0]);
  return world;
}

const bytesOf = (first: World, runId: string, file: string) =>
  first.objects.objects.get(first.objects.keys.find((key) => key.includes(runId) && key.endsWith(file))!);

const rows = async (first: World, runId: string, file: string) =>
  parquetReadObjects({ file: bytesOf(first, runId, file)!.slice().buffer as ArrayBuffer });

describe("a run that takes over a clustering", () => {
  it("writes the same tables, byte for byte, when the names come out the same", async () => {
    const first = await clustered(kmeansSpec());
    await relabelled(first, null);
    for (const file of ["members.parquet", "centroids.parquet"])
      expect(bytesOf(first, "run_again", file)).toEqual(bytesOf(first, "run_test", file));
  });

  it("tells what a model was shown", async () => {
    const first = await clustered(kmeansSpec());
    const second = await relabelled(first, LabelingRequest.parse({ enabled: true, provider: "openai" }));
    const { record } = (await second.coordinator.view())!;
    const manifest: RunManifest = JSON.parse(
      new TextDecoder().decode(bytesOf(first, second.spec.runId, "manifest.json")!),
    );
    for (const warnings of [record.warnings, manifest.warnings])
      expect(warnings.map(({ msg }) => msg).join()).toContain("was shown the readable values of kind, title");
  });

  it("changes names and nothing else, and says whose clusters it names", async () => {
    const first = await clustered(kmeansSpec());
    const second = await relabelled(first, MAPPED);
    const [before, after] = [
      await rows(first, "run_test", "members.parquet"),
      await rows(first, "run_again", "members.parquet"),
    ];
    expect(after.map(({ cluster_label: _, ...row }) => row)).toEqual(before.map(({ cluster_label: _, ...row }) => row));
    expect(new Set(after.map((row) => row.cluster_label))).toEqual(
      new Set(["Fruit", "Vehicle", "Animal", "Garment", null]),
    );
    const [was, is] = [(await first.coordinator.view())!.record, (await second.coordinator.view())!.record];
    expect(is).toMatchObject({
      metrics: was.metrics,
      numClusters: was.numClusters,
      numPoints: was.numPoints,
      noisePoints: was.noisePoints,
    });
    expect(is.centroids!.map((one) => one.num_members)).toEqual(was.centroids!.map((one) => one.num_members));
    expect(is.plan!.stages.map(({ kind }) => kind)).toEqual(["keywords", "persist"]);
    expect(is.plan!.notes.join()).toContain("the clustering of run_test is reused");
    const manifest = JSON.parse(new TextDecoder().decode(bytesOf(first, "run_again", "manifest.json")!));
    expect(manifest).toMatchObject({ reuses: { run_id: "run_test" }, num_clusters: 4, metrics: was.metrics });
    // A third run may take over the second one's.
    expect(manifest.collections).toEqual(JSON.parse(JSON.stringify(manifestOf(first))).collections);
  });

  it("names every sub-cluster, and writes the tree again as it was", async () => {
    // Two groups of two: the first clustering sees the groups, their parts stand out within.
    const first = await clustered(
      kmeansSpec({ subclusters: { depth: 2, minSize: 50 } }, { n_clusters: 2, random_state: 1 }),
    );
    const names = await rows(first, "run_test", "centroids.parquet");
    expect(names.some((row) => String(row.cluster_id).includes("_sub_"))).toBe(true);
    const labels = new Map(names.map((row) => [row.cluster_id, row.label]));
    expect(new Set(labels.values()).size).toBe(names.length);
    const members = await rows(first, "run_test", "members.parquet");
    for (const row of members) expect(row.cluster_label).toBe(labels.get(row.cluster_id) ?? null);
    for (const row of await rows(first, "run_test", "hierarchy.parquet"))
      expect(row.label).toBe(labels.get(row.cluster_id));
    await relabelled(first, null);
    for (const file of ["members.parquet", "centroids.parquet", "hierarchy.parquet"])
      expect(bytesOf(first, "run_again", file)).toEqual(bytesOf(first, "run_test", file));
  });

  it("keeps what the method keeps, and the values that attributes' clusters are called by", async () => {
    const density = await clustered(kmeansSpec({ method: byDefault("hdbscan") }));
    const again = await relabelled(density, MAPPED);
    const { files } = JSON.parse(
      new TextDecoder().decode(bytesOf(density, "run_again", "manifest.json")!),
    ) as RunManifest;
    expect(files.length).toBe(manifestOf(density).files.length);
    for (const { key, sha256 } of files) {
      expect(key).toContain("run_again");
      const file = key.slice(key.lastIndexOf("/") + 1);
      if (!["members.parquet", "centroids.parquet", "hierarchy.parquet"].includes(file))
        expect(sha256).toBe(manifestOf(density).files.find((one) => one.key.endsWith(`/${file}`))!.sha256);
    }
    expect((await again.coordinator.view())!.record.status).toBe("completed");
    const grouped = await clustered(attributeSpec({ attributes: ["kind"] }));
    const renamed = await relabelled(grouped, MAPPED);
    const labels = (await renamed.coordinator.view())!.record.centroids!.map((one) => one.label);
    expect(labels.toSorted()).toEqual(["animal", "fruit", "garment", "vehicle"]);
  });
});

describe("whether two runs cluster alike", () => {
  it("does not depend on names, ids, times and the order of keys, and does on the rest", () => {
    const spec = kmeansSpec();
    const other: RunSpec = { ...spec, runId: "run_b", taskId: "task_b", createdAt: "2027", labeling: MAPPED };
    expect(clustersAlike(spec, Object.fromEntries(Object.entries(other).reverse()) as unknown as RunSpec)).toBe(true);
    expect(clustersAlike(spec, JSON.parse(JSON.stringify(other)))).toBe(true);
    expect(clustersAlike(spec, { ...other, normalize: false })).toBe(false);
    expect(clustersAlike(spec, { ...other, seed: 8 })).toBe(false);
    expect(clustersAlike(spec, kmeansSpec({}, { n_clusters: 5 }))).toBe(false);
  });
});
