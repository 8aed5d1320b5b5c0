/** Splits large clusters, each by its own rows alone. A task takes those that start in its share of their members. */
import type { SubclusterResult } from "../../../domain/run/results";
import type { Matrix } from "../../../kernels/contract";
import type { TaskContext } from "../../context";
import { sliceRows } from "../../prepare";
import { rowHash } from "../../sampling";
import { pieceName } from "../../scratch";
import { getJson, putJson } from "../json";
import { splitRows } from "./fit";
import { candidates, found, levelName, levelOf, type Split, type SubclusterParams } from "./levels";

interface Part {
  slot: number;
  clusters: number;
}

const PURPOSE = 50;

export async function mapSplit(context: TaskContext, level: number): Promise<{ from: number; to: number }> {
  const { span, scratch, workspace } = context;
  const large = await candidates(context, level);
  const parts: Part[] = [];
  // The clusters' rows take the place of what this isolate held.
  workspace.drop();
  for (const [slot, { start, node, threshold }] of large.entries()) {
    if (start < span.from || start >= span.to) continue;
    const seed = rowHash(context.spec.seed, PURPOSE + level, node);
    const { labels, means, clusters } = await split(context, level, slot, seed, threshold !== null);
    parts.push({ slot, clusters });
    if (clusters < 2) continue;
    scratch.put(levelName(level, `fits/${slot}`), labels);
    if (means) scratch.put(levelName(level, `means/${slot}`), means);
  }
  putJson(scratch, pieceName(levelName(level, "found"), span.from, span.to), parts);
  return span;
}

interface Fitted {
  labels: Int32Array<ArrayBuffer>;
  clusters: number;
  /** Of the sub-clusters, as prepared: where other rows are to find the nearest. */
  means: Float32Array<ArrayBuffer> | null;
}

async function split(
  context: TaskContext,
  level: number,
  slot: number,
  seed: number,
  sampled: boolean,
): Promise<Fitted> {
  const { kernels, pulse } = context;
  const mark = kernels.mark();
  try {
    const matrix = await readCluster(context, level, slot);
    const labels = (await splitRows(kernels, matrix, seed, (slices) => pulse.drain(slices))).slice();
    const clusters = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
    return { labels, clusters, means: sampled && clusters > 1 ? meansOf(matrix, labels, clusters) : null };
  } finally {
    kernels.release(mark);
  }
}

/** The rows that a cluster is split by, in their order. */
async function readCluster(context: TaskContext, level: number, slot: number): Promise<Matrix> {
  const { kernels, scratch, plan } = context;
  const { dimensions } = plan.shape;
  const { rowBounds } = found(context);
  const pieces = rowBounds.slice(0, -1).map((from, i) => ({ from, to: rowBounds[i + 1]! }));
  const lies: { name: string; first: number; rows: number }[] = [];
  for (const { from, to } of pieces) {
    const offsets = await scratch.ints(pieceName(levelName(level, "offsets"), from, to));
    const [first, end] = [offsets[slot]!, offsets[slot + 1]!];
    if (end > first) lies.push({ name: pieceName(levelName(level, "rows"), from, to), first, rows: end - first });
  }
  const matrix = kernels.matrix(
    lies.reduce((sum, { rows }) => sum + rows, 0),
    dimensions,
  );
  let at = 0;
  for (const { name, first, rows } of lies) {
    const bytes = await scratch.range(name, 4 * dimensions * first, 4 * dimensions * rows);
    matrix.write(at, new Float32Array(bytes.slice().buffer));
    at += rows;
  }
  return matrix;
}

function meansOf(matrix: Matrix, labels: Int32Array, clusters: number): Float32Array<ArrayBuffer> {
  const { rows, dimensions } = matrix;
  const sums = new Float64Array(clusters * dimensions);
  const counts = new Float64Array(clusters);
  const step = sliceRows(dimensions);
  for (let from = 0; from < rows; from += step) {
    const values = matrix.read(from, Math.min(from + step, rows));
    for (let i = 0; i < values.length / dimensions; i++) {
      const label = labels[from + i]!;
      if (label < 0) continue;
      counts[label]! += 1;
      for (let t = 0; t < dimensions; t++) sums[label * dimensions + t]! += values[i * dimensions + t]!;
    }
  }
  return Float32Array.from(sums, (sum, i) => sum / counts[Math.floor(i / dimensions)]!);
}

/** Which splits are kept: all, or those of the largest clusters as far as a run can describe them. */
export async function reduceSplit(context: TaskContext, level: number): Promise<SubclusterResult> {
  const { inputs, scratch, stage } = context;
  const { mostClusters } = stage.params as SubclusterParams;
  const before = found(context);
  const large = await candidates(context, level);
  const parts: Part[] = [];
  for (const { from, to } of inputs.parts as { from: number; to: number }[])
    parts.push(...(await getJson<Part[]>(scratch, pieceName(levelName(level, "found"), from, to))));
  let left = mostClusters;
  for (let above = 0; above < level; above++) left -= (await levelOf(context, above)).nodes.length;
  const bySize = parts
    .filter(({ clusters }) => clusters > 1)
    .sort((a, b) => large[b.slot]!.size - large[a.slot]!.size || a.slot - b.slot);
  const kept = bySize.filter(({ clusters }) => {
    if (clusters > left) return false;
    left -= clusters;
    return true;
  });
  const splits: Split[] = [];
  let first = 0;
  for (const { slot, clusters } of kept.sort((a, b) => a.slot - b.slot)) {
    const { node, threshold } = large[slot]!;
    splits.push({ slot, node, first, clusters, sampled: threshold !== null });
    first += clusters;
  }
  putJson(scratch, levelName(level, "splits"), splits);
  return {
    ...before,
    level,
    step: "split",
    sampled: before.sampled + splits.filter(({ sampled }) => sampled).length,
    unsplit: before.unsplit + bySize.length - kept.length,
    converged: splits.length === 0,
  };
}
