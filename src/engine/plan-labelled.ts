/** Plans what follows once every row has its cluster: centroids, map, tables. The same for every method. */
import { ShoalError } from "../domain/errors";
import type { MapSpec, RunSpec, StagePlan, ViewPlan } from "../domain/run/types";
import { projectBytes } from "../kernels/memory";
import type { StagedJob } from "./methods/method";
import { axesStage } from "./plan-axes";
import { layoutStages, mapView } from "./plan-layout";
import { overRows, overUnits, single } from "./plan-stage";
import { COORDINATES } from "./stages/project";
import { AXES } from "./stages/scatter";

/** Passes over the matrix that exact medians may take. */
const MEDIAN_PASSES = 64;
/** What the stages that hold no matrix take: batches of rows and the Parquet writer's memory. */
const PERSIST_BYTES = 16 * 1024 * 1024;

/** What the clusters and the map are described by. */
export function describedStages(spec: RunSpec, job: StagedJob, views: ViewPlan[]): StagePlan[] {
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
  return stages;
}

export const persistStage = ({ rows }: StagedJob): StagePlan =>
  single("persist", { method: "Parquet", cpuMs: rows / 200 + 20, taskBytes: PERSIST_BYTES });

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
