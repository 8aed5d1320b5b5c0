/** How many of the true neighbours lists hold, measured on rows drawn by a seed: each is searched exactly against all rows. */
import type { Slices } from "../contract";
import { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { PURPOSE, seedWords, uniform } from "../random";
import type { Metric, NeighborLists } from "./contract";
import { emptyLists, knnAdd } from "./exact";

export interface RecallOptions {
  /** Rows to draw; all, if there are no more. */
  sample: number;
  seed: number;
  metric: Metric;
}

export function recall(
  kernel: KernelModule,
  matrix: KernelMatrix,
  lists: NeighborLists,
  options: RecallOptions,
): Slices<number> {
  if (lists.rows !== matrix.rows) throw new RangeError(`lists of ${lists.rows} rows for a matrix of ${matrix.rows}`);
  if (!Number.isInteger(options.sample) || options.sample < 1) {
    throw new RangeError(`sample must be a whole number ≥ 1, not ${options.sample}`);
  }
  return kernel.scopedSlices(() => audit(kernel, matrix, lists, options));
}

function* audit(
  kernel: KernelModule,
  matrix: KernelMatrix,
  lists: NeighborLists,
  { sample, seed, metric }: RecallOptions,
): Slices<number> {
  const { k } = lists;
  const drawn = drawRows(kernel, matrix.rows, Math.min(sample, matrix.rows), seed);
  if (drawn.length === 0 || matrix.rows === 1) return 1;
  const queries = new KernelMatrix(kernel, drawn.length, matrix.dimensions);
  for (const [i, row] of drawn.entries()) queries.write(i, matrix.read(row, row + 1));
  // Numbered past the base, so that a row is found too, and then left out.
  const exact = emptyLists(drawn.length, k + 1);
  yield* knnAdd(kernel, exact, { matrix: queries, first: matrix.rows }, { matrix, first: 0 }, metric);

  let share = 0;
  for (const [i, row] of drawn.entries()) {
    const own = { from: i * (k + 1), to: (i + 1) * (k + 1) };
    const distances = [...exact.distances.subarray(own.from, own.to)].filter(
      (distance, j) => exact.neighbors[own.from + j] !== row && distance < Infinity,
    );
    const wanted = Math.min(k, distances.length);
    const farthest = distances[wanted - 1]!;
    // Rows as near as the last true neighbour are as good as it.
    const found = lists.distances.subarray(row * k, row * k + wanted).filter((distance) => distance <= farthest);
    share += found.length / wanted;
  }
  return share / drawn.length;
}

/** `count` different rows, each as likely as any: Floyd's sampling. */
function drawRows(kernel: KernelModule, rows: number, count: number, seed: number): number[] {
  const words = seedWords(seed);
  const drawn = new Set<number>();
  for (let last = rows - count; last < rows; last++) {
    const row = Math.floor(uniform(kernel, words, 0, PURPOSE.recall, last) * (last + 1));
    drawn.add(drawn.has(row) ? last : row);
  }
  return [...drawn].sort((a, b) => a - b);
}
