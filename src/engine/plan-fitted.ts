/** Plans a method that one isolate fits, and refuses what it cannot, with the jobs that it can. */
import { ShoalError } from "../domain/errors";
import type { StagePlan } from "../domain/run/types";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import { knnBytes } from "../kernels/neighbors/memory";
import { NEIGHBORS_PER_MS } from "./cost";
import { BLOCK_ROWS, type Limits } from "./limits";
import type { ChoosingMethod, FitPlan, FittedMethod, Sizes, StagedJob } from "./methods/method";
import { largestFitting, overRows, single } from "./plan-stage";
import { sliceRows } from "./prepare";

/** What is planned of a method, asked for or still to be chosen. */
interface Planning extends Pick<FittedMethod<unknown>, "plan" | "neighbors" | "metric" | "predict" | "ofShare"> {
  choosing?: ChoosingMethod;
}

export const planningOf = (method: FittedMethod<unknown> | ChoosingMethod): Planning =>
  method.kind === "fitted" ? method : { plan: (_, sizes) => method.plan(sizes), choosing: method };

/** The fit in one isolate, and its labels on all rows. */
export function fittedStages(method: Planning, params: unknown, name: string, job: StagedJob): StagePlan[] {
  const { rows, dimensions, fittedRows, shardRows, shardBytes, taskRows, rowMs, limits } = job;
  const sizes = { rows: fittedRows, dimensions };
  const sampled = fittedRows < rows;
  const fit = fitPlan(method, params, sizes, sampled);
  if (!fits(fit, limits)) throw tooLarge(method, params, name, sizes, sampled, limits);
  const clusterLimit = Math.min(limits.groups, Math.floor(limits.clusterValues / dimensions));
  return [
    ...(method.choosing ? [chooseStage(method.choosing, sizes, rowMs)] : []),
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

function chooseStage(method: ChoosingMethod, fitted: Sizes, rowMs: number): StagePlan {
  const size = method.sampleRows(fitted);
  const looking = method.planChoice({ ...fitted, rows: size });
  return single("choose", {
    method: looking.method,
    cpuMs: looking.cpuMs + rowMs,
    taskBytes: looking.bytes,
    params: { size },
  });
}

/** With what the fit of a sample takes to find its own neighbours: the lists that stages compute are those of all rows. */
export function fitPlan(method: Planning, params: unknown, sizes: Sizes, sampled: boolean): FitPlan {
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

function labelStage(method: Planning, params: unknown, job: StagedJob, sampled: boolean, limit: number): StagePlan {
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

const fits = ({ bytes, cpuMs }: FitPlan, limits: Limits): boolean =>
  bytes <= limits.kernelBytes && cpuMs <= limits.fitCpuMs;

/** What the method would need, and the jobs nearest to this one that fit. */
function tooLarge(
  method: Planning,
  params: unknown,
  name: string,
  sizes: Sizes,
  sampled: boolean,
  limits: Limits,
): ShoalError {
  const { rows, dimensions } = sizes;
  const { bytes, cpuMs } = fitPlan(method, params, sizes, sampled);
  const would = (smaller: Sizes) => fits(fitPlan(method, params, smaller, sampled), limits);
  const sampleSize = largestFitting(rows - 1, (n) => would({ rows: n, dimensions }));
  const reduced = largestFitting(dimensions - 1, (d) => would({ rows, dimensions: d }));
  const [needed, limit, unit] =
    bytes > limits.kernelBytes
      ? [bytes, limits.kernelBytes, "bytes in one isolate"]
      : [Math.ceil(cpuMs), limits.fitCpuMs, "ms of CPU time in one task"];
  const ways = [
    ...(sampleSize >= 2 ? [`set sample_size to ${sampleSize} or less`] : []),
    ...(reduced >= 2
      ? [`reduce the vectors to ${reduced} dimensions or less by a pca step in preprocessing_steps`]
      : []),
  ];
  return new ShoalError(
    "job_too_large",
    `${name} over ${rows} documents of ${dimensions} dimensions needs ${needed} ${unit}, the limit is ${limit}; ${ways.join(", or ") || "choose another method"}`,
    {
      field: "sample_size",
      value: needed,
      limit,
      nearest: {
        ...(sampleSize >= 2 ? { sample_size: sampleSize } : {}),
        ...(reduced >= 2 ? { preprocessing_steps: [{ method: "pca", n_components: reduced }] } : {}),
      },
    },
  );
}
