/**
 * Silhouettes of all rows (Rousseeuw 1987). Euclidean: asm/metrics/scores.ts, n² d flops; cosine: asm/metrics/cosine.ts, 4 n k d flops. Memory
 * `silhouetteScoresBytes` in memory.ts, O(n). Deterministic: sums run in the order of clusters and rows.
 */
import type { Slices } from "../contract";
import { squareScale } from "../grid";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { SilhouetteScores } from "./contract";
import { checkLabels, sizesOf } from "./labels";

/** As in asm/linalg/panels.ts. */
const GROUP_COLUMNS = 240;
const TILE_ROWS = 8;

export function silhouetteScores(
  kernel: KernelModule,
  matrix: KernelMatrix,
  labels: Int32Array,
  clusters: number,
  metric: "euclidean" | "cosine",
): Slices<SilhouetteScores> {
  checkLabels(matrix, labels, clusters);
  matrix.peak();
  const sizes = sizesOf(labels, clusters);
  const pass = metric === "cosine" ? cosine : euclidean;
  return kernel.scopedSlices(() => pass(kernel, matrix, labels, sizes));
}

function* euclidean(
  kernel: KernelModule,
  matrix: KernelMatrix,
  labels: Int32Array,
  sizes: Float64Array,
): Slices<SilhouetteScores> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const { order, starts } = byCluster(labels, sizes);
  const count = starts[sizes.length]!;
  const scale = squareScale(matrix.peak());
  const state = kernel.allocate(raw.scoresBytes());
  const norms = kernel.allocateF32(rows);
  raw.rowNorms(x, rows, dimensions, scale, norms);
  const own = kernel.allocateF64(count);
  const other = kernel.allocateF64(count, new Float64Array(count).fill(Infinity));
  raw.scoresSpace(
    state,
    x,
    dimensions,
    kernel.allocateI32(order.length, order),
    count,
    kernel.allocateI32(rows, labels),
    kernel.allocateF64(sizes.length, sizes),
    norms,
    scale,
    kernel.allocateF64(count),
    own,
    other,
    kernel.allocate(raw.scoresGroupBytes(dimensions)),
  );
  let done = 0;
  const total = (count * count) / 2;
  for (const [cluster, size] of sizes.entries()) {
    const [start, end] = [starts[cluster]!, starts[cluster + 1]!];
    if (size === 0) continue;
    const groups = Math.ceil(size / GROUP_COLUMNS);
    for (let group = 0; group < groups; group++) {
      const first = start + Math.floor((group * size) / groups);
      const columns = start + Math.floor(((group + 1) * size) / groups) - first;
      raw.scoresColumns(state, first, columns);
      yield* sliceRows(
        count - first,
        columns * (2 * dimensions + 16),
        (from, to) => raw.scoresRows(state, first + from, first + to),
        (rows) => ({ done: Math.min(total, done + rows * columns), total }),
      );
      done += (count - first) * columns;
    }
    raw.scoresClose(state, start, end);
  }
  const scores = new Float64Array(rows).fill(Number.NaN);
  const [a, b] = [kernel.f64(own, count), kernel.f64(other, count)];
  for (let place = 0; place < count; place++) {
    const row = order[place]!;
    scores[row] = sizes[labels[row]!]! < 2 ? 0 : score(a[place]!, b[place]!);
  }
  return { scores, mean: meanScore(scores) };
}

/** Labelled rows by cluster, then row, and a tile's padding; where each cluster starts. */
function byCluster(labels: Int32Array, sizes: Float64Array): { order: Int32Array; starts: Int32Array } {
  const starts = new Int32Array(sizes.length + 1);
  for (const [cluster, size] of sizes.entries()) starts[cluster + 1] = starts[cluster]! + size;
  const count = starts[sizes.length]!;
  const order = new Int32Array(count + TILE_ROWS);
  const next = starts.slice();
  for (const [row, label] of labels.entries()) if (label >= 0) order[next[label]!++] = row;
  return { order, starts };
}

function* cosine(
  kernel: KernelModule,
  matrix: KernelMatrix,
  labels: Int32Array,
  sizes: Float64Array,
): Slices<SilhouetteScores> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const clusters = sizes.length;
  const inverses = kernel.allocate(8 * rows);
  raw.inverseNorms(x, rows, dimensions, inverses);
  const places = kernel.allocateI32(rows, labels);
  const sizeAddress = kernel.allocateF64(clusters, sizes);
  const sums = kernel.allocateF64(clusters * dimensions);
  const [own, other] = [kernel.allocateF64(rows), kernel.allocateF64(rows)];
  const total = 2 * rows;
  yield* sliceRows(
    rows,
    8 * dimensions,
    (from, to) => raw.cosineSums(x, dimensions, from, to, places, inverses, sums),
    (done) => ({ done, total }),
  );
  yield* sliceRows(
    rows,
    8 * clusters * dimensions,
    // biome-ignore format: one call
    (from, to) => raw.cosineMeans(x, dimensions, from, to, places, inverses, sums, sizeAddress, clusters, own, other),
    (done) => ({ done: rows + done, total }),
  );
  const [a, b] = [kernel.f64(own, rows), kernel.f64(other, rows)];
  const scores = Float64Array.from(labels, (label, row) => {
    if (label < 0) return Number.NaN;
    return sizes[label]! < 2 ? 0 : score(a[row]!, b[row]!);
  });
  return { scores, mean: meanScore(scores) };
}

/** 0 where there is no other cluster, or no distance at all. */
function score(own: number, other: number): number {
  const larger = Math.max(own, other);
  return larger > 0 && larger < Infinity ? (other - own) / larger : 0;
}

function meanScore(scores: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const one of scores) {
    if (Number.isNaN(one)) continue;
    sum += one;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
