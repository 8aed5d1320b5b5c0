/** Runs that cluster each feature by itself: the same whatever their shards and troubles, ended in the middle, and within their memory. */
import { expect, it } from "vitest";
import type { FeatureSpec, RunSpec } from "../../src/domain/run/types";
import type { Limits } from "../../src/engine/limits";
import { COMPONENTS } from "../../src/engine/sparse/subspace";
import { Workspace } from "../../src/engine/workspace";
import { kmeansSpec } from "./fixtures";
import { type Chaos, modules, World } from "./harness";
import { type Entries, SparseCollection, topics } from "./sparse/collection";

const PAGE = 65_536;
const TEXT = "mixpeek://text_extractor@v1/lexical";

const words = (indices: number): FeatureSpec => ({
  uri: TEXT,
  name: "words",
  dimensions: COMPONENTS,
  weight: 1,
  sparse: { indices, weighting: "tfidf" },
});
const pixels: FeatureSpec = { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 2, weight: 1 };

interface Options {
  indices?: number;
  limits?: Partial<Limits>;
  chaos?: Partial<Chaos>;
  spec?: Partial<RunSpec>;
}

async function worldOf(rows: Entries[], { indices = 40, limits, chaos, spec }: Options = {}): Promise<World> {
  const run = kmeansSpec({
    collections: [{ collectionId: "col_a" }],
    features: [words(indices), pixels],
    independent: true,
    ...spec,
  });
  const stored = { uri: TEXT, name: "words", dimensions: indices, kind: "sparse" as const };
  const collection = new SparseCollection(rows, stored, 500, {
    feature: { uri: pixels.uri, name: pixels.name, dimensions: 2 },
    rows: rows.map((_, i) => (i % 8 < 4 ? [1, 0.01 * (i % 5)] : [-1, 0.01 * (i % 3)])),
  });
  const world = new World(run, new Map([["col_a", collection]]), limits, chaos);
  await collection.store(world, "documents/col_a");
  return world;
}

it("clusters of each feature have the same bytes however they are divided, and whatever goes wrong", async () => {
  const rows = topics(3000);
  const limits = { isolateBytes: 10_000, shardBytes: 4096 * 500 };
  const trouble = { seed: 9, memoryRows: 1024, duplicate: 0.2, lose: 0.1, kill: 0.02, restart: 0.02 };
  const [first, ...others] = await Promise.all(
    (
      [
        [3072, {}],
        [1024, {}],
        [3072, trouble],
      ] as const
    ).map(async ([shardRows, chaos]) => {
      const world = await worldOf(rows, { limits: { ...limits, shardRows }, chaos });
      const record = await world.run();
      expect(record.errorMessage).toBeNull();
      return (["members.parquet", "centroids.parquet"] as const).map((file) => world.artifact(file));
    }),
  );
  expect(first!.every((bytes) => bytes!.byteLength > 0)).toBe(true);
  for (const other of others) expect(other).toEqual(first);
});

it("is canceled as a whole while its second feature is clustered, and leaves nothing", async () => {
  const world = await worldOf(topics(400));
  const tracks = new Set<number | undefined>();
  world.isolateFor = async () => new Workspace(modules);
  world.beforeDelivery = async ({ stage }) => {
    const { track } = (await world.coordinator.view())!.record.plan!.stages[stage]!;
    tracks.add(track);
    if (track === 1) await world.coordinator.cancel();
  };
  const record = await world.run();
  expect([...tracks]).toEqual([0, 1]);
  expect(record).toMatchObject({ status: "failed", errorMessage: "canceled" });
  expect(world.objects.keys.filter((key) => !key.startsWith("documents/"))).toEqual([]);
});

it("takes no more memory than its plan says, with as many columns as may be", { timeout: 60_000 }, async () => {
  // Every index in two documents, so that all of them take part.
  const rows = Array.from({ length: 4096 }, (_, row) =>
    Array.from({ length: 10 }, (_, i): [number, number] => [10 * (row % 2048) + i, 1 + ((row + i) % 3)]),
  );
  const indices = 20_480;
  const world = await worldOf(rows, { indices, spec: { computeMetrics: false } });
  let rounds = 0;
  world.isolateFor = async ({ stage }) => {
    const { record } = (await world.coordinator.view())!;
    const { kind, taskBytes } = record.plan!.stages[stage]!;
    if (kind === "subspace") rounds += 1;
    return new Workspace(modules, Math.ceil(taskBytes / PAGE) * PAGE);
  };
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  expect(rounds).toBeGreaterThan(0);
  // A task that had lacked memory would have been divided, and the run have ended well all the same.
  expect(world.log).toEqual([]);
});
