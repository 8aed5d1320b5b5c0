/** The path that every method's run takes from its fit on, shown with DBSCAN: noise, sizes, measures, samples, refusals. */
import { describe, expect, it, vi } from "vitest";
import type { DbscanParams } from "../../../src/domain/definition/params/dbscan";
import type { RunSpec } from "../../../src/domain/run/types";
import { dbscan } from "../../../src/engine/methods/dbscan";
import { OutOfMemory } from "../../../src/kernels";
import { blobs, makeWorld } from "../fixtures";
import { DBSCAN, methodSpec, outcome, SHARDS, scattered } from "./support";

const spec = (params: Partial<DbscanParams> = {}, changes: Partial<RunSpec> = {}) =>
  methodSpec({ kind: "dbscan", params: { ...DBSCAN, ...params } }, changes);

const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
const meanOf = (points: number[][]) =>
  points[0]!.map((_, i) => points.reduce((sum, point) => sum + point[i]!, 0) / points.length);

describe("from labels to tables", () => {
  it("numbers the clusters by size, and counts, lists and leaves out noise", async () => {
    const { record, members, centroids, manifest } = await outcome(spec());
    const noise = members.filter((row) => row.cluster_id === "-1");
    expect(record).toMatchObject({ status: "completed", noisePoints: noise.length, numPoints: 1200 });
    expect(noise.length).toBeGreaterThanOrEqual(120);
    expect(noise.every((row) => row.distance_to_centroid === null && Number.isFinite(row.x))).toBe(true);
    expect(record.metrics!.noise_fraction).toBeCloseTo(noise.length / 1200);
    expect(record.metrics).not.toHaveProperty("inertia");
    const sizes = centroids.map((row) => row.num_members as number);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1200 - noise.length);
    expect(centroids.map((row) => row.cluster_id)).toEqual(sizes.map((_, i) => `cl_${i}`));
    expect(centroids[0]).toMatchObject({ algorithm: "dbscan", parameters: JSON.stringify(DBSCAN) });
    expect(manifest).toMatchObject({ method: "dbscan", rows: { fitted: 1200, noise: noise.length } });
    expect(manifest.stages.find((stage: { kind: string }) => stage.kind === "cluster").result).toBe("exact");
  });

  it.each(["mean", "median", "medoid"] as const)(
    "describes the clusters by their %s as brute force does",
    async (centroid) => {
      const points = new Map(scattered().map((one) => [one.id, one.vector!.map(Math.fround)]));
      const { members, centroids } = await outcome(spec({}, { centroid }));
      for (const row of centroids) {
        const own = members.filter((member) => member.cluster_id === row.cluster_id);
        const of = own.map((member) => points.get(member.document_id as string)!);
        const mean = meanOf(of);
        const columns = [0, 1, 2, 3].map((i) => of.map((point) => point[i]!).sort((a, b) => a - b));
        const middle = columns.map((values) => (values[(of.length - 1) >> 1]! + values[of.length >> 1]!) / 2);
        const medoid = of.reduce((best, point) => (distance(point, mean) < distance(best, mean) ? point : best));
        const vector = row.centroid_vector as number[];
        for (const [i, value] of { mean, median: middle, medoid }[centroid].entries())
          expect(vector[i]).toBeCloseTo(value, 4);
        for (const [i, member] of own.entries())
          expect(member.distance_to_centroid).toBeCloseTo(distance(of[i]!, vector), 4);
        const squares = of.map((point) => distance(point, vector) ** 2);
        expect(row.variance).toBeCloseTo(squares.reduce((sum, one) => sum + one, 0) / of.length, 5);
      }
    },
  );

  it("measures the clustered rows alone", async () => {
    const points = new Map(scattered().map((one) => [one.id, one.vector!.map(Math.fround)]));
    const { record, members, centroids } = await outcome(spec());
    const clusters = centroids.map((row) =>
      members
        .filter((member) => member.cluster_id === row.cluster_id)
        .map((member) => points.get(member.document_id as string)!),
    );
    const measured = record.metrics!;
    expect(measured.silhouette_score).toBeCloseTo(silhouette(clusters), 4);
    expect(measured.davies_bouldin_index).toBeCloseTo(daviesBouldin(clusters), 4);
    expect(measured.calinski_harabasz_score! / calinskiHarabasz(clusters)).toBeCloseTo(1, 4);
  });

  it("ends well without any cluster", async () => {
    const { record, members, centroids } = await outcome(spec({ eps: 1e-6 }, { centroid: "medoid" }));
    expect(record).toMatchObject({ status: "completed", numClusters: 0, noisePoints: 1200 });
    expect(record.metrics).toMatchObject({
      silhouette_score: null,
      davies_bouldin_index: null,
      calinski_harabasz_score: null,
      noise_fraction: 1,
    });
    expect(centroids).toEqual([]);
    expect(members.every((row) => row.cluster_id === "-1")).toBe(true);
  });

  it("ends well with one cluster of everything, and with zero vectors set aside", async () => {
    const a = blobs("a", 300, { dimensions: 4, zeroEvery: 50 });
    const { record, members } = await outcome(spec({ eps: 9 }, { normalize: true }), { a });
    expect(record).toMatchObject({ status: "completed", numClusters: 1, noisePoints: 6, numPoints: 300 });
    expect(members.filter((row) => row.cluster_id === "-1")).toHaveLength(6);
  });
});

describe("the same bytes", () => {
  const rows = () => scattered(3000);
  it.each(["mean", "median", "medoid"] as const)("for any shards, and whoever dies (%s)", async (centroid) => {
    const run = spec({}, { centroid });
    const whole = await outcome(run, { a: rows() });
    const shards = await outcome(run, { a: rows(), limits: SHARDS });
    const chaos = { seed: 5, duplicate: 0.2, lose: 0.2, kill: 0.02, restart: 0.05 };
    const troubled = await outcome(run, { a: rows(), limits: SHARDS, chaos });
    expect(shards.record.plan!.shards).toBe(3);
    expect(shards.bytes).toEqual(whole.bytes);
    expect(troubled.bytes).toEqual(whole.bytes);
    expect(shards.record.metrics).toEqual(whole.record.metrics);
  });

  it("for a sample too", async () => {
    const [whole, shards] = [{ pairwiseRows: 700 }, { ...SHARDS, pairwiseRows: 700, taskCpuMs: 0 }].map((limits) =>
      outcome(spec(), { a: rows(), limits }),
    );
    expect((await shards!).bytes).toEqual((await whole!).bytes);
  });
});

describe("more documents than are fitted", () => {
  it("fits a seeded sample; the others take the cluster of their nearest row in it, noise included", async () => {
    const a = scattered(3000);
    const points = new Map(a.map((one) => [one.id, one.vector!.map(Math.fround)]));
    const { record, members, manifest } = await outcome(spec(), { a, limits: { pairwiseRows: 700 } });
    expect(manifest).toMatchObject({ result: "approximate", rows: { total: 3000, fitted: 700 } });
    expect(record.warnings.map((one) => one.msg).join()).toContain(
      "3000 documents are more than the 700 that dbscan clusters: a seeded sample of 700 was clustered, the other 2300 took",
    );
    // Which rows were fitted is not told; a dense blob's rows must all be together whichever they were.
    const far = members.filter((row) => Number((row.document_id as string).slice(2)) % 10 === 9);
    expect(far.every((row) => row.cluster_id === "-1")).toBe(true);
    const near = members.filter((row) => row.cluster_id !== "-1");
    for (const row of near.slice(0, 200)) {
      const own = points.get(row.document_id as string)!;
      const others = near.filter((other) => other !== row);
      const nearest = others.reduce((best, other) =>
        distance(points.get(other.document_id as string)!, own) < distance(points.get(best.document_id as string)!, own)
          ? other
          : best,
      );
      expect(nearest.cluster_id).toBe(row.cluster_id);
    }
  });
});

describe("what is kept for reuse", () => {
  const agglomerative = methodSpec(
    {
      kind: "agglomerative",
      params: { n_clusters: 4, affinity: "euclidean", linkage: "ward", distance_threshold: null, connectivity: null },
    },
    { normalize: true },
  );

  it("points at rows of the members, past those set aside and those outside of the sample", async () => {
    const a = blobs("a", 300, { dimensions: 4, zeroEvery: 7 });
    for (const pairwiseRows of [100_000, 60]) {
      const { members, table, manifest } = await outcome(agglomerative, { a, limits: { pairwiseRows } });
      const tree = await table("tree.parquet");
      const fitted = manifest.rows.fitted as number;
      expect(tree).toHaveLength(fitted - 1);
      const nodes = tree.flatMap(({ left, right }) => [left as number, right as number]);
      const leaves = nodes.filter((node) => node < members.length);
      expect(new Set(leaves).size).toBe(fitted);
      expect(leaves.every((row) => members[row]!.cluster_id !== "-1")).toBe(true);
      const inner = nodes.filter((node) => node >= members.length).sort((x, y) => x - y);
      expect(inner).toEqual(Array.from({ length: fitted - 2 }, (_, i) => members.length + i));
      // The last merges apart, every subtree of the four clusters is of one cluster.
      const clusterOf = new Map<number, unknown>(leaves.map((row) => [row, members[row]!.cluster_id]));
      for (const [i, { left, right }] of tree.slice(0, fitted - 4).entries()) {
        expect(clusterOf.get(left as number)).toBe(clusterOf.get(right as number));
        clusterOf.set(members.length + i, clusterOf.get(left as number));
      }
      expect(manifest.files.map((file: { key: string }) => file.key.split("/").at(-1))).toContain("tree.parquet");
    }
  });
});

describe("what cannot be", () => {
  it("more clusters than a run can describe", async () => {
    const world = await makeWorld(spec({ eps: 1e-6, min_samples: 1 }), {
      a: scattered(),
      b: [],
      dimensions: 4,
      limits: { groups: 50 },
    });
    expect(await world.run()).toMatchObject({ status: "failed", errorCode: "job_too_large" });
    expect((await world.run()).errorMessage).toContain("dbscan found 1200 clusters, more than the 50");
  });

  it("a fit whose data need more memory than was planned: it fails at once, and says what to do", async () => {
    const fit = vi.spyOn(dbscan, "fit").mockRejectedValue(new OutOfMemory(1, 2));
    const world = await makeWorld(spec(), { a: scattered(), b: [], dimensions: 4 });
    const record = await world.run();
    expect(record).toMatchObject({ status: "failed", errorCode: "job_too_large" });
    expect(record.errorMessage).toContain("set a smaller sample_size");
    expect(fit).toHaveBeenCalledTimes(1);
    fit.mockRestore();
  });
});

function silhouette(clusters: number[][][]): number {
  const mean = (point: number[], others: number[][], less = 0) =>
    others.reduce((sum, other) => sum + distance(point, other), 0) / (others.length - less);
  const scores = clusters.flatMap((own, c) =>
    own.map((point) => {
      if (own.length < 2) return 0;
      const within = mean(point, own, 1);
      const apart = Math.min(...clusters.filter((_, i) => i !== c).map((other) => mean(point, other)));
      return (apart - within) / Math.max(apart, within);
    }),
  );
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function daviesBouldin(clusters: number[][][]): number {
  const means = clusters.map(meanOf);
  const spread = clusters.map((own, c) => own.reduce((sum, point) => sum + distance(point, means[c]!), 0) / own.length);
  const worst = means.map((mean, i) =>
    Math.max(...means.map((other, j) => (i === j ? 0 : (spread[i]! + spread[j]!) / distance(mean, other)))),
  );
  return worst.reduce((sum, one) => sum + one, 0) / worst.length;
}

function calinskiHarabasz(clusters: number[][][]): number {
  const all = meanOf(clusters.flat());
  const [rows, k] = [clusters.flat().length, clusters.length];
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const between = sum(clusters.map((own) => own.length * distance(meanOf(own), all) ** 2));
  const within = sum(clusters.flatMap((own) => own.map((point) => distance(point, meanOf(own)) ** 2)));
  return (between * (rows - k)) / (within * (k - 1));
}
