import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { adjustedRandIndex } from "../../../src/kernels/measures/agreement";
import type { FakeDocument } from "../fake-collection";
import { kmeansSpec, makeWorld, type WorldOptions } from "../fixtures";
import { generator, type World } from "../harness";

type Row = Record<string, unknown>;
const table = async (world: World, file: "members.parquet" | "centroids.parquet" | "hierarchy.parquet") => {
  const bytes = world.artifact(file);
  return bytes && ((await parquetReadObjects({ file: bytes.slice().buffer as ArrayBuffer })) as Row[]);
};

/** Normal deviates (Box and Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/**
 * Three regions far apart. The first holds three groups, and the first of them a small one that only shows within it; the second holds two groups; the third is one cloud.
 * `truth` is the deepest group of every row.
 */
function nested(rows: number, dimensions: number, seed = 5): { documents: FakeDocument[]; truth: string[] } {
  const random = generator(seed);
  const axis = (i: number, length: number) => (_: unknown, t: number) => (t === i % dimensions ? length : 0);
  const groups = [
    { name: "a.0.0", share: 17, at: [axis(0, 100), axis(1, 10), axis(2, 1.5)] },
    { name: "a.0.1", share: 1, at: [axis(0, 100), axis(1, 10), axis(2, -1.5)] },
    { name: "a.1", share: 8, at: [axis(0, 100), axis(1, -10)] },
    { name: "a.2", share: 6, at: [axis(0, 100), axis(2, 17)] },
    { name: "b.0", share: 8, at: [axis(0, -100), axis(1, 8)] },
    { name: "b.1", share: 6, at: [axis(0, -100), axis(1, -8)] },
    { name: "c", share: 10, at: [axis(1, 200)] },
  ];
  const names = groups.flatMap(({ name, share }) => new Array<string>(share).fill(name));
  const truth = Array.from({ length: rows }, (_, i) => names[i % names.length]!);
  const documents = truth.map((name, i) => {
    const { at } = groups.find((group) => group.name === name)!;
    const vector = Array.from({ length: dimensions }, (_, t) =>
      at.reduce((sum, place) => sum + place(null, t), 0.15 * normal(random)),
    );
    return { id: `d_${i}`, vector };
  });
  return { documents, truth };
}

const spec = (changes = {}, dimensions = 4) =>
  kmeansSpec(
    { normalize: false, subclusters: { depth: 3, minSize: 50 }, ...changes },
    { n_clusters: 3, random_state: 7 },
    dimensions,
  );

async function run(rows: number, changes = {}, options: WorldOptions = {}, dimensions = 4) {
  const { documents, truth } = nested(rows, dimensions);
  const world = await makeWorld(spec(changes, dimensions), { a: documents, b: [], ...options });
  const record = await world.run();
  return { world, record, truth };
}

const numbered = (names: string[]): Int32Array => {
  const known = [...new Set(names)];
  return Int32Array.from(names, (name) => known.indexOf(name));
};

describe("sub-clusters", () => {
  it("splits what has parts, as deep as there are any, and leaves a plain cloud whole", async () => {
    const { world, record, truth } = await run(1400);
    expect(record).toMatchObject({ status: "completed", numClusters: 3, errorMessage: null });
    expect(record.centroids!.map((one) => [one.cluster_id, one.num_members])).toEqual([
      ["cl_0", 800],
      ["cl_1", 350],
      ["cl_2", 250],
    ]);
    const hierarchy = (await table(world, "hierarchy.parquet"))!;
    expect(hierarchy.map((row) => [row.cluster_id, row.parent_cluster_id, Number(row.level)])).toEqual([
      ["cl_0", null, 0],
      ["cl_0_sub_0", "cl_0", 1],
      ["cl_0_sub_0_sub_0", "cl_0_sub_0", 2],
      ["cl_0_sub_0_sub_1", "cl_0_sub_0", 2],
      ["cl_0_sub_1", "cl_0", 1],
      ["cl_0_sub_2", "cl_0", 1],
      ["cl_1", null, 0],
      ["cl_1_sub_0", "cl_1", 1],
      ["cl_1_sub_1", "cl_1", 1],
      ["cl_2", null, 0],
    ]);
    const members = (await table(world, "members.parquet"))!;
    const ids = members.map((row) => row.cluster_id as string);
    expect(adjustedRandIndex(numbered(ids), numbered(truth))).toBeGreaterThan(0.97);
  });

  it("describes every level: sizes count what lies below, centroids and distances are of the own level", async () => {
    const { world } = await run(1400);
    const { documents } = nested(1400, 4);
    const members = (await table(world, "members.parquet"))!;
    const centroids = (await table(world, "centroids.parquet"))!;
    for (const centroid of centroids) {
      const id = centroid.cluster_id as string;
      const below = members.flatMap((row, i) =>
        row.cluster_id === id || (row.cluster_id as string).startsWith(`${id}_sub_`) ? [i] : [],
      );
      expect(Number(centroid.num_members)).toBe(below.length);
      const vector = centroid.centroid_vector as number[];
      for (const [t, value] of vector.entries())
        expect(value).toBeCloseTo(below.reduce((sum, i) => sum + documents[i]!.vector![t]!, 0) / below.length, 3);
      const distance = (i: number) => Math.hypot(...vector.map((value, t) => documents[i]!.vector![t]! - value));
      const spread = below.reduce((sum, i) => sum + distance(i) ** 2, 0) / below.length;
      expect(centroid.variance as number).toBeCloseTo(spread, 2);
      const nearest = below.reduce((best, i) => (distance(i) < distance(best) ? i : best));
      expect((centroid.representatives as string[])[0]).toBe(documents[nearest]!.id);
      for (const i of below)
        if (members[i]!.cluster_id === id) expect(members[i]!.distance_to_centroid).toBeCloseTo(distance(i), 3);
    }
    expect(centroids.find((row) => row.cluster_id === "cl_0_sub_0")).toMatchObject({
      parent_cluster_id: "cl_0",
      hierarchy_level: 1,
    });
  });

  const bytes = async (changes: object, options: WorldOptions, rows = 1400) => {
    const { world, record } = await run(rows, changes, options);
    expect(record.errorMessage).toBeNull();
    return ["members.parquet", "centroids.parquet", "hierarchy.parquet"].map((file) =>
      Buffer.from(world.artifact(file as "members.parquet")!).toString("base64"),
    );
  };

  it.each(["mean", "median", "medoid"] as const)("gives the same bytes for any shards: %s", async (centroid) => {
    const rows = 5600;
    const whole = await bytes({ centroid }, {}, rows);
    expect(await bytes({ centroid }, { limits: { shardRows: 1024 } }, rows)).toEqual(whole);
    const chaos = { seed: 4, duplicate: 0.2, lose: 0.2, kill: 0.01, memoryRows: 1024 };
    expect(await bytes({ centroid }, { limits: { shardRows: 2048 }, chaos }, rows)).toEqual(whole);
  });

  it("lays wide rows out before it splits them", async () => {
    const { record, world, truth } = await run(1400, {}, {}, 40);
    expect(record.errorMessage).toBeNull();
    const members = (await table(world, "members.parquet"))!;
    const ids = members.map((row) => row.cluster_id as string);
    expect(adjustedRandIndex(numbered(ids), numbered(truth))).toBeGreaterThan(0.95);
    expect(ids.filter((id) => id.startsWith("cl_2")).every((id) => id === "cl_2")).toBe(true);
  });

  it("stops at the depth asked for, and says so when nothing is split", async () => {
    const shallow = await run(1400, { subclusters: { depth: 1, minSize: 50 } });
    const levels = (await table(shallow.world, "hierarchy.parquet"))!.map((row) => Number(row.level));
    expect(Math.max(...levels)).toBe(1);
    const none = await run(280, { subclusters: { depth: 3, minSize: 5000 } });
    expect(await table(none.world, "hierarchy.parquet")).toBeNull();
    expect(none.record.warnings.map((one) => one.msg).join()).toContain("no cluster was split");
  });

  it("splits a cluster that is too large for an isolate by a sample, and says so", async () => {
    const { record, world, truth } = await run(5600, {}, { limits: { fitCpuMs: 0.1 } });
    expect(record.errorMessage).toBeNull();
    expect(record.warnings.map((one) => one.msg).join()).toContain("seeded sample");
    const members = (await table(world, "members.parquet"))!;
    const ids = members.map((row) => row.cluster_id as string);
    expect(adjustedRandIndex(numbered(ids), numbered(truth))).toBeGreaterThan(0.95);
  });
});
