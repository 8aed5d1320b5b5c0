/** Distances of the rows of a span to the centroids of their clusters, with exact sums of them per cluster. */
import { gridMagic } from "../../kernels/grid";
import type { TaskContext } from "../context";
import { centeredGrid, centeredMatrix } from "../matrices";
import { sliceRows } from "../prepare";
import { Nearest } from "./nearest";

export interface Distances {
  /** Of every row; NaN for noise. */
  distances: Float32Array<ArrayBuffer>;
  nearest: Nearest;
  /** Per cluster: sums of the members' distances and of their squares. */
  sums: Float64Array<ArrayBuffer>;
  squares: Float64Array<ArrayBuffer>;
}

/** `labels`: of the span's rows, -1 for noise; `centroids`: clusters × dimensions, centred. */
export async function distancesTo(
  context: TaskContext,
  labels: Int32Array,
  centroids: Float32Array,
  clusters: number,
): Promise<Distances> {
  const { span, plan, pulse } = context;
  const { dimensions, rows } = plan.shape;
  const matrix = await centeredMatrix(context, span);
  const found: Distances = {
    distances: new Float32Array(matrix.rows).fill(Number.NaN),
    nearest: new Nearest(clusters),
    sums: new Float64Array(clusters),
    squares: new Float64Array(clusters),
  };
  // A row and a centroid lie within the box of the centred values. Rounded to these grids, sums of all rows are exact in any order.
  const square = dimensions * (2 * centeredGrid(context).maxAbs) ** 2;
  const [magic, squareMagic] = [gridMagic(Math.sqrt(square), rows), gridMagic(square, rows)];
  const step = sliceRows(dimensions);
  for (let from = 0; from < matrix.rows; from += step) {
    const values = matrix.read(from, Math.min(from + step, matrix.rows));
    pulse.compute(() => {
      for (let i = 0; i < values.length / dimensions; i++) {
        const cluster = labels[from + i]!;
        if (cluster < 0) continue;
        const own = squaredDistance(values, i * dimensions, centroids, cluster * dimensions, dimensions);
        const distance = Math.fround(Math.sqrt(own));
        found.distances[from + i] = distance;
        found.nearest.add(cluster, span.from + from + i, distance);
        found.sums[cluster]! += distance + magic - magic;
        found.squares[cluster]! += own + squareMagic - squareMagic;
      }
    });
    pulse.beat({ done: from, total: matrix.rows });
  }
  return found;
}

function squaredDistance(a: Float32Array, atA: number, b: Float32Array, atB: number, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < dimensions; i++) {
    const difference = a[atA + i]! - b[atB + i]!;
    sum += difference * difference;
  }
  return sum;
}
