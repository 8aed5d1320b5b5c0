/** Exact medians of every dimension of every cluster: a task reads a slice of the columns of all rows. */
import type { Stage, TaskContext } from "../context";
import { centeredMatrix, matrixSlices, spanName } from "../matrices";
import { sliceRows } from "../prepare";
import { pieceName } from "../scratch";
import { lastView } from "../views";
import { CLUSTER_CENTROIDS, clusterLabels, settledName } from "./clusters";
import { levelCount, levelLabels, levelOf } from "./subclusters/levels";
import { levelCentroids } from "./subclusters/spread";

export const median: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, plan, results, scratch } = context;
    const { rows } = plan.shape;
    const columns = await readColumns(context);
    const clusters = await clusterLabels(context, 0, rows);
    scratch.put(pieceName("median", span.from, span.to), mediansOf(context, columns, clusters, results.assign!.sizes));
    for (let level = 1; level <= levelCount(context); level++) {
      const sizes = (await levelOf(context, level)).nodes.map(({ size }) => size);
      const labels = await levelLabels(context, level, 0, rows);
      scratch.put(pieceName(`median/${level}`, span.from, span.to), mediansOf(context, columns, labels, sizes));
    }
    return span;
  },

  async reduce(context): Promise<Record<string, never>> {
    const { results, scratch } = context;
    scratch.put(MEDIAN_CENTROIDS, await joined(context, "median", results.assign!.sizes.length));
    for (let level = 1; level <= levelCount(context); level++) {
      const { nodes } = await levelOf(context, level);
      scratch.put(levelCentroids(context, level), await joined(context, `median/${level}`, nodes.length));
    }
    return {};
  },
};

/** Clusters × columns of the slice. */
function mediansOf(
  { span, plan, pulse }: TaskContext,
  columns: Float32Array,
  clusters: Int32Array,
  sizes: number[],
): Float32Array<ArrayBuffer> {
  const { rows } = plan.shape;
  const width = span.to - span.from;
  const medians = new Float32Array(sizes.length * width);
  for (let column = 0; column < width; column++) {
    const values = columns.subarray(column * rows, (column + 1) * rows);
    const found = pulse.compute(() => clusterMedians(values, clusters, sizes));
    for (const [cluster, value] of found.entries()) medians[cluster * width + column] = value;
    pulse.beat({ done: column, total: width });
  }
  return medians;
}

/** Clusters × dimensions, from the slices. */
async function joined({ inputs, plan, scratch }: TaskContext, name: string, clusters: number) {
  const { dimensions } = plan.shape;
  const centroids = new Float32Array(clusters * dimensions);
  for (const { from, to } of inputs.parts as { from: number; to: number }[]) {
    const medians = await scratch.floats(pieceName(name, from, to));
    const width = to - from;
    for (let c = 0; c < clusters; c++)
      centroids.set(medians.subarray(c * width, (c + 1) * width), c * dimensions + from);
  }
  return centroids;
}

/** Not the name that `assign` wrote: bytes under a name never change. */
const MEDIAN_CENTROIDS = "median/centroids";

/** Scratch name of the centroids that the run reports, in the centred space. */
export const centroidsName = (context: TaskContext): string =>
  context.spec.centroid === "median" ? MEDIAN_CENTROIDS : settledName(context, CLUSTER_CENTROIDS);

/** The slice's columns of all rows, centred, column after column. */
async function readColumns(context: TaskContext): Promise<Float32Array> {
  const { span, plan, scratch, workspace } = context;
  const { rows, dimensions } = plan.shape;
  const columns = new Float32Array((span.to - span.from) * rows);
  const take = (from: number, values: Float32Array, mean: Float64Array | null) => {
    const count = values.length / dimensions;
    for (let column = span.from; column < span.to; column++) {
      const shift = mean?.[column] ?? 0;
      const out = (column - span.from) * rows + from;
      for (let i = 0; i < count; i++) columns[out + i] = values[i * dimensions + column]! - shift;
    }
  };
  const all = { from: 0, to: rows };
  if (workspace.held(spanName(lastView(context.plan), all))) {
    const matrix = await centeredMatrix(context, all);
    const step = sliceRows(dimensions);
    for (let from = 0; from < rows; from += step) take(from, matrix.read(from, Math.min(from + step, rows)), null);
    return columns;
  }
  const mean = await scratch.doubles("mean");
  for await (const { from, values } of matrixSlices(context, all)) take(from, values, mean);
  return columns;
}

function clusterMedians(values: Float32Array, clusters: Int32Array, sizes: number[]): Float32Array {
  const members = sizes.map((size) => new Float32Array(size));
  const filled = new Uint32Array(sizes.length);
  clusters.forEach((cluster, row) => {
    if (cluster >= 0) members[cluster]![filled[cluster]!++] = values[row]!;
  });
  return Float32Array.from(members, (own) => {
    own.sort();
    const half = own.length >> 1;
    return own.length % 2 === 1 ? own[half]! : (own[half - 1]! + own[half]!) / 2;
  });
}
