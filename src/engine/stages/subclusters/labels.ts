/** The sub-cluster of every row of a cluster that was split, with exact sums of the sub-clusters. */
import type { SubclusterResult } from "../../../domain/run/results";
import { updateCentroids } from "../../../kernels/math";
import type { TaskContext } from "../../context";
import { centeredMatrix } from "../../matrices";
import { sliceRows } from "../../prepare";
import { boundsOf, pieceName } from "../../scratch";
import { putJson } from "../json";
import { sumClusters } from "../label";
import { putSums, totalSums } from "../sums";
import {
  candidates,
  found,
  type Level,
  levelName,
  type Slots,
  type Split,
  type SubclusterParams,
  slotsOf,
  splitsOf,
  startsOf,
} from "./levels";

export const levelMeans = (level: number): string => levelName(level, "means");

export async function mapLabels(context: TaskContext, level: number): Promise<{ from: number; to: number }> {
  const { span, scratch } = context;
  const splits = await splitsOf(context, level);
  const labels = new Int32Array(span.to - span.from).fill(-1);
  const large = await candidates(context, level);
  const members = await slotsOf(context, level, large, span.from, span.to);
  await takeFits(context, level, large.length, splits, members, labels);
  if (splits.some(({ sampled }) => sampled)) await assignOthers(context, level, splits, members, labels);
  const clusters = splits.reduce((sum, split) => sum + split.clusters, 0);
  putSums(
    scratch,
    pieceName(levelName(level, "sums"), span.from, span.to),
    await sumClusters(context, labels, clusters),
  );
  scratch.put(pieceName(levelName(level, "labels"), span.from, span.to), labels);
  return span;
}

/** Labels of the rows that their clusters were split by. */
async function takeFits(
  context: TaskContext,
  level: number,
  slotCount: number,
  splits: Split[],
  { slots, takesPart }: Slots,
  labels: Int32Array,
): Promise<void> {
  const { scratch } = context;
  const starts = await ranksAt(context, level, slotCount);
  const counts = new Int32Array(slotCount);
  for (const [i, slot] of slots.entries()) if (slot >= 0) counts[slot]! += takesPart[i]!;
  const fits = new Map<number, { labels: Int32Array; first: number; next: number }>();
  for (const { slot, first } of splits) {
    if (counts[slot] === 0) continue;
    const bytes = await scratch.range(levelName(level, `fits/${slot}`), 4 * starts[slot]!, 4 * counts[slot]!);
    fits.set(slot, { labels: new Int32Array(bytes.slice().buffer), first, next: 0 });
  }
  for (const [i, slot] of slots.entries()) {
    const fit = takesPart[i] === 1 ? fits.get(slot) : undefined;
    if (!fit) continue;
    const label = fit.labels[fit.next++]!;
    if (label >= 0) labels[i] = fit.first + label;
  }
}

/** Rows of each candidate before the span. Spans of this step may end elsewhere than the pieces do: a task was halved. */
async function ranksAt(context: TaskContext, level: number, slotCount: number): Promise<Int32Array> {
  const { span } = context;
  const { rowBounds } = found(context);
  const piece = rowBounds.findLastIndex((from, i) => from <= span.from && i + 1 < rowBounds.length);
  const ranks = (await startsOf(context, level, slotCount))[piece]!.slice();
  const from = rowBounds[piece]!;
  if (from === span.from) return ranks;
  const before = await slotsOf(context, level, await candidates(context, level), from, span.from);
  for (const [i, slot] of before.slots.entries()) if (slot >= 0) ranks[slot]! += before.takesPart[i]!;
  return ranks;
}

/** Rows that took no part take the nearest sub-cluster. */
async function assignOthers(
  context: TaskContext,
  level: number,
  splits: Split[],
  { slots, takesPart }: Slots,
  labels: Int32Array,
): Promise<void> {
  const { span, scratch, plan, pulse } = context;
  const { dimensions } = plan.shape;
  const mean = await scratch.doubles("mean");
  const targets = new Map<number, { first: number; means: Float32Array }>();
  for (const { slot, first, sampled } of splits) {
    if (!sampled) continue;
    const means = await scratch.floats(levelName(level, `means/${slot}`));
    targets.set(slot, { first, means: means.map((value, i) => value - mean[i % dimensions]!) });
  }
  const matrix = await centeredMatrix(context, span);
  const step = sliceRows(dimensions);
  for (let from = 0; from < matrix.rows; from += step) {
    const values = matrix.read(from, Math.min(from + step, matrix.rows));
    pulse.compute(() => {
      for (let i = 0; i < values.length / dimensions; i++) {
        const target = takesPart[from + i] === 0 ? targets.get(slots[from + i]!) : undefined;
        if (!target) continue;
        const row = values.subarray(i * dimensions, (i + 1) * dimensions);
        labels[from + i] = target.first + nearest(row, target.means);
      }
    });
    pulse.beat({ done: from, total: matrix.rows });
  }
}

function nearest(row: Float32Array, means: Float32Array): number {
  let [best, least] = [0, Infinity];
  for (let at = 0; at < means.length; at += row.length) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += (row[i]! - means[at + i]!) ** 2;
    if (sum < least) [best, least] = [at / row.length, sum];
  }
  return best;
}

/** Numbers the sub-clusters by size within their parents. */
export async function reduceLabels(context: TaskContext, level: number): Promise<SubclusterResult> {
  const { inputs, scratch, plan, stage } = context;
  const { dimensions } = plan.shape;
  const { depth, minSize } = stage.params as SubclusterParams;
  const before = found(context);
  const parts = inputs.parts as { from: number; to: number }[];
  const splits = await splitsOf(context, level);
  const clusters = splits.reduce((sum, split) => sum + split.clusters, 0);
  const sums = await totalSums(scratch, levelName(level, "sums"), parts, clusters);
  const table: Level = { nodes: [], order: new Array<number>(clusters).fill(-1) };
  for (const { node, first, clusters: own } of splits) {
    const bySize = Array.from({ length: own }, (_, i) => first + i).sort(
      (a, b) => sums.counts[b]! - sums.counts[a]! || a - b,
    );
    for (const [rank, label] of bySize.entries()) {
      table.order[label] = table.nodes.length;
      table.nodes.push({ parent: node, rank, size: sums.counts[label]! });
    }
  }
  const { centroids } = updateCentroids(new Float32Array(clusters * dimensions), sums, dimensions);
  const means = new Float32Array(clusters * dimensions);
  for (const [label, node] of table.order.entries())
    means.set(centroids.subarray(label * dimensions, (label + 1) * dimensions), node * dimensions);
  putJson(scratch, levelName(level, "table"), table);
  scratch.put(levelMeans(level), means);
  return {
    ...before,
    level,
    levels: level,
    step: "labels",
    labelBounds: [...before.labelBounds, boundsOf(parts)],
    converged: level === depth || table.nodes.every(({ size }) => size < minSize),
  };
}
