/** Whole runs over a sparse feature, against a dense decomposition of the same matrix. */
import { readFileSync } from "node:fs";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { RunSpec } from "../../../src/domain/run/types";
import type { Limits } from "../../../src/engine/limits";
import { COMPONENTS } from "../../../src/engine/sparse/subspace";
import { kmeansSpec } from "../fixtures";
import { type Chaos, World } from "../harness";
import { type Entries, SparseCollection, topics } from "./collection";

interface Reference {
  counts: Entries[];
  weights: Entries[];
  singular_values: number[];
  truncated: number[];
}
/** By scikit-learn; see reference.py. */
const reference: Reference = JSON.parse(readFileSync(`${import.meta.dirname}/reference.json`, "utf8"));

const TEXT = "mixpeek://text_extractor@v1/lexical";

interface Options {
  uri?: string;
  indices?: number;
  limits?: Partial<Limits>;
  chaos?: Partial<Chaos>;
  spec?: Partial<RunSpec>;
}

async function runOver(rows: Entries[], { uri = TEXT, indices = 40, limits, chaos, spec }: Options = {}) {
  const weighting = uri === TEXT ? ("tfidf" as const) : ("none" as const);
  const feature = { uri, name: "words", dimensions: COMPONENTS, weight: 1, sparse: { indices, weighting } };
  const run = { ...kmeansSpec({ features: [feature], collections: [{ collectionId: "col_a" }] }), ...spec };
  const collection = new SparseCollection(rows, { uri, name: "words", dimensions: indices, kind: "sparse" });
  const world = new World(run, new Map([["col_a", collection]]), limits, chaos);
  await collection.store(world, "documents/col_a");
  const record = await world.run();
  const table = async (file: "members.parquet" | "centroids.parquet") => {
    const bytes = world.artifact(file);
    return bytes ? parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer }) : [];
  };
  const manifest = world.artifact("manifest.json");
  return {
    record,
    members: await table("members.parquet"),
    centroids: await table("centroids.parquet"),
    manifest: manifest && JSON.parse(new TextDecoder().decode(manifest)),
    bytes: (["members.parquet", "centroids.parquet"] as const).map((file) => world.artifact(file)),
  };
}

describe("a run over a sparse feature", () => {
  it("captures what the exact decomposition captures", async () => {
    const { record, manifest } = await runOver(reference.counts);
    expect(record.errorMessage).toBeNull();
    const exact = reference.singular_values.reduce((sum, value) => sum + value * value, 0);
    // All 40 columns fit: nothing is lost, and rows of length 1 have 60 in all.
    expect(exact).toBeCloseTo(60, 6);
    expect(manifest.audits["subspace/0"].captured_share).toBeCloseTo(1, 9);
    expect(manifest.result).toBe("approximate");
  });

  it("finds the topics, whose words lie apart", async () => {
    const { record, members } = await runOver(topics(400), { indices: 40 });
    expect(record).toMatchObject({ status: "completed", numClusters: 4, numPoints: 400 });
    const clusters = new Map<unknown, Set<number>>();
    members.forEach((row, i) => {
      const set = clusters.get(row.cluster_id) ?? new Set();
      clusters.set(row.cluster_id, set.add(i % 4));
    });
    expect([...clusters.values()].map((set) => set.size)).toEqual([1, 1, 1, 1]);
  });

  it("gives the same bytes for any division into tasks, and whatever goes wrong", async () => {
    const rows = topics(3000);
    // Too many rows for one isolate, so that the method does not change with the shards.
    const limits = { isolateBytes: 100_000, shardBytes: 4096 * 500 };
    const trouble = { seed: 5, memoryRows: 1024, duplicate: 0.2, lose: 0.1, restart: 0.02 };
    const [first, ...others] = await Promise.all([
      runOver(rows, { indices: 40, limits: { ...limits, shardRows: 3072 } }),
      runOver(rows, { indices: 40, limits: { ...limits, shardRows: 1024 } }),
      runOver(rows, { indices: 40, limits: { ...limits, shardRows: 3072 }, chaos: trouble }),
    ]);
    expect(first!.record.status).toBe("completed");
    for (const other of others) expect(other.bytes).toEqual(first!.bytes);
  });

  it("takes a user's own values as they are, whatever their size", async () => {
    const rows = topics(200).map((row) => row.map(([index, value]): [number, number] => [index, -1e6 * value]));
    const { record, centroids } = await runOver(rows, {
      uri: "mixpeek://passthrough@v1/splade",
      indices: 40,
      spec: { normalize: false },
    });
    expect(record).toMatchObject({ status: "completed", numClusters: 4 });
    const vector = (centroids[0]!.centroid_vector as number[]).map(Number);
    expect(vector).toHaveLength(COMPONENTS);
    expect(Math.hypot(...vector)).toBeGreaterThan(1e5);
  });

  it("takes equal documents, one document with words among empty ones, and no shared words at all", async () => {
    const equal = await runOver(
      Array.from(
        { length: 60 },
        (): Entries => [
          [1, 1],
          [4, 2],
          [7, 1],
        ],
      ),
      {
        uri: "mixpeek://passthrough@v1/splade",
      },
    );
    expect(equal.record.status).toBe("completed");
    expect(equal.members.every((row) => Number.isFinite(row.distance_to_centroid))).toBe(true);
    const lone = await runOver(
      [
        [
          [1, 1],
          [2, 1],
        ],
        [],
        [],
        [],
        [],
      ],
      { uri: "mixpeek://passthrough@v1/splade" },
    );
    expect(lone.record.errorCode ?? lone.record.status).toBe("completed");
    const apart = await runOver(
      Array.from({ length: 60 }, (_, i): Entries => [[i, 1]]),
      { indices: 60 },
    );
    expect(apart.record).toMatchObject({ status: "failed", errorCode: "vocabulary_empty" });
  });
});
