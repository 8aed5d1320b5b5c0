/**
 * Plans what happens before the clustering: rows are gathered, each step of the preparation makes a view of them, and the moments of
 * the last one centre it. Shards, and whether a view is stored, change no byte of it.
 */
import { ShoalError } from "../domain/errors";
import type { LayoutStep, PreparationStep, RunSpec, Shape, StagePlan, ViewPlan } from "../domain/run/types";
import { SCATTER_PER_MS } from "./cost";
import { holdsInMemory, type Limits } from "./limits";
import { type NeighborDemand, neighborStages } from "./neighbors";
import { axesOf, axesStage, SCATTER_MAX_DIMENSIONS, streamMs } from "./plan-axes";
import { isLayout, layoutDemands, layoutStages, mapView, refuseLayout, startsOnAxes } from "./plan-layout";
import { overRows } from "./plan-stage";
import { mapBytes, shardBytes } from "./plan-views";
import { sliceRows } from "./prepare";
import { shardRowsOf } from "./shards";
import { axesName, matrixName } from "./views";

export interface PreparationPlan {
  views: ViewPlan[];
  stages: StagePlan[];
}

/** Dimensions of the rows that are clustered. Throws `job_too_large` where a step cannot work on them. */
export function preparedDimensions(preparation: PreparationStep[], { rows, dimensions }: Shape): number {
  return preparation.reduce((before, step) => dimensionsAfter(step, rows, before), dimensions);
}

/**
 * `shape`: of the gathered rows. `whole`: whether one isolate clusters all rows, so that the last view is one shard. `wishes`: neighbour lists
 * that the method and the map will read, beside those of the layouts here.
 */
export function planPreparation(
  spec: RunSpec,
  shape: Shape,
  whole: boolean,
  limits: Limits,
  wishes: NeighborDemand[] = [],
): PreparationPlan {
  const demands = [...layoutDemands(spec.preparation, spec.map, shape.rows), ...wishes];
  const views: ViewPlan[] = [
    viewPlan(shape.dimensions, shape.rows, null, spec.preparation.length === 0 ? whole : null, limits),
  ];
  const stages = [gatherStage(spec, shape.rows, views[0]!)];
  for (const [i, step] of spec.preparation.entries()) {
    const before = views[i]!;
    const last = i + 1 === spec.preparation.length;
    const dimensions = dimensionsAfter(step, shape.rows, before.dimensions);
    const made = viewPlan(dimensions, shape.rows, before, last ? whole : null, limits);
    // A layout is one task's and needs the neighbours alone; its rows cannot be made again one by one.
    views.push(isLayout(step) ? { ...made, stored: true } : made);
    stages.push(...neighborStages(demands, i, shape.rows, views, limits));
    if (isLayout(step)) {
      refuseLayout(step, shape.rows, limits);
      const target = { view: i, plan: before, output: matrixName(i + 1), result: `view/${i + 1}` };
      const own = layoutStages(step, shape.rows, target, limits);
      // The axes that a layout may start from are those of centred rows.
      if (own.length > 1 || (i === mapView(spec.preparation) && startsOnAxes(spec.map, before)))
        stages.push(momentsStage(i, shape.rows, before, false));
      stages.push(...own);
    } else stages.push(momentsStage(i, shape.rows, before, false), ...linearStages(step, i, shape.rows, views));
  }
  const last = views.length - 1;
  stages.push(...neighborStages(demands, last, shape.rows, views, limits));
  stages.push(momentsStage(last, shape.rows, views[last]!, true));
  return { views, stages };
}

function viewPlan(
  dimensions: number,
  rows: number,
  before: ViewPlan | null,
  whole: boolean | null,
  limits: Limits,
): ViewPlan {
  const shardRows = shardRowsOf(dimensions, rows, whole ?? holdsInMemory(rows, dimensions, limits), limits);
  const shards = Math.ceil(rows / shardRows);
  // What one isolate made whole it goes on with; what several made must lie where the next stage finds it.
  return { dimensions, shardRows, shards, stored: shards > 1 || (before !== null && before.shards > 1) };
}

function dimensionsAfter(step: PreparationStep, rows: number, before: number): number {
  switch (step.method) {
    case "pca":
      return Math.min(step.components, axesOf(rows, before));
    case "whitening":
      if (before > SCATTER_MAX_DIMENSIONS)
        throw new ShoalError(
          "job_too_large",
          `whitening takes up to ${SCATTER_MAX_DIMENSIONS} dimensions, not ${before}; put a pca step before it`,
          { field: "preprocessing_steps", value: before, limit: SCATTER_MAX_DIMENSIONS },
        );
      return before;
    case "umap":
    case "tsne":
      return step.components;
  }
}

function gatherStage({ normalize, features }: RunSpec, rows: number, view: ViewPlan): StagePlan {
  const scaled = normalize ? "L2-normalised" : "as stored";
  return overRows("gather", rows, view.shardRows, {
    method: features.length > 1 ? `${features.length} features ${scaled}, weighted, concatenated` : `vectors ${scaled}`,
    cpuMs: streamMs(rows, view.dimensions),
    taskBytes: shardBytes(view, rows),
    reduce: true,
  });
}

function momentsStage(index: number, rows: number, view: ViewPlan, last: boolean): StagePlan {
  return overRows("moments", rows, view.shardRows, {
    method: "exact sums of the columns",
    cpuMs: streamMs(rows, view.dimensions) / 4,
    taskBytes: shardBytes(view, rows) + 16 * view.dimensions,
    reduce: true,
    ...(last ? {} : { result: `moments/${index}` }),
    params: { view: index },
  });
}

type LinearStep = Exclude<PreparationStep, LayoutStep>;

/** Fits the linear map of a step on view `index` and applies it. */
function linearStages(step: LinearStep, index: number, rows: number, views: ViewPlan[]): StagePlan[] {
  const [before, after] = [views[index]!, views[index + 1]!];
  const name = step.method === "pca" ? `PCA to ${after.dimensions} dimensions` : "ZCA whitening";
  const axes = axesStage(name, rows, index, before, {
    view: index,
    components: after.dimensions,
    axes: axesName(index + 1),
    ...(step.method === "whitening" ? { regularization: step.regularization } : {}),
  });
  const slice = Math.min(rows, sliceRows(before.dimensions));
  const transform = overRows("transform", rows, before.shardRows, {
    method: name,
    cpuMs: (rows * before.dimensions * after.dimensions) / SCATTER_PER_MS + streamMs(rows, before.dimensions),
    taskBytes: shardBytes(before, rows) + mapBytes(slice, before.dimensions, after.dimensions),
    reduce: true,
    result: `view/${index + 1}`,
    params: { view: index + 1 },
  });
  return [{ ...axes, result: `axes/${index + 1}` }, transform];
}
