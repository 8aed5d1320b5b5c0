import {
  createExecutionContext,
  createMessageBatch,
  env,
  evictDurableObject,
  getQueueResult,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { planes } from "../../src/api/context";
import { collectionStore } from "../../src/documents/client";
import { importDocuments } from "../../src/documents/ingest/importer";
import type { RunSpec, TaskMessage } from "../../src/domain/run/types";
import { consumeTasks } from "../../src/engine/consumer";
import { planRun } from "../../src/engine/plan-run";
import type { Env } from "../../src/env";
import { keys } from "../../src/objects/keys";
import { objectStore } from "../../src/objects/of-role";
import { chunkStream } from "../support/memory-object-store";

const ROWS = 2500;
const feature = { uri: "mixpeek://passthrough@v1/pixels", name: "pixels", dimensions: 4 };

function spec(runId: string, changes: Partial<RunSpec> = {}): RunSpec {
  const params = {
    n_clusters: 3,
    max_iter: 100,
    random_state: 1,
    n_init: 3,
    tol: 1e-4,
    init: "k-means++",
    algorithm: "lloyd",
  } as const;
  return {
    runId,
    clusterId: "clust_engine",
    namespaceId: "ns_engine",
    taskId: `task_${runId}`,
    createdAt: "2026-01-01T00:00:00.000Z",
    collections: [{ collectionId: "col_engine" }],
    filters: null,
    sampleSize: null,
    seed: 1,
    method: { kind: "kmeans", params },
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
    ...changes,
  };
}

beforeAll(async () => {
  const config = { namespaceId: "ns_engine", collectionId: "col_engine", features: [feature] };
  const store = collectionStore(env, "ns_engine", "col_engine");
  await store.configure(config);
  const lines = Array.from({ length: ROWS }, (_, i) => {
    const middle = [0, 0, 0, 0].map((_, axis) => (axis === i % 3 ? 5 : 0));
    const vector = i % 500 === 499 ? [0, 0, 0, 0] : middle.map((value, axis) => value + ((i * (axis + 7)) % 11) / 20);
    return JSON.stringify({ document_id: `doc_${i}`, payload: { third: i % 3 }, vectors: { pixels: vector } });
  });
  const body = chunkStream(new TextEncoder().encode(lines.join("\n")), 65_536);
  const target = { objects: objectStore(env), store, config, batchId: "batch_1" };
  expect(await importDocuments({ ...target, body, format: "ndjson" })).toMatchObject({ inserted: ROWS });
});

const read = async (runId: string, file: "members.parquet" | "centroids.parquet") =>
  (await objectStore(env).get(keys.artifact("ns_engine", "clust_engine", runId, file)))!;
const underPrefix = async (prefix: string) => (await objectStore(env).list(prefix)).objects.map((one) => one.key);

const coordinator = (runId: string) => planes(env).run(runId);

describe("a run through the Durable Object, the queue, the kernels and R2", () => {
  it("is planned, computes, and is recorded with its artifacts and events", async () => {
    const planned = await planRun(env, spec("run_a"));
    expect(planned.stages.map((stage) => stage.kind)).toContain("kmeans");
    await coordinator("run_a").start(spec("run_a"));
    await coordinator("run_a").start(spec("run_a"));
    const view = (await coordinator("run_a").wait(20_000))!;
    expect(view.record).toMatchObject({ status: "completed", numClusters: 3, numPoints: ROWS, noisePoints: 5 });
    const bytes = await read("run_a", "members.parquet");
    const rows = await parquetReadObjects({ file: bytes.buffer });
    expect(rows.map((row) => row.document_id)).toEqual(Array.from({ length: ROWS }, (_, i) => `doc_${i}`));
    const label = (third: number) =>
      new Set(rows.filter((row, i) => i % 3 === third && row.cluster_id !== "-1").map((row) => row.cluster_id));
    for (const third of [0, 1, 2]) expect(label(third).size).toBe(1);
    const events = await coordinator("run_a").events(0, 0);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + events[0]!.seq));
    expect(events[0]!.type).toBe("planned");
    expect(events.at(-1)).toMatchObject({ type: "completed", fraction: 1 });
    expect(await coordinator("run_a").cancel()).toBe("finished");
  });

  it("gives the same bytes when its coordinator is evicted in the middle", async () => {
    await coordinator("run_b").start(spec("run_b"));
    await evictDurableObject(env.RUNS.getByName("run_b"));
    let view = await coordinator("run_b").wait(2_000);
    for (let i = 0; i < 10 && view?.record.status === "processing"; i++) {
      await runDurableObjectAlarm(env.RUNS.getByName("run_b"));
      view = await coordinator("run_b").wait(2_000);
    }
    expect(view!.record.status).toBe("completed");
    for (const file of ["members.parquet", "centroids.parquet"] as const)
      expect(await read("run_b", file)).toEqual(await read("run_a", file));
  });

  it("leaves no scratch, and nothing at all when it is cancelled", async () => {
    await coordinator("run_c").start(spec("run_c"));
    expect(await coordinator("run_c").cancel()).toBe("canceled");
    const view = (await coordinator("run_c").wait(5_000))!;
    expect(view.record).toMatchObject({ status: "failed", errorMessage: "canceled", artifacts: null });
    await expect.poll(() => underPrefix("scratch/ns_engine/"), { timeout: 5_000 }).toEqual([]);
    expect(await underPrefix(keys.run("ns_engine", "clust_engine", "run_c"))).toEqual([]);
  });

  it("groups by attributes", async () => {
    const method: RunSpec["method"] = {
      kind: "attribute",
      config: { attributes: ["third"], hierarchical_grouping: false, aggregation_method: "most_frequent" },
    };
    await coordinator("run_d").start(spec("run_d", { method, features: [], map: null, normalize: false }));
    const { record } = (await coordinator("run_d").wait(20_000))!;
    expect(record).toMatchObject({ status: "completed", numClusters: 3, metrics: null });
    expect(record.centroids!.map((one) => [one.label, one.num_members])).toEqual([
      ["0", 834],
      ["1", 833],
      ["2", 833],
    ]);
  });

  it("computes one message at a time in an isolate, whatever invocations share it", async () => {
    const order: string[] = [];
    const coordinatorOf = (name: string) => ({
      claim: async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 60));
        order.push(`${name} ends`);
        return { kind: "drop", reason: "test" };
      },
    });
    const shared = { ...env, RUNS: { getByName: coordinatorOf } } as unknown as Env;
    const deliver = async (runId: string) => {
      const task = { runId, stage: 0, round: 0, part: "map", index: 0, attempt: 0 } as const;
      const body: TaskMessage = { ...task, namespaceId: "n", clusterId: "c" };
      const message = { id: runId, timestamp: new Date(1_000), attempts: 1, body };
      const batch = createMessageBatch<TaskMessage>("shoal-tasks", [message]);
      await consumeTasks(batch, shared);
      return (await getQueueResult(batch, createExecutionContext())).explicitAcks;
    };
    expect(await Promise.all([deliver("one"), deliver("two")])).toEqual([["one"], ["two"]]);
    expect(order).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  });

  it("moves the message of a task that exhausted its attempts to the dead-letter queue, which tells of it", async () => {
    const stub = env.RUNS.getByName("run_a");
    await runInDurableObject(stub, (_, state) => {
      const [row] = state.storage.sql.exec("SELECT json FROM head").toArray();
      const head = { ...JSON.parse(row!.json as string), exhausted: "0.0.map.0" };
      state.storage.sql.exec("UPDATE head SET json = ?", JSON.stringify(head));
    });
    await evictDurableObject(stub);
    const told: string[] = [];
    const spy = vi.spyOn(console, "error").mockImplementation((line) => void told.push(String(line)));
    try {
      const task = { runId: "run_a", stage: 0, round: 0, part: "map", index: 0, attempt: 4 } as const;
      await env.TASKS.send({ ...task, namespaceId: "ns_engine", clusterId: "clust_engine" });
      await expect
        .poll(() => told.filter((line) => line.includes('"task_dead"') && line.includes("run_a")).length, {
          timeout: 20_000,
        })
        .toBe(1);
    } finally {
      spy.mockRestore();
    }
    // A finished run is what it was.
    expect((await coordinator("run_a").view())!.record.status).toBe("completed");
  });

  it("refuses too few documents, and forgets what it is told to", async () => {
    const leaf = { kind: "leaf", field: "third", operator: "eq", value: 9, caseSensitive: true } as const;
    await expect(planRun(env, spec("run_e", { filters: leaf }))).rejects.toMatchObject({ code: "too_few_documents" });
    await coordinator("run_e").start(spec("run_e", { filters: leaf }));
    const { record } = (await coordinator("run_e").wait(5_000))!;
    expect(record).toMatchObject({ status: "failed", errorCode: "too_few_documents" });
    await coordinator("run_e").destroy();
    expect(await coordinator("run_e").view()).toBeNull();
  });
});
