/**
 * The neighbour lists of a run: computed once for a view and a metric, with as many neighbours as any of those who asked needs, and
 * read by each with as many as it asked for.
 */
import type { NeighborsResult } from "../domain/run/results";
import type { StagePlan, ViewPlan } from "../domain/run/types";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import type { Metric, NeighborLists } from "../kernels/neighbors/contract";
import { approximateBytes, EXACT_ROWS, knnBytes } from "../kernels/neighbors/memory";
import type { TaskContext } from "./context";
import { NEIGHBORS_PER_MS } from "./cost";
import { ISOLATE_SHARE, type Limits } from "./limits";
import { overRows, single } from "./plan-stage";
import { sliceRows } from "./prepare";

/** What a step of the preparation, a method or the map wants to know of its rows. */
export interface NeighborDemand {
  view: number;
  metric: Metric;
  /** Neighbours of each row, itself not counted. */
  k: number;
}

export interface NeighborParams extends Record<string, unknown> {
  view: number;
  metric: Metric;
  k: number;
  /** One isolate holds all rows, or they pass by in slices; `approximate` is for more rows than an exact search takes in reasonable time. */
  way: "held" | "slices" | "approximate";
}

const metricName = (metric: Metric): string => (metric.name === "minkowski" ? `minkowski-${metric.p}` : metric.name);

/** Result key of the lists, and the start of their names in scratch. */
export const neighborsKey = (view: number, metric: Metric): `neighbors/${number}/${string}` =>
  `neighbors/${view}/${metricName(metric)}`;

/** One stage for each view and metric of the demands, none for what `planned` has already. */
export function neighborStages(
  demands: NeighborDemand[],
  view: number,
  rows: number,
  views: ViewPlan[],
  limits: Limits,
): StagePlan[] {
  const wanted = new Map<string, NeighborDemand>();
  for (const demand of demands.filter((one) => one.view === view)) {
    const key = neighborsKey(view, demand.metric);
    const known = wanted.get(key);
    const k = Math.min(Math.max(demand.k, known?.k ?? 0), rows - 1);
    wanted.set(key, { ...demand, k });
  }
  return [...wanted.values()].map((demand) => neighborStage(demand, rows, views[view]!, limits));
}

function neighborStage({ view, metric, k }: NeighborDemand, rows: number, plan: ViewPlan, limits: Limits): StagePlan {
  const { dimensions: d } = plan;
  const whole = BASE_BYTES + matrixBytes(rows, d) + approximateBytes({ n: rows, d, metric }, k);
  // The lists lie in the kernels' memory and on the heap.
  const fits = whole <= limits.kernelBytes && whole + LIST_BYTES * k * rows <= ISOLATE_SHARE * limits.kernelBytes;
  if (rows > EXACT_ROWS && plan.shards === 1 && fits)
    return single("neighbors", {
      method: `${k} nearest rows by ${metricName(metric)} distance, from the nearest blocks and the neighbours' neighbours`,
      cpuMs: (rows * d * k * APPROXIMATE_PASSES) / NEIGHBORS_PER_MS,
      taskBytes: whole,
      exact: false,
      reduce: true,
      result: neighborsKey(view, metric),
      params: { view, metric, k, way: "approximate" } satisfies NeighborParams,
    });
  return exactStage({ view, metric, k }, rows, plan, limits);
}

function exactStage({ view, metric, k }: NeighborDemand, rows: number, plan: ViewPlan, limits: Limits): StagePlan {
  const { dimensions: d } = plan;
  const cpuMs = (rows * rows * d) / NEIGHBORS_PER_MS;
  // Queries of a task: no task takes too long, none writes more than a shard of lists or holds more than half a shard of rows.
  const byTime = Math.ceil(rows / Math.max(1, Math.ceil(cpuMs / (TASK_SHARE * limits.taskCpuMs))));
  const most = Math.min(byTime, Math.floor(limits.shardBytes / (LIST_BYTES * k)), plan.shardRows);
  const perTask = most >= rows ? plan.shardRows : wholeBlocks(Math.min(most, limits.shardBytes / 2 / (4 * d)));
  const n = Math.min(perTask, rows);
  // One task for all rows searches the matrix that it holds; others copy their queries.
  const all = n === rows ? matrixBytes(rows, d) : matrixBytes(rows + n, d);
  const whole = all + knnBytes(n === rows ? { n, d, metric } : { n, d, metric, m: rows }, k);
  const held = plan.shards === 1 && BASE_BYTES + whole <= limits.kernelBytes;
  const m = Math.min(rows, sliceRows(d));
  return overRows("neighbors", rows, perTask, {
    method: `${k} nearest rows by ${metricName(metric)} distance, exact tiles`,
    cpuMs,
    taskBytes: BASE_BYTES + (held ? whole : matrixBytes(m + n, d) + knnBytes({ n, d, metric, m }, k)),
    reduce: true,
    result: neighborsKey(view, metric),
    params: { view, metric, k, way: held ? "held" : "slices" } satisfies NeighborParams,
  });
}

/** What an approximate search costs, in distances to as many rows as a list has. Measured: 1.4 s for 20,000 × 50, k = 30. */
const APPROXIMATE_PASSES = 300;
const BLOCK = 1024;
/** A row number and a distance. */
const LIST_BYTES = 8;
/** A search may take longer than a task of small units: it is one unit. */
const TASK_SHARE = 4;

const wholeBlocks = (rows: number): number => Math.max(BLOCK, Math.floor(rows / BLOCK) * BLOCK);

/** Lists of rows [from, to): the first `k` of what was computed. Throws where the plan has no such stage. */
export async function neighborLists(
  { results, scratch, plan }: TaskContext,
  { view, metric, k }: NeighborDemand,
  span = { from: 0, to: plan.shape.rows },
): Promise<NeighborLists> {
  const key = neighborsKey(view, metric);
  const known: NeighborsResult | undefined = results[key];
  if (!known) throw new Error(`the plan computes no ${key}`);
  const rows = span.to - span.from;
  const width = Math.min(k, known.k);
  const [neighbors, distances] = [new Int32Array(rows * width), new Float32Array(rows * width)];
  const step = Math.max(1, Math.floor(READ_VALUES / known.k));
  for (let from = span.from; from < span.to; from += step) {
    const to = Math.min(from + step, span.to);
    const read = (name: string) => scratch.rows(`${key}/${name}`, known.bounds, 4 * known.k, from, to);
    const [rowBytes, distanceBytes] = [await read("rows"), await read("distances")];
    const all = new Int32Array(rowBytes.buffer, rowBytes.byteOffset, (to - from) * known.k);
    const far = new Float32Array(distanceBytes.buffer, distanceBytes.byteOffset, (to - from) * known.k);
    for (let i = 0; i < to - from; i++) {
      const at = (from - span.from + i) * width;
      neighbors.set(all.subarray(i * known.k, i * known.k + width), at);
      distances.set(far.subarray(i * known.k, i * known.k + width), at);
    }
  }
  return { rows, k: width, neighbors, distances };
}

/** Entries of the lists that are read at a time. */
const READ_VALUES = 1024 * 1024;
