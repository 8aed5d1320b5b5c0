/** What the parameters of a k-means run do, and the sharded way of it against the one that one isolate takes. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { RunRecord, RunSpec } from "../../src/domain/run/types";
import { resolveRunSpec } from "../../src/engine/resolve";
import { fittedRows, lastFittedRank } from "../../src/engine/sampling";
import { definition } from "./definitions";
import { blobs, KMEANS, kmeansSpec, makeWorld, type WorldOptions } from "./fixtures";

/** No isolate holds the matrix: a coreset, then Lloyd's rounds over shards of 1,024 rows. */
const SHARDED = { isolateBytes: 70_000, shardRows: 1024, shardBytes: 1024 * 16, taskCpuMs: 0 };
/** Overlapping clusters, so that starts, rounds and tolerances matter. */
const overlapping = () => blobs("a", 4000, { dimensions: 4, centers: 9, spread: 0.9 });

interface Outcome {
  record: RunRecord;
  members: Record<string, unknown>[];
  centroids: Record<string, unknown>[];
  manifest: {
    seed: number;
    stages: { kind: string }[];
    audits: { kmeans: { inertia_gap: number }; silhouette: { sample_rows: number; interval: [number, number] | null } };
  };
}

async function outcome(spec: RunSpec, options: WorldOptions = {}): Promise<Outcome> {
  const world = await makeWorld(spec, { a: overlapping(), b: [], dimensions: 4, ...options });
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  const table = (file: "members.parquet" | "centroids.parquet") =>
    parquetReadObjects({ file: world.artifact(file)!.slice().buffer as ArrayBuffer });
  return {
    record,
    members: await table("members.parquet"),
    centroids: await table("centroids.parquet"),
    manifest: JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!)),
  };
}

const spec = (params: Parameters<typeof kmeansSpec>[1] = {}, changes: Partial<RunSpec> = {}) =>
  kmeansSpec({ normalize: false, ...changes }, { n_clusters: 9, ...params }, 4);
const vectors = ({ centroids }: Outcome) => centroids.map((row) => row.centroid_vector);

describe("every parameter has its effect", () => {
  it("init: random starts end elsewhere than k-means++ ones", async () => {
    const [plus, random] = [await outcome(spec({ n_init: 1 })), await outcome(spec({ n_init: 1, init: "random" }))];
    expect(vectors(random)).not.toEqual(vectors(plus));
  });

  it("n_init: more restarts never end worse, and here better", async () => {
    const inertia = async (n_init: number) =>
      (await outcome(spec({ n_init, init: "random" }))).record.metrics!.inertia as number;
    expect(await inertia(12)).toBeLessThan(await inertia(1));
  });

  it("tol: a loose one ends in fewer rounds", async () => {
    const rounds = async (tol: number) => (await outcome(spec({ tol, n_init: 1 }))).record.metrics!.n_iter as number;
    expect(await rounds(0.5)).toBeLessThan(await rounds(0));
  });

  it.each([{}, SHARDED])("max_iter: ends the rounds and says so (%o)", async (limits) => {
    const { record } = await outcome(spec({ max_iter: 2, tol: 0, n_init: 1 }), { limits });
    expect(record.metrics!.n_iter).toBe(2);
    expect(record.warnings.map((one) => one.msg).join()).toContain("max_iter = 2");
  });

  it("algorithm: elkan gives what lloyd gives", async () => {
    const [lloyd, elkan] = [await outcome(spec()), await outcome(spec({ algorithm: "elkan" }))];
    expect(elkan.members).toEqual(lloyd.members);
    expect(vectors(elkan)).toEqual(vectors(lloyd));
    expect(elkan.record.metrics).toEqual(lloyd.record.metrics);
  });

  it("random_state: null gives a seed of the run's own, which the manifest tells and another run can be given", async () => {
    const resolved = (random_state: number | null, runId: string) =>
      resolveRunSpec(
        definition({ algorithm_params: { ...KMEANS, n_clusters: 9, random_state }, normalize_features: false }),
        {
          ids: { runId, clusterId: "c", namespaceId: "n", taskId: "t", createdAt: "2026-01-01T00:00:00.000Z" },
          collections: [
            {
              collectionId: "col_a",
              features: [{ uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 4 }],
            },
          ],
          overrides: {},
        },
      );
    const first = resolved(null, "run_one");
    expect(first.seed).not.toBe(resolved(null, "run_two").seed);
    const { manifest, members } = await outcome(first);
    expect(manifest.seed).toBe(first.seed);
    expect((await outcome(resolved(first.seed, "run_three"))).members).toEqual(members);
  });
});

describe("the sharded way", () => {
  it("ends as well as one isolate does", async () => {
    const whole = await outcome(spec({ n_init: 10 }));
    const sharded = await outcome(spec({ n_init: 10 }), { limits: SHARDED });
    const stages = (one: Outcome) => one.manifest.stages.map((stage) => stage.kind);
    expect(stages(whole)).toContain("kmeans");
    expect(stages(sharded)).toEqual(expect.arrayContaining(["coreset", "coreset_solve", "lloyd"]));
    const ratio = (sharded.record.metrics!.inertia as number) / (whole.record.metrics!.inertia as number);
    expect(ratio).toBeLessThan(1.03);
    const audit = sharded.manifest.audits.kmeans;
    expect(audit.inertia_gap).toBeGreaterThan(0);
    expect(audit.inertia_gap).toBeLessThan(0.2);
  });

  it.each(["mean", "median", "medoid"] as const)(
    "gives the %s of what it found, as brute force does",
    async (centroid) => {
      const data = overlapping();
      const points = new Map(data.map((one) => [one.id, one.vector!.map(Math.fround)]));
      const { members, centroids } = await outcome(spec({ tol: 0, max_iter: 300 }, { centroid }), {
        a: data,
        limits: SHARDED,
      });
      for (const row of centroids) {
        const own = members.filter((member) => member.cluster_id === row.cluster_id);
        const of = own.map((member) => points.get(member.document_id as string)!);
        expect(row.num_members).toBe(own.length);
        const columns = [0, 1, 2, 3].map((i) => of.map((point) => point[i]!).sort((a, b) => a - b));
        const mean = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / of.length);
        const middle = columns.map((values) => (values[(of.length - 1) >> 1]! + values[of.length >> 1]!) / 2);
        const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
        const medoid = of.reduce((best, point) => (distance(point, mean) < distance(best, mean) ? point : best));
        const vector = row.centroid_vector as number[];
        for (const [i, value] of { mean, median: middle, medoid }[centroid].entries())
          expect(vector[i]).toBeCloseTo(value, 4);
        for (const [i, member] of own.entries())
          expect(member.distance_to_centroid).toBeCloseTo(distance(of[i]!, vector), 4);
      }
    },
  );
});

describe("more documents than are clustered", () => {
  const limits = { ...SHARDED, fittedRows: 1500 };

  it("clusters a seeded sample, assigns the others to their nearest cluster, and says so", async () => {
    const data = overlapping();
    const { record, members, centroids, manifest } = await outcome(spec({ tol: 0, max_iter: 300 }), {
      a: data,
      limits,
    });
    expect(members).toHaveLength(4000);
    const told =
      "4000 documents are more than the 1500 that kmeans clusters: a seeded sample of 1500 was clustered, the other 2500";
    expect(record.warnings.map((one) => one.msg).join()).toContain(told);
    expect(manifest).toMatchObject({ result: "approximate", rows: { total: 4000, clustered: 4000, fitted: 1500 } });

    const fitted = new Set(fittedRows(0, 4000, 7, lastFittedRank(4000, 1500, 7)));
    expect(fitted.size).toBe(1500);
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
    const centers = centroids.map((row) => row.centroid_vector as number[]);
    for (const [row, member] of members.entries()) {
      const nearest = Math.min(...centers.map((center) => distance(center, data[row]!.vector!)));
      expect(member.distance_to_centroid).toBeCloseTo(nearest, 4);
    }
    // The centroids are the means of the sample's members, not of all of them.
    const gaps = { sample: 0, all: 0 };
    for (const [c, row] of centroids.entries()) {
      const own = [...members.keys()].filter((i) => members[i]!.cluster_id === row.cluster_id);
      const mean = (rows: number[]) =>
        [0, 1, 2, 3].map((i) => rows.reduce((sum, at) => sum + data[at]!.vector![i]!, 0) / rows.length);
      gaps.all = Math.max(gaps.all, distance(mean(own), centers[c]!));
      gaps.sample = Math.max(gaps.sample, distance(mean(own.filter((at) => fitted.has(at))), centers[c]!));
    }
    expect(gaps.sample).toBeLessThan(1e-4);
    expect(gaps.all).toBeGreaterThan(1e-3);
  });

  it("is nearly as good as clustering them all", async () => {
    const inertia = async (more: WorldOptions["limits"]) =>
      (await outcome(spec({ n_init: 10 }), { limits: more })).record.metrics!.inertia as number;
    expect((await inertia(limits)) / (await inertia(SHARDED))).toBeLessThan(1.05);
  });

  it("takes the silhouette of the sample's rows, in proportion to their clusters", async () => {
    const separate = blobs("a", 4000, { dimensions: 4, centers: 3, spread: 0.1 });
    const { record, manifest } = await outcome(spec({ n_clusters: 3 }), { a: separate, limits });
    expect(record.metrics!.silhouette_score).toBeGreaterThan(0.7);
    expect(manifest.audits.silhouette.sample_rows).toBeLessThanOrEqual(1500 + 3);
    const [low, high] = manifest.audits.silhouette.interval!;
    expect(low).toBeLessThan(record.metrics!.silhouette_score!);
    expect(high).toBeGreaterThan(record.metrics!.silhouette_score!);
    expect(high - low).toBeLessThan(0.02);
  });
});

describe("the sample that clusters are fitted on", () => {
  it.each([
    [10, 1],
    [10, 9],
    [5000, 1234],
  ])("of %i rows holds %i, whatever the spans it is asked for in", (rows, size) => {
    const last = lastFittedRank(rows, size, 42);
    const whole = fittedRows(0, rows, 42, last);
    expect(whole).toHaveLength(size);
    expect([...whole]).toEqual([...whole].sort((a, b) => a - b));
    const middle = Math.floor(rows / 3);
    expect([...fittedRows(0, middle, 42, last), ...fittedRows(middle, rows, 42, last)]).toEqual([...whole]);
    expect([...fittedRows(0, rows, 43, lastFittedRank(rows, size, 43))]).not.toEqual([...whole]);
  });
});
