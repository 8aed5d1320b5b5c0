/** A run that merges clusters of faces, from payloads to tables. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { resolveRunSpec } from "../../../src/engine/resolve";
import { definition, URI } from "../definitions";
import type { FakeDocument } from "../fake-collection";
import { kmeansSpec, makeWorld, type WorldOptions } from "../fixtures";
import { generator, type World } from "../harness";

const FACE_MERGE = {
  centroidCosine: 0.55,
  boxIou: 0.4,
  sceneJaccard: 0.3,
  boxField: "face.box",
  frameField: "frame_number",
  sceneField: "scene_id",
};

/** Four looks: 0 and 1 are one person by their boxes, 2 is another beside them, 3 is 2 again by the scenes. 30 in a hundred are 0, and so on. */
const LOOKS = [
  { angle: 0, share: 3, box: [0, 0, 10, 10], scene: (i: number) => `a${i % 5}` },
  { angle: 0.7, share: 2, box: { x: 1, y: 0, width: 10, height: 10 }, scene: (i: number) => `b${i % 5}` },
  { angle: 1.5, share: 3, box: [50, 0, 60, 10], scene: (i: number) => `c${i % 5}` },
  { angle: 2.2, share: 2, box: [90, 0, 99, 10], scene: (i: number) => `c${i % 3}` },
];

function faces(rows: number): { documents: FakeDocument[]; looks: number[] } {
  const random = generator(11);
  const order = LOOKS.flatMap(({ share }, look) => new Array<number>(share).fill(look));
  const looks = Array.from({ length: rows }, (_, i) => order[i % order.length]!);
  const documents = looks.map((look, i) => {
    const { angle, box, scene } = LOOKS[look]!;
    const own = angle + 0.1 * (random() - 0.5);
    const attributes = { "face.box": box, frame_number: Math.floor(i / 10), scene_id: scene(i) };
    return { id: `face_${i}`, vector: [Math.cos(own), Math.sin(own), 0.05 * random()], attributes };
  });
  return { documents, looks };
}

const spec = (changes = {}) => kmeansSpec({ faceMerge: FACE_MERGE, ...changes }, { n_clusters: 4, n_init: 10 }, 3);

async function ran(rows: number, changes = {}, options: WorldOptions = {}) {
  const { documents, looks } = faces(rows);
  const world = await makeWorld(spec(changes), { a: documents, b: [], ...options });
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  return { world, record, looks };
}

const members = async (world: World) =>
  (await parquetReadObjects({ file: world.artifact("members.parquet")!.slice().buffer as ArrayBuffer })) as Record<
    string,
    unknown
  >[];

describe("a run with face_cluster_merge", () => {
  it("merges what is one face and counts, numbers and measures it as one", async () => {
    const { world, record, looks } = await ran(600);
    expect(record.numClusters).toBe(2);
    expect(record.centroids!.map((one) => one.num_members)).toEqual([300, 300]);
    const rows = await members(world);
    const clusterOf = (look: number) => new Set(rows.filter((_, i) => looks[i] === look).map((row) => row.cluster_id));
    expect(clusterOf(0)).toEqual(clusterOf(1));
    expect(clusterOf(2)).toEqual(clusterOf(3));
    expect(clusterOf(0)).not.toEqual(clusterOf(2));
    const { documents } = faces(600);
    const mean = [0, 1, 2].map((t) => {
      const own = documents.filter((_, i) => looks[i]! < 2).map(({ vector }) => vector![t]! / Math.hypot(...vector!));
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    });
    for (const [i, row] of rows.entries()) {
      if (looks[i]! > 1) continue;
      const length = Math.hypot(...documents[i]!.vector!);
      const distance = Math.hypot(...mean.map((value, t) => documents[i]!.vector![t]! / length - value));
      expect(row.distance_to_centroid).toBeCloseTo(distance, 4);
    }
    expect(record.warnings).toEqual([]);
  });

  it.each(["mean", "median", "medoid"])("gives the same bytes for any shards: %s", async (centroid) => {
    const bytes = async (options: WorldOptions) => {
      const { world } = await ran(3000, { centroid, subclusters: { depth: 2, minSize: 50 } }, options);
      return (["members.parquet", "centroids.parquet"] as const).map((file) =>
        Buffer.from(world.artifact(file)!).toString("base64"),
      );
    };
    const whole = await bytes({});
    expect(await bytes({ limits: { shardRows: 1024 } })).toEqual(whole);
    const chaos = { seed: 9, duplicate: 0.2, lose: 0.2, kill: 0.01, memoryRows: 1024 };
    expect(await bytes({ limits: { shardRows: 2048 }, chaos })).toEqual(whole);
  });

  it("merges after a method that is fitted in one task, too", async () => {
    const method = {
      kind: "agglomerative",
      params: {
        n_clusters: 4,
        affinity: "euclidean",
        linkage: "average",
        distance_threshold: null,
        connectivity: null,
      },
    };
    const { record } = await ran(600, { method });
    expect(record.centroids!.map((one) => one.num_members)).toEqual([300, 300]);
  });

  it("leaves clusters alone where nothing overlaps, and says what it could not read", async () => {
    const { record } = await ran(600, { faceMerge: { ...FACE_MERGE, boxField: "none", sceneField: "none" } });
    expect(record.numClusters).toBe(4);
    expect(record.warnings.map((one) => one.msg)).toEqual([
      "600 of 600 documents have no readable box and frame",
      "600 of 600 documents name no scene",
    ]);
  });

  it("is what the definition asks for, and off where it is not enabled", () => {
    const resolve = (face_cluster_merge: Record<string, unknown> | null) =>
      resolveRunSpec(definition({ face_cluster_merge }), {
        ids: { runId: "run_a", clusterId: "clust_a", namespaceId: "ns_a", taskId: "task_a", createdAt: "" },
        collections: [{ collectionId: "col_a", features: [{ uri: URI, name: "pixels", dimensions: 6 }] }],
        overrides: {},
      }).faceMerge;
    expect(resolve({ bbox_field: "face.box" })).toEqual({ ...FACE_MERGE });
    expect(resolve({ enabled: false })).toBeUndefined();
    expect(resolve(null)).toBeUndefined();
  });
});
