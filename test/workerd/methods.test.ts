/** Every method that is implemented, with its default parameters, through the Durable Object, the queue, the kernels and R2. */
import { env } from "cloudflare:test";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { planes } from "../../src/api/context";
import { collectionStore } from "../../src/documents/client";
import { importDocuments } from "../../src/documents/ingest/importer";
import { PARAMETER_MODELS } from "../../src/domain/definition/params";
import type { VectorMethodSpec } from "../../src/domain/run/methods";
import type { RunSpec } from "../../src/domain/run/types";
import { IMPLEMENTED } from "../../src/engine/methods/registry";
import { keys } from "../../src/objects/keys";
import { objectStore } from "../../src/objects/of-role";
import { chunkStream } from "../support/memory-object-store";

const ROWS = 600;
const IDS = { clusterId: "clust_methods", namespaceId: "ns_methods" };
const feature = { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 4 };

function spec(runId: string, method: VectorMethodSpec): RunSpec {
  return {
    ...IDS,
    runId,
    taskId: `task_${runId}`,
    createdAt: "2026-01-01T00:00:00.000Z",
    collections: [{ collectionId: "col_methods" }],
    filters: null,
    sampleSize: null,
    seed: 1,
    method,
    features: [{ ...feature, weight: 1 }],
    normalize: true,
    preparation: [],
    centroid: "mean",
    map: { method: "pca", components: 2 },
    labeling: null,
    computeMetrics: true,
    reproducible: true,
    warnings: [],
    definition: {},
  };
}

beforeAll(async () => {
  const config = { namespaceId: IDS.namespaceId, collectionId: "col_methods", features: [feature] };
  const store = collectionStore(env, IDS.namespaceId, "col_methods");
  await store.configure(config);
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const vector = [0, 1, 2, 3].map((axis) => (axis === i % 3 ? 5 : 0) + ((i * (axis + 7)) % 11) / 20);
    return JSON.stringify({ document_id: `doc_${i}`, payload: {}, vectors: { pixels: vector } });
  });
  const body = chunkStream(new TextEncoder().encode(lines.join("\n")), 65_536);
  const target = { objects: objectStore(env), store, config, batchId: "batch_1" };
  expect(await importDocuments({ ...target, body, format: "ndjson" })).toMatchObject({ inserted: ROWS });
});

describe("a run by its defaults", () => {
  it.each(IMPLEMENTED)("of %s ends with every document in its table", async (kind) => {
    const runId = `run_${kind}`;
    const defaults = PARAMETER_MODELS[kind]?.schema.parse({}) ?? {};
    const params = PARAMETER_MODELS[kind]?.review?.(defaults, new Set()).params ?? defaults;
    const coordinator = planes(env).run(runId);
    await coordinator.start(spec(runId, { kind, params } as unknown as VectorMethodSpec));
    const { record } = (await coordinator.wait(20_000))!;
    expect(record).toMatchObject({ status: "completed", errorMessage: null, numPoints: ROWS });
    const bytes = await objectStore(env).get(keys.artifact(IDS.namespaceId, IDS.clusterId, runId, "members.parquet"));
    const members = await parquetReadObjects({ file: bytes!.buffer });
    const clusters = new Set(members.map((row) => row.cluster_id));
    clusters.delete("-1");
    expect(members).toHaveLength(ROWS);
    expect(clusters.size).toBe(record.numClusters);
    expect(members.filter((row) => row.cluster_id === "-1")).toHaveLength(record.noisePoints);
  });
});
