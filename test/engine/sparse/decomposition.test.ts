/** What a run decomposes a sparse matrix into, against the dense decomposition of the same matrix; and its block beside dense ones. */
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { FeatureSpec, RunSpec } from "../../../src/domain/run/types";
import type { Limits } from "../../../src/engine/limits";
import { plan } from "../../../src/engine/planner";
import { COMPONENTS } from "../../../src/engine/sparse/subspace";
import { Workspace } from "../../../src/engine/workspace";
import { createKernels } from "../../../src/kernels";
import { kmeansSpec } from "../fixtures";
import { generator, modules, World } from "../harness";
import { type DenseBlock, type Entries, SparseCollection, topics } from "./collection";

const words = (indices: number, weighting: "tfidf" | "none" = "none"): FeatureSpec => ({
  uri: "mixpeek://passthrough@v1/splade",
  name: "words",
  dimensions: COMPONENTS,
  weight: 1,
  sparse: { indices, weighting },
});
const pixels: FeatureSpec = { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 2, weight: 1 };

interface Options {
  limits?: Partial<Limits>;
  dense?: DenseBlock;
  /** Ends of names in scratch that are kept from being cleaned away. */
  kept?: string[];
}

async function runOver(rows: Entries[], changes: Partial<RunSpec>, { limits, dense, kept = [] }: Options = {}) {
  const spec = kmeansSpec({ collections: [{ collectionId: "col_a" }], ...changes });
  const { uri, sparse } = spec.features.find((one) => one.sparse)!;
  const stored = { uri, name: "words", dimensions: sparse!.indices, kind: "sparse" as const };
  const collection = new SparseCollection(rows, stored, 37, dense);
  const world = new World(spec, new Map([["col_a", collection]]), limits);
  await collection.store(world, "documents/col_a");
  const scratch = new Map<string, Uint8Array>();
  if (kept.length > 0) {
    const workspace = new Workspace(modules);
    // Without it a task goes on with the next one, and nothing is seen between them.
    world.isolateFor = async () => workspace;
    world.beforeDelivery = () => {
      for (const [key, bytes] of world.objects.objects)
        for (const name of kept) if (key.includes(name)) scratch.set(name, bytes.slice());
    };
  }
  const record = await world.run();
  expect(record.errorMessage).toBeNull();
  const table = (file: "members.parquet" | "centroids.parquet") =>
    parquetReadObjects({ file: world.artifact(file)!.slice().buffer as ArrayBuffer });
  return {
    record,
    members: await table("members.parquet"),
    centroids: await table("centroids.parquet"),
    manifest: JSON.parse(new TextDecoder().decode(world.artifact("manifest.json")!)),
    scratch,
  };
}

/** Rows of a few words of 30 groups, and of many that come and go: singular values that fall off slowly beyond the thirtieth. */
function documents(rows: number, columns: number): Entries[] {
  const random = generator(11);
  return Array.from({ length: rows }, (_, row) => {
    const found = new Map<number, number>();
    for (let entry = 0; entry < 14; entry++) {
      const group = (row % 30) * 6 + Math.floor(random() * 6);
      found.set(entry < 10 ? group : Math.floor(random() * columns), 0.2 + random());
    }
    return [...found].sort(([a], [b]) => a - b);
  });
}

const COLUMNS = 260;

/** All eigenpairs of AᵀA, and A itself as it is stored. */
function exactOf(rows: Entries[]) {
  const matrix = rows.map((row) => {
    const dense = new Float64Array(COLUMNS);
    for (const [index, value] of row) dense[index] = Math.fround(value);
    return dense;
  });
  const gram = new Float64Array(COLUMNS ** 2);
  for (const row of matrix)
    row.forEach((value, i) => {
      if (value !== 0) for (let j = 0; j < COLUMNS; j++) gram[i * COLUMNS + j]! += value * row[j]!;
    });
  const steps = createKernels(modules.plain).eigenSymmetric(gram, COLUMNS, COLUMNS);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return { matrix, ...step.value };
}

describe("the components of a sparse feature", () => {
  it("span what the exact decomposition's do, and rebuild the rows as well", async () => {
    const rows = documents(500, COLUMNS);
    const { matrix, values, vectors } = exactOf(rows);
    const { manifest, scratch } = await runOver(
      rows,
      { features: [words(COLUMNS)], normalize: false },
      { kept: ["subspace/0/vectors", "embed/0/"] },
    );
    const sum = (some: Float64Array) => some.reduce((total, value) => total + value, 0);
    const leading = sum(values.subarray(0, COMPONENTS));
    const audit = manifest.audits["subspace/0"];
    expect(audit.components).toBe(COMPONENTS);
    // No k vectors capture more than the exact ones, and these capture nearly as much.
    expect(audit.captured_share).toBeLessThanOrEqual((leading / sum(values)) * (1 + 1e-9));
    expect(audit.captured_share).toBeGreaterThan((leading / sum(values)) * 0.995);

    const found = new Float64Array(scratch.get("subspace/0/vectors")!.buffer);
    expect(found).toHaveLength(COLUMNS * COMPONENTS);
    const along = (vector: Float64Array) =>
      Float64Array.from({ length: COMPONENTS }, (_, c) =>
        vector.reduce((total, value, i) => total + value * found[i * COMPONENTS + c]!, 0),
      );
    // The angle of each of the thirty leading directions to the space found: sin θ = √(1 − cos² θ).
    for (let i = 0; i < 30; i++) {
      const cosines = along(vectors.subarray(i * COLUMNS, (i + 1) * COLUMNS));
      expect(Math.sqrt(Math.max(0, 1 - cosines.reduce((total, c) => total + c * c, 0)))).toBeLessThan(1e-3);
    }
    // Scores are A·V, so that what is left of A has the energy that was not captured.
    const scores = new Float32Array(scratch.get("embed/0/")!.buffer);
    let left = 0;
    matrix.forEach((row, i) => {
      const own = along(row);
      own.forEach((value, c) => {
        expect(Math.abs(scores[i * COMPONENTS + c]! - value)).toBeLessThan(1e-5);
      });
      left += row.reduce((total, value) => total + value * value, 0);
      left -= own.reduce((total, value) => total + value * value, 0);
    });
    expect(left / sum(values)).toBeCloseTo(1 - audit.captured_share, 9);
  });

  it("have the same bytes however the rows are divided", async () => {
    const rows = documents(3000, COLUMNS);
    const [whole, parts] = await Promise.all(
      [3072, 1024].map((shardRows) =>
        runOver(
          rows,
          { features: [words(COLUMNS, "tfidf")], computeMetrics: false },
          {
            limits: { isolateBytes: 100_000, shardBytes: 4 * COMPONENTS * 1024, shardRows },
            kept: ["subspace/0/vectors"],
          },
        ),
      ),
    );
    const tasks = ({ manifest }: typeof whole & object) =>
      manifest.stages.find(({ kind }: { kind: string }) => kind === "subspace").tasks;
    expect([tasks(whole!), tasks(parts!)]).toEqual([1, 3]);
    expect(whole!.manifest.audits["subspace/0"]).toEqual(parts!.manifest.audits["subspace/0"]);
    expect(parts!.scratch.get("subspace/0/vectors")).toEqual(whole!.scratch.get("subspace/0/vectors"));
  });

  it("have their largest entry positive, and none beyond the rank", async () => {
    const rows = topics(120).map((row): Entries => row.filter(([index]) => index < 12).slice(0, 3));
    const { scratch, manifest } = await runOver(
      rows,
      { features: [words(40)], normalize: false },
      { kept: ["subspace/0/vectors", "embed/0/"] },
    );
    const vectors = new Float64Array(scratch.get("subspace/0/vectors")!.buffer);
    const columns = new Set(rows.flat().map(([index]) => index)).size;
    const { components, captured_share } = manifest.audits["subspace/0"];
    expect(components).toBe(columns);
    expect(captured_share).toBeCloseTo(1, 9);
    for (let c = 0; c < components; c++) {
      let largest = 0;
      for (let at = c; at < vectors.length; at += components)
        if (Math.abs(vectors[at]!) > Math.abs(largest)) largest = vectors[at]!;
      expect(largest).toBeGreaterThanOrEqual(0);
    }
    const scores = new Float32Array(scratch.get("embed/0/")!.buffer);
    expect(scores).toHaveLength(rows.length * COMPONENTS);
    expect(scores.every((value, i) => i % COMPONENTS < components || value === 0)).toBe(true);
  });
});

describe("a sparse feature beside a dense one", () => {
  const rows = topics(400);
  // The halves of every topic that the words do not tell apart.
  const dense: DenseBlock = {
    feature: { uri: pixels.uri, name: "pixels", dimensions: 2 },
    rows: rows.map((_, i) => (i % 8 < 4 ? [1, 0.01 * (i % 5)] : [-1, 0.01 * (i % 3)])),
  };
  const kinds = (members: Record<string, unknown>[], kindOf: (row: number) => number) => {
    const clusters = new Map<unknown, Set<number>>();
    members.forEach(({ cluster_id }, i) => {
      clusters.set(cluster_id, (clusters.get(cluster_id) ?? new Set()).add(kindOf(i)));
    });
    return [...clusters.values()].map((set) => set.size);
  };

  it.each([
    ["first", [words(40, "tfidf"), pixels]],
    ["last", [pixels, words(40, "tfidf")]],
  ])("tells apart what either does, the sparse one %s", async (_, features) => {
    const method = { ...kmeansSpec({}, { n_clusters: 8, n_init: 8 }).method };
    const { record, members, centroids } = await runOver(rows, { features, method }, { dense });
    expect(record.numClusters).toBe(8);
    expect(kinds(members, (i) => i % 8)).toEqual(new Array(8).fill(1));
    const column = features[0] === pixels ? 0 : COMPONENTS;
    // Unit blocks stay where the features are in the order asked for.
    for (const { centroid_vector } of centroids)
      expect(Math.abs(Number((centroid_vector as number[])[column]))).toBeGreaterThan(0.99);
  });

  it("can be clustered by itself", async () => {
    const method = { ...kmeansSpec({}, { n_clusters: 4 }).method };
    const features = [words(40, "tfidf"), { ...pixels }];
    const { record, members } = await runOver(rows, { features, method, independent: true }, { dense });
    expect(record.status).toBe("completed");
    expect(members).toHaveLength(2 * rows.length);
    expect(kinds(members.slice(0, rows.length), (i) => i % 4)).toEqual([1, 1, 1, 1]);
  });

  it("can be weighed against it", async () => {
    const { record } = await runOver(
      rows,
      {
        features: [words(40, "tfidf"), pixels],
        weightLearning: { method: "grid_search", iterations: 5, metric: "silhouette", sampleSize: null, seed: 3 },
      },
      { dense },
    );
    expect(Object.values(record.learnedWeights!.weights)).toHaveLength(2);
  });
});

describe("the plan of a sparse feature", () => {
  it("fits an isolate for the most indices and documents that there may be", () => {
    const rows = 1_000_000;
    const shape = { rows, noiseRows: 0, missingRows: 0, dimensions: COMPONENTS, perCollection: [rows] };
    const { stages, exact } = plan(kmeansSpec({ features: [words(1_048_576)] }), shape);
    expect(exact).toBe(false);
    expect(stages.slice(0, 4).map(({ kind }) => kind)).toEqual(["terms", "subspace", "embed", "gather"]);
    // Twice the rows that it is reckoned with are still far from the 300 s after which a consumer is ended.
    for (const { cpuMs, tasks, maxRounds } of stages.slice(0, 3))
      expect(cpuMs / tasks / Math.min(maxRounds, 5)).toBeLessThan(60_000);
  });
});
