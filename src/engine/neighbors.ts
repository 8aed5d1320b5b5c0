/**
 * The neighbour lists of a run: computed once for a view and a metric, with as many neighbours as any of those who asked needs, and
 * read by each with as many as it asked for.
 */
import type { NeighborsResult } from "../domain/run/results";
import type { StagePlan, ViewPlan } from "../domain/run/types";
import { BASE_BYTES, matrixBytes } from "../kernels/memory";
import type { Metric, NeighborLists } from "../kernels/neighbors/contract";
import { knnBytes } from "../kernels/neighbors/memory";
import type { TaskContext } from "./context";
import { NEIGHBORS_PER_MS } from "./cost";
import type { Limits } from "./limits";
import { overRows } from "./plan-stage";
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
  const { dimensions } = plan;
  const cpuMs = (rows * rows * dimensions) / NEIGHBORS_PER_MS;
  // Queries of a task: a shard's, or fewer so that no task takes too long and none writes more than a shard of lists.
  const byTime = Math.ceil(rows / Math.max(1, Math.ceil(cpuMs / (TASK_SHARE * limits.taskCpuMs))));
  const byLists = Math.floor(limits.shardBytes / (8 * k));
  const perTask = Math.max(BLOCK, Math.floor(Math.min(byTime, byLists, plan.shardRows) / BLOCK) * BLOCK);
  const queries = Math.min(perTask, rows);
  const base = plan.shards > 1 ? Math.min(rows, sliceRows(dimensions)) : rows;
  return overRows("neighbors", rows, perTask, {
    method: `${k} nearest rows by ${metricName(metric)} distance, exact tiles`,
    cpuMs,
    taskBytes:
      BASE_BYTES +
      matrixBytes(base + queries, dimensions) +
      knnBytes({ n: queries, d: dimensions, m: base, metric }, k),
    reduce: true,
    result: neighborsKey(view, metric),
    params: { view, metric, k } satisfies NeighborParams,
  });
}

const BLOCK = 1024;
/** A search may take longer than a task of small units: it is one unit. */
const TASK_SHARE = 4;

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
