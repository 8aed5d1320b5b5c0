/**
 * Plans a k-means run. One isolate holds the matrix: restarts run on it. It does not, or there are more rows than clusters
 * are fitted on: a lightweight coreset is solved in one isolate and Lloyd's rounds over the shards go on from there until
 * they converge, over all rows or over those of the sample.
 */
import type { KMeansParams } from "../domain/definition/model";
import { ShoalError } from "../domain/errors";
import type { RunSpec, Shape, StagePlan, ViewPlan } from "../domain/run/types";
import {
  assignBytes,
  BASE_BYTES,
  coresetBytes,
  kmeansBytes,
  matrixBytes,
  projectBytes,
  silhouetteBytes,
} from "../kernels/memory";
import { ASSIGN_PER_MS, KMEANS_PER_MS, SILHOUETTE_PER_MS, STREAMED_PER_MS } from "./cost";
import { holdsInMemory, type Limits, ROW_WORKSPACE_BYTES } from "./limits";
import { axesStage } from "./plan-preparation";
import { EXPECTED_ROUNDS, overRows, overUnits, single } from "./plan-stage";
import { AXES } from "./stages/scatter";

/** Rounds that a restart is expected to take from its start. Measured: 19 to 109, see docs/design/planner.md. */
const RESTART_ROUNDS = 60;
const CORESET_MAX_ROWS = 32_768;
/** The silhouette's share of the run, and its multiply-adds that are always and never spent. */
const SILHOUETTE_SHARE = 0.2;
const SILHOUETTE_FREE = 3e8;
const SILHOUETTE_MOST = 6e9;
/** Bytes of the queries that are measured at once: their vectors, twice, and a double for every cluster. */
const QUERY_BYTES = 2 * 1024 * 1024;
/** Passes over the matrix that exact medians may take. */
const MEDIAN_PASSES = 64;
/** What the stages that hold no matrix take: batches of rows and the Parquet writer's memory. */
const PERSIST_BYTES = 16 * 1024 * 1024;

/** What every stage of one job is planned with. */
interface Job {
  rows: number;
  dimensions: number;
  clusters: number;
  fittedRows: number;
  shardRows: number;
  /** Of the largest shard in the kernels' memory. */
  shardBytes: number;
  /** Rows of the largest shard. */
  taskRows: number;
  /** CPU milliseconds to stream the matrix once, and to assign every row. */
  rowMs: number;
  assignMs: number;
  limits: Limits;
}

/** Whether restarts run on all rows in one isolate: the job's own sizes decide, never the machine's or the shards'. */
export function solvesWhole({ n_clusters }: KMeansParams, { rows, dimensions }: Shape, limits: Limits): boolean {
  const bytes = BASE_BYTES + matrixBytes(rows, dimensions) + kmeansBytes(rows, dimensions, n_clusters);
  return rows <= limits.fittedRows && holdsInMemory(rows, dimensions, limits) && bytes <= limits.kernelBytes;
}

/** What was planned before the clustering. */
interface PreparationPlanned {
  views: ViewPlan[];
  preparation: StagePlan[];
  shardRows: number;
}

/** The stages from the prepared rows on. */
export function planKMeans(
  spec: RunSpec,
  params: KMeansParams,
  shape: Shape,
  { views, preparation, shardRows }: PreparationPlanned,
  limits: Limits,
): StagePlan[] {
  refuse(params, shape, limits);
  const { rows, dimensions } = shape;
  const taskRows = Math.min(shardRows, rows);
  const job: Job = {
    rows,
    dimensions,
    clusters: params.n_clusters,
    fittedRows: Math.min(rows, limits.fittedRows),
    shardRows,
    taskRows,
    shardBytes: BASE_BYTES + matrixBytes(taskRows, dimensions),
    rowMs: (rows * dimensions) / STREAMED_PER_MS,
    assignMs: (rows * dimensions * params.n_clusters) / ASSIGN_PER_MS,
    limits,
  };
  const { shardBytes, rowMs } = job;
  const perShard = (kind: StagePlan["kind"], method: string, cpuMs: number, kernelBytes = 0) =>
    overRows(kind, rows, shardRows, { method, cpuMs, taskBytes: shardBytes + kernelBytes, reduce: true });

  const stages = [
    ...(solvesWhole(params, shape, limits)
      ? [restarts("kmeans", params, rows, job, "k-means++ and Lloyd over all rows")]
      : shardedStages(params, job)),
    perShard("assign", "nearest centroid", job.assignMs + rowMs, assignBytes(taskRows, dimensions, job.clusters)),
  ];
  if (spec.centroid === "median") stages.push(medianStage(job));
  if (spec.centroid !== "mean")
    stages.push(perShard("describe", `distances to the ${spec.centroid}s of the clusters`, rowMs));
  if (spec.map) stages.push(...mapStages(spec.map.components, views, job));
  if (spec.computeMetrics) {
    const before = [...preparation, ...stages].reduce((sum, stage) => sum + stage.cpuMs, 0);
    stages.push(silhouetteStage(job, before));
  }
  stages.push(single("persist", { method: "Parquet", cpuMs: rows / 200 + 20, taskBytes: PERSIST_BYTES }));
  return stages;
}

function refuse({ n_clusters }: KMeansParams, { rows, dimensions }: Shape, limits: Limits): void {
  const fitted = Math.min(rows, limits.fittedRows);
  if (n_clusters > fitted)
    throw new ShoalError(
      "too_few_documents",
      `n_clusters = ${n_clusters} needs as many documents; ${fitted} can take part`,
      { field: "n_clusters", value: n_clusters, limit: fitted },
    );
  const most = Math.floor(limits.clusterValues / dimensions);
  if (n_clusters > most)
    throw new ShoalError(
      "job_too_large",
      `n_clusters = ${n_clusters} at ${dimensions} dimensions exceeds the limit of ${limits.clusterValues} centroid values; at most ${most} clusters fit`,
      { field: "n_clusters", value: n_clusters, limit: most, nearest: { n_clusters: most } },
    );
}

/** The restarts, grouped so that a task takes a second or two. */
function restarts(
  kind: "kmeans" | "coreset_solve",
  { n_clusters, n_init, max_iter }: KMeansParams,
  rows: number,
  { dimensions, limits }: Job,
  method: string,
): StagePlan {
  const restartMs = (rows * dimensions * n_clusters * Math.min(RESTART_ROUNDS, max_iter)) / KMEANS_PER_MS;
  const perTask = Math.max(1, Math.min(n_init, Math.floor(limits.taskCpuMs / Math.max(restartMs, 1))));
  const workspace = kmeansBytes(rows, dimensions, n_clusters, kind === "coreset_solve");
  return overUnits(kind, n_init, perTask, 0, {
    method: `${method}, ${n_init} restart${n_init === 1 ? "" : "s"}`,
    cpuMs: restartMs * n_init,
    taskBytes: BASE_BYTES + matrixBytes(rows, dimensions) + workspace,
    exact: kind === "kmeans",
    reduce: true,
  });
}

function shardedStages(params: KMeansParams, job: Job): StagePlan[] {
  const { rows, dimensions, clusters, fittedRows, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const half = Math.floor(limits.isolateBytes / 2 / (4 * dimensions + ROW_WORKSPACE_BYTES));
  const size = Math.min(fittedRows, Math.max(clusters, Math.min(CORESET_MAX_ROWS, half)));
  const sampled = fittedRows < rows;
  const fitted = sampled ? `a seeded sample of ${fittedRows} rows` : "all rows";
  const roundMs = (job.assignMs * fittedRows) / rows + rowMs;
  return [
    overRows("coreset", rows, shardRows, {
      method: `lightweight coreset of ${size} rows${sampled ? ` of ${fitted}` : ""}`,
      cpuMs: rowMs,
      taskBytes: shardBytes + coresetBytes(taskRows),
      exact: false,
      reduce: true,
      params: { size },
    }),
    restarts("coreset_solve", params, size, job, "k-means++ and Lloyd on the coreset"),
    overRows("lloyd", rows, shardRows, {
      method: `Lloyd over ${fitted}, from the coreset's solution until it converges`,
      cpuMs: roundMs * Math.min(EXPECTED_ROUNDS, params.max_iter),
      taskBytes: shardBytes + assignBytes(taskRows, dimensions, clusters),
      exact: !sampled,
      reduce: true,
      maxRounds: params.max_iter,
    }),
  ];
}

/** Bytes a row of the median: its cluster twice (as stored, as numbered) and its place among a column's members; and a column's value. */
const MEDIAN_ROW_BYTES = 12;
const MEDIAN_VALUE_BYTES = 4;

/** Medians need every value of a column at once: columns are taken in slices that an isolate holds. */
function medianStage({ rows, dimensions, rowMs, limits }: Job): StagePlan {
  const fitting = Math.floor((limits.isolateBytes / rows - MEDIAN_ROW_BYTES) / MEDIAN_VALUE_BYTES);
  const perTask = Math.min(dimensions, fitting);
  const passes = perTask < 1 ? Number.POSITIVE_INFINITY : Math.ceil(dimensions / perTask);
  if (passes > MEDIAN_PASSES) {
    const columns = Math.ceil(dimensions / MEDIAN_PASSES);
    const most = Math.floor(limits.isolateBytes / (MEDIAN_ROW_BYTES + MEDIAN_VALUE_BYTES * columns));
    throw new ShoalError(
      "job_too_large",
      `effective_feature_method = median over ${rows} documents of ${dimensions} dimensions does not fit ${MEDIAN_PASSES} passes over the data; at most ${most} documents do, or choose mean or medoid`,
      { field: "effective_feature_method", value: rows, limit: most, nearest: { sample_size: most } },
    );
  }
  return overUnits("median", dimensions, perTask, 1, {
    method: "exact median of every dimension of every cluster",
    cpuMs: passes * rowMs + (rows * dimensions) / 10e3,
    taskBytes: rows * (MEDIAN_ROW_BYTES + MEDIAN_VALUE_BYTES * perTask),
    reduce: true,
  });
}

function mapStages(components: 2 | 3, views: ViewPlan[], job: Job): StagePlan[] {
  const { rows, dimensions, shardRows, shardBytes, taskRows, rowMs } = job;
  const last = views.length - 1;
  const scatter = axesStage("PCA", rows, last, views[last]!, { view: last, components, axes: AXES });
  const project = overRows("project", rows, shardRows, {
    method: `coordinates on ${components} axes`,
    cpuMs: rowMs,
    taskBytes: shardBytes + projectBytes(taskRows, dimensions),
  });
  return [scatter, project];
}

/** Exact while rows² × dimensions stays within a fifth of the run; else on a sample, stratified by cluster. */
function silhouetteStage({ rows, fittedRows, dimensions, clusters }: Job, cpuMsBefore: number): StagePlan {
  const share = SILHOUETTE_SHARE * cpuMsBefore * SILHOUETTE_PER_MS;
  const budget = Math.min(Math.max(share, SILHOUETTE_FREE), SILHOUETTE_MOST);
  const size = Math.min(fittedRows, Math.max(256, Math.floor(Math.sqrt(budget / dimensions))));
  // Every cluster gives two rows at least, so the sample may be a little larger than asked for.
  const held = size === rows ? rows : Math.min(rows, size + 2 * clusters);
  const queries = Math.min(held, Math.max(1, Math.floor(QUERY_BYTES / (8 * dimensions + 8 * clusters))));
  return single("silhouette", {
    method: size === rows ? "silhouette over all rows" : `silhouette of a stratified sample of ${size} rows`,
    cpuMs: (size * size * dimensions) / SILHOUETTE_PER_MS,
    taskBytes: BASE_BYTES + matrixBytes(held, dimensions) + silhouetteBytes(held, dimensions, clusters, queries),
    exact: size === rows,
    params: { size, queries },
  });
}
