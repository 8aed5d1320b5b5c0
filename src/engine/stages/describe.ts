/** Distances of the rows to centroids that are no means (medians, medoids), with what follows from them per cluster. */
import type { DescribeResult } from "../../domain/run/results";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix } from "../matrices";
import { sliceRows } from "../prepare";
import { boundsOf, pieceName } from "../scratch";
import { centroidsName } from "./median";
import { Nearest } from "./nearest";

export const DESCRIBED_NEAREST = "described/nearest";
export const DESCRIBED_SQUARES = "described/squares";

export const describe: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, plan, results, scratch, pulse } = context;
    const { dimensions } = plan.shape;
    const { order, sizes, bounds } = results.assign!;
    const centroids = await scratch.floats(centroidsName(context));
    const bytes = await scratch.rows("labels", bounds, 4, span.from, span.to);
    const labels = new Int32Array(bytes.buffer, bytes.byteOffset, span.to - span.from);
    const matrix = await centeredMatrix(context, span);
    const distances = new Float32Array(matrix.rows);
    const nearest = new Nearest(sizes.length);
    const squares = new Float64Array(sizes.length);
    const grain = squareGrain(context);
    const step = sliceRows(dimensions);
    for (let from = 0; from < matrix.rows; from += step) {
      const values = matrix.read(from, Math.min(from + step, matrix.rows));
      pulse.compute(() => {
        for (let i = 0; i < values.length / dimensions; i++) {
          const cluster = order[labels[from + i]!]!;
          const square = squaredDistance(values, i * dimensions, centroids, cluster * dimensions, dimensions);
          const distance = Math.fround(Math.sqrt(square));
          distances[from + i] = distance;
          nearest.add(cluster, span.from + from + i, distance);
          squares[cluster]! += Math.round(square / grain) * grain;
        }
      });
      pulse.beat({ done: from, total: matrix.rows });
    }
    scratch.put(pieceName("described/distances", span.from, span.to), distances);
    scratch.put(pieceName("described/near", span.from, span.to), nearest.pairs);
    scratch.put(pieceName("described/square", span.from, span.to), squares);
    return span;
  },

  async reduce({ inputs, results, scratch }): Promise<DescribeResult> {
    const parts = inputs.parts as { from: number; to: number }[];
    const clusters = results.assign!.sizes.length;
    const nearest = await Nearest.total(scratch, "described/near", parts, clusters);
    const squares = new Float64Array(clusters);
    for (const { from, to } of parts) {
      const part = await scratch.doubles(pieceName("described/square", from, to));
      for (let c = 0; c < clusters; c++) squares[c]! += part[c]!;
    }
    scratch.put(DESCRIBED_NEAREST, nearest.pairs);
    scratch.put(DESCRIBED_SQUARES, squares);
    return { bounds: boundsOf(parts) };
  },
};

function squaredDistance(a: Float32Array, atA: number, b: Float32Array, atB: number, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) {
    const difference = a[atA + i]! - b[atB + i]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * Squared distances are rounded to multiples of this power of two before they are added: a sum of all rows' then stays
 * below 2^53 of them and is exact, so that the order and the shards have no say in it.
 */
function squareGrain(context: TaskContext): number {
  const { maxAbs, rows } = centeredGrid(context);
  const largest = rows * context.plan.shape.dimensions * (2 * maxAbs) ** 2;
  return largest > 0 ? 2 ** (Math.ceil(Math.log2(largest)) - 52) : 1;
}
