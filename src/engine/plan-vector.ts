/**
 * Plans a run over vectors: gather → preparation → moments → the method's stages → what follows from labels, which is the same for
 * every method (`plan-labelled.ts`).
 */
import { ShoalError } from "../domain/errors";
import type { VectorMethodSpec } from "../domain/run/methods";
import type { RunSpec, Shape, StagePlan } from "../domain/run/types";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import { knnBytes } from "../kernels/neighbors/memory";
import { NEIGHBORS_PER_MS, STREAMED_PER_MS } from "./cost";
import { BLOCK_ROWS, holdsInMemory, type Limits } from "./limits";
import { EXPECTED_CLUSTERS, type FitPlan, type FittedMethod, type Sizes, type StagedJob } from "./methods/method";
import { methodOf } from "./methods/registry";
import { labelledStages } from "./plan-labelled";
import { drawnMap } from "./plan-layout";
import { planPreparation } from "./plan-preparation";
import { overRows, type PlannedStages, single } from "./plan-stage";
import { sliceRows } from "./prepare";
import { shardRowsOf } from "./shards";

/** `gathered`: of the rows as they are read; `shape`: of the rows that are clustered. */
export function planVectors(
  spec: RunSpec,
  chosen: VectorMethodSpec,
  gathered: Shape,
  shape: Shape,
  limits: Limits,
): PlannedStages {
  const method = methodOf(chosen);
  const { params } = chosen;
  const { rows, dimensions } = shape;
  const fittedRows = Math.min(rows, limits[method.cap]);
  const sizes = { rows: fittedRows, dimensions };
  method.check?.(params, sizes, limits);
  const whole =
    method.kind === "staged" ? method.whole(params, shape, limits) : holdsInMemory(rows, dimensions, limits);
  const shardRows = shardRowsOf(dimensions, rows, whole, limits);
  const map = drawnMap(spec, rows, limits);
  // Lists that stages compute are those of all rows; the fit of a sample finds its own.
  const wish = method.kind === "fitted" && fittedRows === rows ? (method.neighbors?.(params, sizes) ?? null) : null;
  const wishes = wish ? [{ ...wish, view: spec.preparation.length }] : [];
  const { views, stages: preparation } = planPreparation({ ...spec, map }, gathered, whole, limits, wishes);
  const taskRows = Math.min(shardRows, rows);
  const job: StagedJob = {
    rows,
    dimensions,
    fittedRows,
    shardRows,
    taskRows,
    shardBytes: BASE_BYTES + matrixBytes(taskRows, dimensions),
    rowMs: (rows * dimensions) / STREAMED_PER_MS,
    limits,
  };
  const own = method.kind === "staged" ? method.stages(params, job) : fittedStages(method, params, chosen.kind, job);
  const planned = [...preparation, ...own];
  const clusters = Math.min(fittedRows, method.clusters?.(params) ?? EXPECTED_CLUSTERS);
  const labelled = labelledStages({ ...spec, map }, planned, clusters, job, views);
  return { fittedRows, views, map, shardRows, stages: [...planned, ...labelled] };
}

/** The fit in one isolate, and its labels on all rows. */
function fittedStages(method: FittedMethod<unknown>, params: unknown, name: string, job: StagedJob): StagePlan[] {
  const { rows, dimensions, fittedRows, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const sizes = { rows: fittedRows, dimensions };
  const sampled = fittedRows < rows;
  const fit = fitPlan(method, params, sizes, sampled);
  if (fit.bytes > limits.kernelBytes) throw tooLarge(method, params, name, sizes, sampled, limits);
  const clusterLimit = Math.min(limits.groups, Math.floor(limits.clusterValues / dimensions));
  return [
    single("cluster", {
      method: sampled ? `${fit.method}, over a seeded sample of ${fittedRows} rows` : fit.method,
      cpuMs: fit.cpuMs + rowMs,
      taskBytes: fit.bytes,
      exact: (fit.exact ?? true) && !sampled,
    }),
    labelStage(method, params, job, sampled, clusterLimit),
    overRows("spread", rows, shardRows, {
      method: "distances to the means of the clusters",
      cpuMs: 2 * rowMs,
      taskBytes: shardBytes + 8 * taskRows,
      reduce: true,
      result: "assign",
    }),
  ];
}

/** With what the fit of a sample takes to find its own neighbours: the lists that stages compute are those of all rows. */
function fitPlan(method: FittedMethod<unknown>, params: unknown, sizes: Sizes, sampled: boolean): FitPlan {
  const fit = method.plan(params, sizes);
  const wish = sampled ? method.neighbors?.(params, sizes) : null;
  if (!wish) return fit;
  const { rows, dimensions } = sizes;
  const search = knnBytes({ n: rows, d: dimensions, metric: wish.metric }, wish.k);
  const lists = NEIGHBOR_BYTES * wish.k * rows;
  return {
    ...fit,
    bytes: Math.max(fit.bytes, BASE_BYTES + matrixBytes(rows, dimensions) + search + lists),
    cpuMs: fit.cpuMs + (rows * rows * dimensions) / NEIGHBORS_PER_MS,
  };
}

/** A row number and a distance. */
const NEIGHBOR_BYTES = 8;
/** Bytes of a label and of its row's place among the fitted ones. */
const LABEL_BYTES = 8;

function labelStage(
  method: FittedMethod<unknown>,
  params: unknown,
  job: StagedJob,
  sampled: boolean,
  limit: number,
): StagePlan {
  const { rows, dimensions, fittedRows, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  if (!sampled)
    return overRows("label", rows, shardRows, {
      method: "sizes and means of the clusters",
      cpuMs: rowMs,
      taskBytes: shardBytes + LABEL_BYTES * taskRows,
      reduce: true,
      params: { limit },
    });
  const searchMs = method.predict ? rowMs : (rows * fittedRows * dimensions) / NEIGHBORS_PER_MS;
  const byTime = Math.ceil(rows / Math.max(1, Math.ceil(searchMs / (SEARCH_SHARE * limits.taskCpuMs))));
  const perTask = Math.max(BLOCK_ROWS, Math.floor(Math.min(byTime, shardRows) / BLOCK_ROWS) * BLOCK_ROWS);
  const queries = Math.min(perTask, rows);
  const base = Math.min(fittedRows, sliceRows(dimensions));
  return overRows("label", rows, perTask, {
    method: method.predict
      ? "rows outside of the sample by the fitted model"
      : "rows outside of the sample as the nearest row in it, exact tiles",
    cpuMs: searchMs + rowMs,
    taskBytes:
      BASE_BYTES +
      matrixBytes(queries + base, dimensions) +
      knnBytes({ n: queries, d: dimensions, m: base, metric: method.metric?.(params) ?? { name: "euclidean" } }, 1) +
      LABEL_BYTES * (queries + fittedRows),
    exact: false,
    reduce: true,
    params: { limit },
  });
}

/** A search may take longer than a task of small units: it is one unit. */
const SEARCH_SHARE = 4;

/** What the method would need, and the jobs nearest to this one that fit. */
function tooLarge(
  method: FittedMethod<unknown>,
  params: unknown,
  name: string,
  sizes: Sizes,
  sampled: boolean,
  limits: Limits,
): ShoalError {
  const { rows, dimensions } = sizes;
  const { bytes } = fitPlan(method, params, sizes, sampled);
  const fits = (smaller: Sizes) => fitPlan(method, params, smaller, sampled).bytes <= limits.kernelBytes;
  const sampleSize = largest(rows, (n) => fits({ rows: n, dimensions }));
  const reduced = largest(dimensions, (d) => fits({ rows, dimensions: d }));
  const ways = [
    ...(sampleSize >= 2 ? [`set sample_size to ${sampleSize} or less`] : []),
    ...(reduced >= 2
      ? [`reduce the vectors to ${reduced} dimensions or less by a pca step in preprocessing_steps`]
      : []),
  ];
  return new ShoalError(
    "job_too_large",
    `${name} over ${rows} documents of ${dimensions} dimensions needs ${bytes} bytes in one isolate, the limit is ${limits.kernelBytes}; ${ways.join(", or ") || "choose another method"}`,
    {
      field: "sample_size",
      value: bytes,
      limit: limits.kernelBytes,
      nearest: {
        ...(sampleSize >= 2 ? { sample_size: sampleSize } : {}),
        ...(reduced >= 2 ? { preprocessing_steps: [{ method: "pca", n_components: reduced }] } : {}),
      },
    },
  );
}

/** The largest value below `limit` that fits, if the smaller ones do; 0 where none does. */
function largest(limit: number, fits: (value: number) => boolean): number {
  let [low, high] = [0, limit];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
