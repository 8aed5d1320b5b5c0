/**
 * Plans a k-means run. One isolate holds the matrix: restarts run on it. It does not: a lightweight coreset is solved in
 * one isolate and Lloyd's rounds over all shards go on from there until they converge.
 */
import type { KMeansParams } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import type { RunSpec, Shape, StagePlan } from "../domain/run/types";
import { FUSED_PER_MS, PLAIN_PER_MS, STREAMED_PER_MS } from "./cost";
import { holdsInMemory, type Limits, ROW_WORKSPACE_BYTES } from "./limits";
import { overRows, overUnits, single } from "./plan-stage";

/** Rounds of Lloyd's algorithm that a restart is expected to take. */
const ROUNDS_EXPECTED = 25;
const CORESET_MAX_ROWS = 32_768;
/** PCA above this keeps no scatter matrix: it works on a seeded sample. */
const SCATTER_MAX_DIMENSIONS = 1024;
const PCA_SAMPLE_ROWS = 1024;
/** The silhouette's share of the run, and its multiply-adds that are always and never spent. */
const SILHOUETTE_SHARE = 0.2;
const SILHOUETTE_FREE = 3e8;
const SILHOUETTE_MOST = 6e9;
/** Passes over the matrix that exact medians may take. */
const MEDIAN_PASSES = 64;

export function planKMeans(
  spec: RunSpec,
  params: KMeansParams,
  shape: Shape,
  shardRows: number,
  limits: Limits,
): StagePlan[] {
  refuse(params, shape, limits);
  const { rows, dimensions } = shape;
  const k = params.n_clusters;
  const rowMs = (rows * dimensions) / STREAMED_PER_MS;
  const passMs = (rows * dimensions * k) / FUSED_PER_MS;
  const shardBytes = Math.min(shardRows, rows) * (4 * dimensions + ROW_WORKSPACE_BYTES);
  const centroidBytes = 24 * k * dimensions;
  const row = (kind: StagePlan["kind"], cpuMs: number, method: string, reduce = true) =>
    overRows(kind, rows, shardRows, { method, cpuMs, taskBytes: shardBytes + centroidBytes, reduce });

  const stages = [
    row("gather", rowMs, prepareMethod(spec)),
    row("moments", rowMs / 4, "exact sums of the columns"),
    ...(holdsInMemory(rows, dimensions, limits)
      ? [restarts("kmeans", params, rows, dimensions, limits, "k-means++ and Lloyd over all rows")]
      : shardedStages(params, shape, shardRows, shardBytes + centroidBytes, limits)),
    row("assign", passMs + rowMs, "nearest centroid"),
  ];
  if (spec.centroid === "median") stages.push(medianStage(shape, limits, rowMs));
  if (spec.centroid !== "mean")
    stages.push(row("describe", rowMs, `distances to the ${spec.centroid}s of the clusters`));
  if (spec.map) stages.push(...mapStages(spec.map.components, shape, shardRows, shardBytes, rowMs));
  if (spec.computeMetrics) {
    const before = stages.reduce((sum, stage) => sum + stage.cpuMs, 0);
    stages.push(silhouetteStage(shape, before));
  }
  stages.push(single("persist", { method: "Parquet", cpuMs: rows / 200 + 20, taskBytes: 16 * 1024 * 1024 }));
  return stages;
}

function refuse({ n_clusters }: KMeansParams, { rows, dimensions }: Shape, limits: Limits): void {
  if (n_clusters > rows)
    throw new ShoalError(
      "too_few_documents",
      `n_clusters = ${n_clusters} needs as many documents; ${rows} can take part`,
      {
        field: "n_clusters",
        value: n_clusters,
        limit: rows,
      },
    );
  const most = Math.floor(limits.clusterValues / dimensions);
  if (n_clusters > most)
    throw new ShoalError(
      "job_too_large",
      `n_clusters = ${n_clusters} at ${dimensions} dimensions exceeds the limit of ${limits.clusterValues} centroid values; at most ${most} clusters fit`,
      { field: "n_clusters", value: n_clusters, limit: most, nearest: { n_clusters: most } },
    );
}

function prepareMethod({ normalize, features }: RunSpec): string {
  const scaled = normalize ? "L2-normalised" : "as stored";
  return features.length > 1 ? `${features.length} features ${scaled}, weighted, concatenated` : `vectors ${scaled}`;
}

/** The restarts, grouped so that a task takes a second or two. */
function restarts(
  kind: "kmeans" | "coreset_solve",
  params: KMeansParams,
  rows: number,
  dimensions: number,
  limits: Limits,
  method: string,
): StagePlan {
  const restartMs = (rows * dimensions * params.n_clusters * Math.min(ROUNDS_EXPECTED, params.max_iter)) / FUSED_PER_MS;
  const perTask = Math.max(1, Math.min(params.n_init, Math.floor(limits.taskCpuMs / Math.max(restartMs, 1))));
  return overUnits(kind, params.n_init, perTask, 0, {
    method: `${method}, ${params.n_init} restart${params.n_init === 1 ? "" : "s"}`,
    cpuMs: restartMs * params.n_init,
    taskBytes: rows * (4 * dimensions + ROW_WORKSPACE_BYTES) + 24 * params.n_clusters * dimensions,
    exact: kind === "kmeans",
    reduce: true,
  });
}

function shardedStages(
  params: KMeansParams,
  { rows, dimensions }: Shape,
  shardRows: number,
  taskBytes: number,
  limits: Limits,
): StagePlan[] {
  const half = Math.floor(limits.isolateBytes / 2 / (4 * dimensions + ROW_WORKSPACE_BYTES));
  const size = Math.min(rows, Math.max(params.n_clusters, Math.min(CORESET_MAX_ROWS, half)));
  const rowMs = (rows * dimensions) / STREAMED_PER_MS;
  const passMs = (rows * dimensions * params.n_clusters) / FUSED_PER_MS + rowMs;
  return [
    overRows("coreset", rows, shardRows, {
      method: `lightweight coreset of ${size} rows`,
      cpuMs: rowMs,
      taskBytes,
      exact: false,
      reduce: true,
      params: { size },
    }),
    restarts("coreset_solve", params, size, dimensions, limits, "k-means++ and Lloyd on the coreset"),
    overRows("lloyd", rows, shardRows, {
      method: "Lloyd over all rows, from the coreset's solution until it converges",
      cpuMs: passMs * Math.min(ROUNDS_EXPECTED, params.max_iter),
      taskBytes,
      reduce: true,
      maxRounds: params.max_iter,
    }),
  ];
}

/** Medians need every value of a column at once: columns are taken in slices that an isolate holds. */
function medianStage({ rows, dimensions }: Shape, limits: Limits, rowMs: number): StagePlan {
  const perTask = Math.max(1, Math.min(dimensions, Math.floor(limits.isolateBytes / (8 * rows))));
  const passes = Math.ceil(dimensions / perTask);
  if (passes > MEDIAN_PASSES) {
    const most = Math.floor((limits.isolateBytes / 8 / dimensions) * MEDIAN_PASSES);
    throw new ShoalError(
      "job_too_large",
      `effective_feature_method = median over ${rows} documents of ${dimensions} dimensions needs ${passes} passes, the limit is ${MEDIAN_PASSES}; at most ${most} documents fit, or choose mean or medoid`,
      { field: "effective_feature_method", value: rows, limit: most, nearest: { sample_size: most } },
    );
  }
  return overUnits("median", dimensions, perTask, 1, {
    method: "exact median of every dimension of every cluster",
    cpuMs: passes * rowMs + (rows * dimensions) / 10e3,
    taskBytes: rows * perTask * 8,
    reduce: true,
  });
}

function mapStages(components: 2 | 3, shape: Shape, shardRows: number, shardBytes: number, rowMs: number): StagePlan[] {
  const { rows, dimensions } = shape;
  const exact = dimensions <= SCATTER_MAX_DIMENSIONS;
  const scatter = exact
    ? overRows("scatter", rows, shardRows, {
        method: "PCA of the scatter matrix",
        cpuMs: (rows * dimensions ** 2) / 2 / PLAIN_PER_MS + dimensions ** 3 / PLAIN_PER_MS,
        taskBytes: shardBytes + 16 * dimensions ** 2,
        reduce: true,
        params: { components, sampleRows: null },
      })
    : single("scatter", {
        method: `PCA of a seeded sample of ${Math.min(rows, PCA_SAMPLE_ROWS)} rows`,
        cpuMs: rowMs + (dimensions * PCA_SAMPLE_ROWS ** 2) / PLAIN_PER_MS,
        taskBytes: 8 * dimensions * PCA_SAMPLE_ROWS,
        exact: rows <= PCA_SAMPLE_ROWS,
        params: { components, sampleRows: Math.min(rows, PCA_SAMPLE_ROWS) },
      });
  const project = overRows("project", rows, shardRows, {
    method: `coordinates on ${components} axes`,
    cpuMs: rowMs,
    taskBytes: shardBytes,
  });
  return [scatter, project];
}

/** Exact while rows² × dimensions stays within a fifth of the run; else on a sample, stratified by cluster. */
function silhouetteStage({ rows, dimensions }: Shape, cpuMsBefore: number): StagePlan {
  const budget = Math.min(Math.max(SILHOUETTE_SHARE * cpuMsBefore * PLAIN_PER_MS, SILHOUETTE_FREE), SILHOUETTE_MOST);
  const size = Math.min(rows, Math.max(256, Math.floor(Math.sqrt(budget / dimensions))));
  return single("silhouette", {
    method: size === rows ? "silhouette over all rows" : `silhouette of a stratified sample of ${size} rows`,
    cpuMs: (size * size * dimensions) / PLAIN_PER_MS,
    taskBytes: size * (4 * dimensions + 8),
    exact: size === rows,
    params: { size },
  });
}
