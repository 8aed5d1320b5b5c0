/** Plans what follows once every row has its cluster: centroids, map, measures, tables. The same for every method. */
import { ShoalError } from "../domain/errors";
import type { MapSpec, RunSpec, StagePlan, ViewPlan } from "../domain/run/types";
import { silhouetteScoresBytes } from "../kernels/measures/memory";
import { BASE_BYTES, matrixBytes, projectBytes } from "../kernels/memory";
import { SILHOUETTE_PER_MS } from "./cost";
import type { StagedJob } from "./methods/method";
import { axesStage } from "./plan-axes";
import { layoutStages, mapView } from "./plan-layout";
import { overRows, overUnits, single } from "./plan-stage";
import { COORDINATES } from "./stages/project";
import { AXES } from "./stages/scatter";

/** The silhouette's share of the run, and its multiply-adds that are always and never spent. */
const SILHOUETTE_SHARE = 0.2;
const SILHOUETTE_FREE = 3e8;
const SILHOUETTE_MOST = 6e9;
/** Passes over the matrix that exact medians may take. */
const MEDIAN_PASSES = 64;
/** What the stages that hold no matrix take: batches of rows and the Parquet writer's memory. */
const PERSIST_BYTES = 16 * 1024 * 1024;

/** `planned`: the stages before; `clusters`: how many are reckoned with. */
export function labelledStages(
  spec: RunSpec,
  planned: StagePlan[],
  clusters: number,
  job: StagedJob,
  views: ViewPlan[],
): StagePlan[] {
  const { rows, shardRows, shardBytes, rowMs } = job;
  const stages: StagePlan[] = [];
  if (spec.centroid === "median") stages.push(medianStage(job));
  if (spec.centroid !== "mean")
    stages.push(
      overRows("describe", rows, shardRows, {
        method: `distances to the ${spec.centroid}s of the clusters`,
        cpuMs: rowMs,
        taskBytes: shardBytes,
        reduce: true,
      }),
    );
  if (spec.map) stages.push(...mapStages(spec.map, mapView(spec.preparation), views, job));
  if (spec.computeMetrics) {
    const before = [...planned, ...stages].reduce((sum, stage) => sum + stage.cpuMs, 0);
    stages.push(silhouetteStage(job, clusters, before));
  }
  stages.push(single("persist", { method: "Parquet", cpuMs: rows / 200 + 20, taskBytes: PERSIST_BYTES }));
  return stages;
}

/** Bytes a row of the median: its cluster twice (as stored, as numbered) and its place among a column's members; and a column's value. */
const MEDIAN_ROW_BYTES = 12;
const MEDIAN_VALUE_BYTES = 4;

/** Medians need every value of a column at once: columns are taken in slices that an isolate holds. */
function medianStage({ rows, dimensions, rowMs, limits }: StagedJob): StagePlan {
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

function mapStages(map: MapSpec, view: number, views: ViewPlan[], job: StagedJob): StagePlan[] {
  const { rows, dimensions, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const { components } = map;
  if (map.method !== "pca")
    return layoutStages(map.step, rows, { view, plan: views[view]!, output: COORDINATES, result: "layout" }, limits);
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
function silhouetteStage(
  { rows, fittedRows, dimensions }: StagedJob,
  clusters: number,
  cpuMsBefore: number,
): StagePlan {
  const share = SILHOUETTE_SHARE * cpuMsBefore * SILHOUETTE_PER_MS;
  const budget = Math.min(Math.max(share, SILHOUETTE_FREE), SILHOUETTE_MOST);
  const size = Math.min(fittedRows, Math.max(256, Math.floor(Math.sqrt(budget / dimensions))));
  // Every cluster gives two rows at least, so the sample may be a little larger than asked for.
  const held = size === rows ? rows : Math.min(rows, size + 2 * clusters);
  return single("silhouette", {
    method: size === rows ? "silhouette over all rows" : `silhouette of a stratified sample of ${size} rows`,
    cpuMs: (size * size * dimensions) / SILHOUETTE_PER_MS,
    taskBytes: BASE_BYTES + matrixBytes(held, dimensions) + silhouetteScoresBytes(held, dimensions, clusters),
    exact: size === rows,
    params: { size },
  });
}
