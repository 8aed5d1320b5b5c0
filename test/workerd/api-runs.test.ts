/** Runs in D1: what the coordinator reports reaches execution, task and cluster together, in any order, any number of times. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { createCluster, findCluster } from "../../src/db/clusters";
import { connect } from "../../src/db/connect";
import { latestCompleted, newestExecutions, requireExecution } from "../../src/db/executions";
import { housekeeping } from "../../src/db/housekeeping";
import { createRun, recordRun } from "../../src/db/runs";
import { findTask } from "../../src/db/tasks";
import { timestamp } from "../../src/db/time";
import type { ClusterDefinition } from "../../src/domain/definition/model";
import { renderCluster } from "../../src/domain/definition/render";
import { ShoalError } from "../../src/domain/errors";
import { newId } from "../../src/domain/ids";
import type { RunRecord } from "../../src/domain/run/types";

const db = connect(env.DB);
const namespaceId = newId("ns");
let clusterId: string;

const definition = (cluster_name: string): ClusterDefinition => ({
  collection_ids: ["col_a"],
  cluster_name,
  description: null,
  cluster_type: "attribute",
  vector_config: null,
  attribute_config: { attributes: ["label"], hierarchical_grouping: false, aggregation_method: "most_frequent" },
  filters: null,
  llm_labeling: null,
  enrich_source_collection: false,
  source_enrichment_config: null,
  auto_execute_on_batch: false,
  auto_execute_min_documents: null,
  auto_execute_cooldown_seconds: 3600,
  metadata: {},
});

beforeEach(async () => {
  clusterId = newId("clust");
  const named = definition(clusterId);
  const doc = renderCluster({ clusterId, namespaceId, createdAt: timestamp() }, named);
  await createCluster(db, { definition: named, doc: doc as Parameters<typeof createCluster>[1]["doc"] });
});

async function start() {
  const run = { runId: newId("run"), taskId: newId("task"), clusterId, namespaceId };
  await createRun(db, {
    ...run,
    inputs: [{ cluster_id: clusterId }],
    warnings: [],
    createdAt: new Date().toISOString(),
  });
  return run;
}

const record = (run: Awaited<ReturnType<typeof start>>, change: Partial<RunRecord>): RunRecord => ({
  ...run,
  status: "processing",
  startedAt: "2026-11-21T10:00:00.000Z",
  completedAt: null,
  canceledAt: null,
  errorCode: null,
  errorMessage: null,
  numClusters: 0,
  numPoints: 0,
  noisePoints: 0,
  metrics: null,
  centroids: null,
  warnings: [],
  plan: null,
  artifacts: null,
  executionMs: null,
  ...change,
});

const completed = (run: Awaited<ReturnType<typeof start>>, numClusters = 2) =>
  record(run, {
    status: "completed",
    completedAt: "2026-11-21T10:00:01.500Z",
    numClusters,
    numPoints: 100,
    noisePoints: 3,
    metrics: { silhouette_score: 0.5, davies_bouldin_index: 1, calinski_harabasz_score: 9, inertia: 4 },
    centroids: [{ cluster_id: "cl_0", num_members: 97, label: "Fish", summary: null, keywords: null }],
    artifacts: { members: "m", centroids: "c", hierarchy: null, manifest: "f" },
    executionMs: 1500,
  });

const state = async (run: Awaited<ReturnType<typeof start>>) => ({
  execution: (await requireExecution(db, namespaceId, clusterId, run.runId)).doc,
  task: (await findTask(db, run.taskId, null))!.doc,
  cluster: (await findCluster(db, namespaceId, clusterId))!.doc,
});

describe("createRun", () => {
  it("writes execution, task and cluster at once", async () => {
    const run = await start();
    const { execution, task, cluster } = await state(run);
    expect(execution).toMatchObject({ status: "pending", num_clusters: 0, num_points: 0 });
    expect(execution.created_at).toMatch(/\.\d{6}Z$/);
    expect(task).toMatchObject({ status: "PENDING", additional_data: { run_id: run.runId, cluster_id: clusterId } });
    expect(cluster).toMatchObject({ status: "PENDING", last_execution_task_id: run.taskId, last_run_id: null });
  });

  it("allows one run of a cluster at a time, whoever is first", async () => {
    const attempts = await Promise.allSettled([start(), start(), start()]);
    const won = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(won).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === "fulfilled") continue;
      expect(attempt.reason).toBeInstanceOf(ShoalError);
      expect(attempt.reason).toMatchObject({ code: "run_in_progress", details: { run_id: won[0]!.value.runId } });
    }
    await recordRun(env.DB, completed(won[0]!.value));
    await expect(start()).resolves.toBeDefined();
  });
});

describe("recordRun", () => {
  it("reports a completed run everywhere", async () => {
    const run = await start();
    await recordRun(env.DB, record(run, {}));
    expect(await state(run)).toMatchObject({
      execution: { status: "processing" },
      task: { status: "PROCESSING" },
      cluster: { status: "PROCESSING", num_clusters: null },
    });
    await recordRun(env.DB, completed(run));
    const { execution, task, cluster } = await state(run);
    expect(execution).toMatchObject({
      status: "completed",
      num_clusters: 2,
      completed_at: "2026-11-21T10:00:01.500000Z",
    });
    expect(task).toMatchObject({ status: "COMPLETED", outputs: [{ num_clusters: 2, silhouette_score: 0.5 }] });
    expect(cluster).toMatchObject({
      status: "COMPLETED",
      last_run_id: run.runId,
      num_clusters: 2,
      num_documents_clustered: 100,
      execution_time_seconds: 1.5,
      members_key: "m",
      cluster_stats: { num_clusters: 2, noise_points: 3, silhouette_score: 0.5, extra: { inertia: 4 } },
    });
    expect((await latestCompleted(db, namespaceId, clusterId))?.artifacts).toMatchObject({ manifest: "f" });
  });

  it("never takes an ended run back, and is repeatable", async () => {
    const run = await start();
    await recordRun(env.DB, completed(run));
    const before = await state(run);
    await recordRun(env.DB, record(run, {}));
    await recordRun(env.DB, completed(run, 7));
    await recordRun(env.DB, record(run, { status: "pending" }));
    expect(await state(run)).toEqual(before);
  });

  it("does not go back from processing to pending", async () => {
    const run = await start();
    await recordRun(env.DB, record(run, {}));
    await recordRun(env.DB, record(run, { status: "pending" }));
    expect((await state(run)).execution.status).toBe("processing");
  });

  it("tells a cancelled run from a failed one, and keeps the last good result", async () => {
    const first = await start();
    await recordRun(env.DB, completed(first));
    const second = await start();
    const at = "2026-11-21T11:00:00.000Z";
    await recordRun(env.DB, record(second, { status: "failed", completedAt: at, canceledAt: at }));
    expect(await state(second)).toMatchObject({
      execution: { status: "failed", error_message: "canceled", canceled_at: timestamp(at) },
      task: { status: "CANCELED", error: null },
      cluster: { status: "CANCELED", num_clusters: 2, last_run_id: first.runId },
    });
    const third = await start();
    await recordRun(
      env.DB,
      record(third, { status: "failed", completedAt: at, errorCode: "job_too_large", errorMessage: "no" }),
    );
    expect(await state(third)).toMatchObject({
      execution: { status: "failed", error_message: "no", error_code: "job_too_large" },
      task: { status: "FAILED", error: "no", additional_data: { error: "no" } },
      cluster: { status: "FAILED" },
    });
    const order = await newestExecutions(db, namespaceId, clusterId, 2);
    expect(order.map(({ id }) => id)).toEqual([third.runId, second.runId]);
  });

  it("leaves the cluster to its newest run when an older one reports late", async () => {
    const older = await start();
    await env.DB.prepare("UPDATE executions SET status = 'failed' WHERE id = ?").bind(older.runId).run();
    const newer = await start();
    await env.DB.prepare("UPDATE executions SET status = 'completed' WHERE id = ?").bind(newer.runId).run();
    await env.DB.prepare("UPDATE executions SET status = 'pending' WHERE id = ?").bind(older.runId).run();
    await recordRun(env.DB, completed(older, 9));
    const { cluster, execution } = await state(older);
    expect(execution.num_clusters).toBe(9);
    expect(cluster).toMatchObject({ num_clusters: null, last_run_id: null, last_execution_task_id: newer.taskId });
  });

  it("bounds what a row holds of very many centroids, and says so", async () => {
    const run = await start();
    const centroids = Array.from({ length: 20_000 }, (_, i) => ({
      cluster_id: `cl_${i}`,
      num_members: 1,
      label: `Cluster number ${i}`,
      summary: null,
      keywords: null,
    }));
    await recordRun(env.DB, { ...completed(run), numClusters: centroids.length, centroids });
    const { execution } = await state(run);
    expect(execution.num_clusters).toBe(20_000);
    expect(execution.centroids!.length).toBeGreaterThan(5000);
    expect(execution.centroids!.length).toBeLessThan(20_000);
    expect(execution.warnings).toEqual([{ loc: ["centroids"], msg: expect.stringContaining("artifacts") }]);
  });
});

describe("housekeeping", () => {
  it("removes expired idempotency keys with their answers, and only those", async () => {
    const insert = env.DB.prepare(
      "INSERT INTO idempotency (id, attempt, locked_until, expires_at) VALUES (?, 'a', 0, ?)",
    );
    const body = env.DB.prepare("INSERT INTO idempotency_bodies (id, part, bytes) VALUES (?, 0, x'00')");
    const now = new Date();
    await env.DB.batch([
      insert.bind("old", now.getTime()),
      body.bind("old"),
      insert.bind("new", now.getTime() + 1),
      body.bind("new"),
    ]);
    await housekeeping(env.DB, now);
    for (const table of ["idempotency", "idempotency_bodies"]) {
      const { results } = await env.DB.prepare(`SELECT id FROM ${table}`).all();
      expect(results).toEqual([{ id: "new" }]);
    }
  });
});
