import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { RunSpec } from "../../src/domain/run/types";
import type { FakeDocument } from "./fake-collection";
import { blobs, kmeansSpec, makeWorld } from "./fixtures";

async function outcome(spec: RunSpec, a: FakeDocument[]) {
  const world = await makeWorld(spec, { a, b: [] });
  const record = await world.run();
  const read = (file: "members.parquet" | "centroids.parquet") =>
    parquetReadObjects({ file: world.artifact(file)!.slice().buffer as ArrayBuffer });
  return { world, record, members: await read("members.parquet"), centroids: await read("centroids.parquet") };
}

describe("shapes at the edge", () => {
  it("one dimension: y is 0", async () => {
    const spec = kmeansSpec({ normalize: false }, { n_clusters: 2 }, 1);
    const { record, members } = await outcome(spec, blobs("a", 50, { dimensions: 1, centers: 2 }));
    expect(record.status).toBe("completed");
    expect(members.every((row) => row.y === 0 && Number.isFinite(row.x))).toBe(true);
  });

  it("three coordinates of two dimensions: z is 0", async () => {
    const spec = kmeansSpec({ map: { method: "pca", components: 3 } }, { n_clusters: 2 }, 2);
    const { members } = await outcome(spec, blobs("a", 50, { dimensions: 2 }));
    expect(members.every((row) => row.z === 0)).toBe(true);
  });

  it("more than 1,024 dimensions: the axes come from a sample and still separate the clusters", async () => {
    const spec = kmeansSpec({}, { n_clusters: 2, n_init: 1 }, 1100);
    const { world, members } = await outcome(spec, blobs("a", 1200, { dimensions: 1100, centers: 2 }));
    const side = (id: string) =>
      members.filter((row) => row.cluster_id === id).map((row) => Math.sign(row.x as number));
    expect(new Set(side("cl_0")).size).toBe(1);
    expect(new Set([...side("cl_0"), ...side("cl_1")]).size).toBe(2);
    const manifest = JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!));
    expect(manifest.audits.map.sample_rows).toBe(1024);
    expect(manifest.result).toBe("approximate");
  });

  it("all rows equal: one cluster, with a warning, and no quality to measure", async () => {
    const spec = kmeansSpec({}, { n_clusters: 3 });
    const equal = Array.from({ length: 20 }, (_, i) => ({ id: `e${i}`, vector: [1, 2, 3, 4, 5, 6] }));
    const { record } = await outcome(spec, equal);
    expect(record).toMatchObject({ status: "completed", numClusters: 1 });
    expect(record.metrics).toMatchObject({ silhouette_score: null, davies_bouldin_index: null });
    expect(record.warnings.map((one) => one.msg).join()).toContain("3 clusters were asked for");
  });

  it("as many clusters as rows", async () => {
    const { record } = await outcome(kmeansSpec({}, { n_clusters: 6 }), blobs("a", 6));
    expect(record).toMatchObject({ status: "completed", numClusters: 6 });
    expect(record.metrics!.inertia).toBeCloseTo(0);
  });
});

describe("centroids", () => {
  const data = blobs("a", 300, { dimensions: 4, centers: 3 });
  const spec = (centroid: RunSpec["centroid"]) => kmeansSpec({ centroid, normalize: false }, { n_clusters: 3 }, 4);
  const vectors = new Map(data.map((one) => [one.id, one.vector!.map(Math.fround)]));

  it.each(["mean", "median", "medoid"] as const)("by %s agree with brute force", async (centroid) => {
    const { members, centroids } = await outcome(spec(centroid), data);
    for (const row of centroids) {
      const own = members.filter((member) => member.cluster_id === row.cluster_id);
      const points = own.map((member) => vectors.get(member.document_id as string)!);
      const column = (i: number) => points.map((point) => point[i]!).sort((x, y) => x - y);
      const mean = [0, 1, 2, 3].map((i) => column(i).reduce((sum, value) => sum + value, 0) / points.length);
      const distance = (x: number[], y: number[]) => Math.hypot(...x.map((value, i) => value - y[i]!));
      const nearestToMean = points.reduce((best, point) =>
        distance(point, mean) < distance(best, mean) ? point : best,
      );
      const middle = [0, 1, 2, 3].map(
        (i) => (column(i)[(points.length - 1) >> 1]! + column(i)[points.length >> 1]!) / 2,
      );
      const expected = { mean, median: middle, medoid: nearestToMean }[centroid];
      const vector = row.centroid_vector as number[];
      for (const [i, value] of expected.entries()) expect(vector[i]).toBeCloseTo(value, 4);
      own.forEach((member, i) => {
        expect(member.distance_to_centroid).toBeCloseTo(distance(points[i]!, expected), 4);
      });
      const nearest = own
        .map((member, i) => ({ id: member.document_id, far: distance(points[i]!, vector) }))
        .sort((x, y) => x.far - y.far);
      expect((row.representatives as string[])[0]).toBe(nearest[0]!.id);
    }
  });
});
