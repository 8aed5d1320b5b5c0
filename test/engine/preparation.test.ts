/** Steps of the preparation, against what they are defined by, and the same bytes however the rows are cut. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { PreparationStep, RunSpec, TsneStep, UmapStep } from "../../src/domain/run/types";
import { LIMITS } from "../../src/engine/limits";
import { plan } from "../../src/engine/planner";
import { blobs, kmeansSpec, makeWorld, type WorldOptions } from "./fixtures";
import { generator } from "./harness";

const SHARDED = { isolateBytes: 40_000, shardRows: 1024, shardBytes: 1024 * 24 };
const spec = (preparation: PreparationStep[], changes: Partial<RunSpec> = {}) =>
  kmeansSpec({ normalize: false, preparation, ...changes });

async function tables(run: RunSpec, options: WorldOptions = {}) {
  const world = await makeWorld(run, options);
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  const bytes = (file: "members.parquet" | "centroids.parquet") => world.artifact(file)!;
  const rows = (file: "members.parquet" | "centroids.parquet") =>
    parquetReadObjects({ file: bytes(file).slice().buffer as ArrayBuffer });
  return {
    record,
    bytes: [bytes("members.parquet"), bytes("centroids.parquet")].map((one) => Buffer.from(one).toString("base64")),
    members: await rows("members.parquet"),
    centroids: await rows("centroids.parquet"),
  };
}

const STEPS: [string, PreparationStep[]][] = [
  ["pca", [{ method: "pca", components: 3 }]],
  ["whitening", [{ method: "whitening", regularization: 1e-5 }]],
  [
    "pca, then whitening",
    [
      { method: "pca", components: 4 },
      { method: "whitening", regularization: 0 },
    ],
  ],
];

describe.each(STEPS)("%s", (_, preparation) => {
  it("gives the same bytes for shards, lost messages and dead workers", async () => {
    // Large enough a coreset that the sharded way has the same method: only the cut of the preparation differs.
    const calm = await tables(spec(preparation));
    const chaos = { seed: 5, duplicate: 0.1, lose: 0.05, kill: 0.01 };
    const shaken = await tables(spec(preparation), { chaos });
    expect(shaken.bytes).toEqual(calm.bytes);
    const cut = await tables(spec(preparation), { limits: { ...SHARDED, isolateBytes: LIMITS.isolateBytes } });
    expect(cut.bytes).toEqual(calm.bytes);
  });

  it("is stored in pieces when no isolate holds the gathered rows", async () => {
    const small = { ...SHARDED, shardRows: 1024 };
    const one = await tables(spec(preparation), { limits: small });
    const two = await tables(spec(preparation), { limits: { ...small, shardRows: 2048, shardBytes: 2048 * 24 } });
    expect(two.bytes).toEqual(one.bytes);
  });
});

it("a full PCA only turns the space: the clusters stay", async () => {
  const turned = await tables(spec([{ method: "pca", components: 6 }]));
  const plain = await tables(spec([]));
  expect(turned.record.numClusters).toBe(plain.record.numClusters);
  const ids = (members: Record<string, unknown>[]) => members.map((row) => row.cluster_id);
  expect(ids(turned.members)).toEqual(ids(plain.members));
  expect(turned.record.metrics!.inertia).toBeCloseTo(plain.record.metrics!.inertia as number, 2);
});

it("fewer components make shorter centroids, as many as the data has at most", async () => {
  const three = await tables(spec([{ method: "pca", components: 3 }]));
  expect(three.centroids.map((row) => (row.centroid_vector as number[]).length)).toEqual([3, 3, 3, 3]);
  expect(three.centroids[0]!.feature_dimensions).toBe(3);
  const many = await tables(spec([{ method: "pca", components: 500 }]));
  expect((many.centroids[0]!.centroid_vector as number[]).length).toBe(6);
});

it("fewer documents than components have as many axes as documents, and the run says so", async () => {
  for (const [rows, dimensions] of [
    [40, 1100],
    [20, 64],
  ] as const) {
    const run = kmeansSpec({ preparation: [{ method: "pca", components: 50 }] }, { n_clusters: 2 }, dimensions);
    const { record, centroids } = await tables(run, { a: blobs("a", rows, { dimensions }), b: [], dimensions });
    expect((centroids[0]!.centroid_vector as number[]).length).toBe(rows);
    expect(record.warnings.map((one) => one.msg)).toContain(`50 components were asked for, the documents have ${rows}`);
  }
});

it("whitening finds what a column of large scale hides", async () => {
  const random = generator(11);
  const a = Array.from({ length: 2000 }, (_, i) => {
    const side = i % 2 === 0 ? 1 : -1;
    return {
      id: `a_${i}`,
      vector: [side + 0.1 * random(), 1000 * random(), 0.5 * random(), random(), random(), random()],
    };
  });
  const pure = async (preparation: PreparationStep[]) => {
    const run = spec(preparation, {
      method: { kind: "kmeans", params: { ...params(), n_clusters: 2 } },
    });
    const { members } = await tables(run, { a, b: [] });
    const first = members.filter((_, i) => i % 2 === 0).map((row) => row.cluster_id);
    const share = first.filter((id) => id === "cl_0").length / first.length;
    return Math.max(share, 1 - share);
  };
  expect(await pure([])).toBeLessThan(0.6);
  expect(await pure([{ method: "whitening", regularization: 1e-5 }])).toBe(1);
});

const params = () => {
  const { method } = kmeansSpec();
  if (method.kind !== "kmeans") throw new Error("k-means expected");
  return method.params;
};

const UMAP: UmapStep = {
  method: "umap",
  components: 3,
  neighbors: 10,
  minDist: 0,
  metric: { name: "euclidean" },
  seed: 4,
};

describe("umap", () => {
  // Few rows: a layout has 500 epochs below ten thousand.
  const a = blobs("a", 700, { dimensions: 6 });
  const options = { a, b: [] };

  it("keeps clusters together, the same bytes for rounds of one epoch, shards, lost messages and dead workers", async () => {
    const calm = await tables(spec([UMAP]), options);
    expect(calm.centroids.map((row) => (row.centroid_vector as number[]).length)).toEqual([3, 3, 3, 3]);
    const blob = new Map(calm.members.map((row) => [Number(String(row.document_id).slice(2)) % 4, row.cluster_id]));
    expect(new Set(blob.values()).size).toBe(4);
    for (const row of calm.members) expect(row.cluster_id).toBe(blob.get(Number(String(row.document_id).slice(2)) % 4));

    const chaos = { seed: 5, duplicate: 0.1, lose: 0.05, kill: 0.003 };
    const shaken = await tables(spec([UMAP]), { ...options, chaos, limits: { taskCpuMs: 2 } });
    expect(shaken.bytes).toEqual(calm.bytes);
    const { isolateBytes } = LIMITS;
    const limits = { isolateBytes, shardRows: 1024, shardBytes: 1024 * 24 };
    expect((await tables(spec([UMAP]), { ...options, limits })).bytes).toEqual(calm.bytes);
  });

  it("reads neighbours found slice by slice where no isolate holds the rows", async () => {
    const more = { a: blobs("a", 2500, { dimensions: 6 }), b: [], limits: { ...SHARDED, taskCpuMs: 1e6 } };
    const whole = await tables(spec([UMAP]), {
      ...more,
      limits: { ...more.limits, isolateBytes: LIMITS.isolateBytes },
    });
    const cut = await tables(spec([UMAP]), more);
    // The clustering itself takes another way there; what was laid out is the same.
    const places = (one: typeof whole) => one.members.map((row) => row.coordinates);
    expect(places(cut)).toEqual(places(whole));
  });

  it("draws the map from the view before a layout, from lists shared with it, with clusters at the mean of their members", async () => {
    const step = { ...UMAP, components: 2 };
    const drawn = await tables(spec([UMAP], { map: { method: "umap", components: 2, step } }), options);
    const stages = drawn.record.plan!.stages.map((stage) => stage.result ?? stage.kind);
    expect(stages.filter((name) => name.startsWith("neighbors"))).toEqual(["neighbors/0/euclidean"]);
    expect(stages).toContain("layout");
    for (const centroid of drawn.centroids) {
      const own = drawn.members.filter((row) => row.cluster_id === centroid.cluster_id);
      const mean = own.reduce((sum, row) => sum + (row.coordinates as number[])[0]! / own.length, 0);
      expect(centroid.x).toBeCloseTo(mean, 4);
    }
  });

  it("gives way to a PCA of the map where no isolate can lay the rows out", () => {
    const planned = plan(spec([], { map: { method: "umap", components: 2, step: UMAP } }), shape(900_000, 8));
    expect(planned.map).toEqual({ method: "pca", components: 2 });
  });

  it("is laid out by approximate lists above 20,000 rows, whose recall is audited", { timeout: 120_000 }, async () => {
    const many = { a: blobs("a", 20_100, { dimensions: 6 }), b: [] };
    const world = await makeWorld(spec([{ ...UMAP, components: 2, neighbors: 6 }]), many);
    const record = await world.run();
    expect(record.errorMessage).toBeNull();
    expect(record.plan!.exact).toBe(false);
    const manifest = JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!));
    const audit = manifest.audits["neighbors/0/euclidean"];
    expect(audit).toMatchObject({ k: 5, audited_rows: 500 });
    expect(audit.recall).toBeGreaterThan(0.98);
    expect(audit.recall).toBeLessThanOrEqual(1);
  });

  it("is refused where no isolate can lay the rows out, with what fits", () => {
    const run = () => plan(spec([UMAP]), shape(900_000, 50));
    expect(run).toThrow(
      /UMAP of 900000 documents to 3 dimensions needs \d+ bytes in one isolate .* set sample_size to \d+ or less, or use pca/,
    );
    const { details } = errorOf(run) as { details: { nearest: { sample_size: number } } };
    const { sample_size } = details.nearest;
    expect(() => plan(spec([UMAP]), shape(sample_size, 50))).not.toThrow();
    expect(() => plan(spec([UMAP]), shape(sample_size + 1, 50))).toThrow();
  });
});

const TSNE: TsneStep = { method: "tsne", components: 2, perplexity: 20, learningRate: 100, seed: 4 };

describe("tsne", () => {
  const a = blobs("a", 400, { dimensions: 6 });
  const options = { a, b: [] };

  it("keeps clusters together, the same bytes for rounds of few steps, lost messages and dead workers", async () => {
    const calm = await tables(spec([TSNE]), options);
    const blob = new Map(calm.members.map((row) => [Number(String(row.document_id).slice(2)) % 4, row.cluster_id]));
    expect(new Set(blob.values()).size).toBe(4);
    for (const row of calm.members) expect(row.cluster_id).toBe(blob.get(Number(String(row.document_id).slice(2)) % 4));
    const chaos = { seed: 5, duplicate: 0.1, lose: 0.05, kill: 0.003 };
    const shaken = await tables(spec([TSNE]), { ...options, chaos, limits: { taskCpuMs: 1 } });
    expect(shaken.bytes).toEqual(calm.bytes);
  });

  it("draws the map of what was gathered beside a layout of another kind", async () => {
    const step = { ...TSNE, components: 2 } as const;
    const drawn = await tables(spec([UMAP], { map: { method: "tsne", components: 2, step } }), options);
    expect(new Set(drawn.members.map((row) => (row.coordinates as number[])[0])).size).toBe(400);
  });

  it("refuses a perplexity beyond the documents, and all pairs of too many rows", () => {
    expect(() => plan(spec([TSNE]), shape(20, 6))).toThrow("perplexity = 20 needs more documents; 20 can take part");
    expect(() => plan(spec([{ ...TSNE, components: 10 }]), shape(6000, 50))).toThrow(/exceed the limit of 5000/);
    const map = { method: "tsne", components: 2, step: { ...TSNE, components: 2 } } as const;
    expect(plan(spec([], { map }), shape(1_000_000, 6)).map).toEqual({ method: "pca", components: 2 });
  });

  it.each([2, 3, 20])("draws a map of %i documents, with fewer neighbours", async (rows) => {
    const map = { method: "tsne", components: 2, step: { ...TSNE, components: 2 } } as const;
    const few = kmeansSpec({ normalize: false, map }, { n_clusters: 2 });
    const drawn = await tables(few, { a: a.slice(0, rows), b: [] });
    for (const { coordinates } of drawn.members) expect((coordinates as number[]).every(Number.isFinite)).toBe(true);
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const shape = (rows: number, dimensions: number) => ({
  rows,
  noiseRows: 0,
  missingRows: 0,
  dimensions,
  perCollection: [rows],
});

describe("the plan", () => {
  it("clusters what one isolate holds after the reduction whole", () => {
    const wide = plan(spec([]), shape(70_000, 784));
    expect(wide.stages.map((stage) => stage.kind)).toContain("coreset");
    const reduced = plan(spec([{ method: "pca", components: 50 }]), shape(70_000, 784));
    expect(reduced.stages.map((stage) => stage.kind)).not.toContain("coreset");
    expect(reduced.views.map((view) => [view.dimensions, view.shards > 1, view.stored])).toEqual([
      [784, true, true],
      [50, false, true],
    ]);
    expect(Math.max(...reduced.stages.map((stage) => stage.taskBytes))).toBeLessThanOrEqual(LIMITS.kernelBytes);
  });

  it("refuses whitening of more dimensions than a scatter matrix has", () => {
    const run = () => plan(spec([{ method: "whitening", regularization: 0 }]), shape(5000, 1536));
    expect(run).toThrow("whitening takes up to 1024 dimensions, not 1536; put a pca step before it");
  });
});
