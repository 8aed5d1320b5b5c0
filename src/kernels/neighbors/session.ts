/**
 * The base and the queries as asm/neighbors takes them: both in an order in which neighbours lie together, the base packed in blocks. What is
 * allocated here stays until the caller's scope ends.
 */
import type { Slices, Step } from "../contract";
import { ceilLog2 } from "../grid";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { Metric } from "./contract";
import { axesOf, leafOf } from "./memory";
import { type RawMetric, rawMetric } from "./metric";

/** Rows with their place in the data set. */
export interface Shard {
  matrix: KernelMatrix;
  first: number;
}

export interface Session {
  state: number;
  leaf: number;
  /** Blocks of the base. */
  blocks: number;
  /** Dimensions that the filter sees. */
  width: number;
  /** Addresses: row at each position. */
  queryOrder: number;
  baseOrder: number;
}

/** Rounds of subspace iteration: enough for axes that hold most of the spread. */
const BASIS_STEPS = 2;
/** Slices of a round. */
const BASIS_PARTS = 4;
/** Rows that one call puts in order; more are halved first. */
const ORDERED_ROWS = 4_096;
const PADDING_ROWS = 8;

/** `approximate`: blocks are met by the distance of their centres. */
export function* openSession(
  kernel: KernelModule,
  queries: Shard,
  base: Shard,
  metric: Metric,
  approximate = false,
): Slices<Session> {
  const { raw } = kernel;
  const { dimensions } = base.matrix;
  const rawMetricOf = rawMetric(metric);
  const axes = axesOf(base.matrix.rows, dimensions, rawMetricOf.isProduct);
  const width = axes > 0 ? axes + 1 : dimensions;
  const leaf = leafOf(width);
  const peak = Math.max(queries.matrix.peak(), base.matrix.peak());
  const state = kernel.allocate(raw.searchBytes());
  const scale = peak > 0 ? 2 ** -ceilLog2(peak) : 1;
  raw.searchSpace(state, rawMetricOf.code, rawMetricOf.power, dimensions, axes, leaf, scale);
  const [mean, row] = [kernel.allocate(8 * dimensions), kernel.allocate(8 * dimensions)];
  raw.searchScratch(state, mean, row, kernel.allocate(8 * dimensions * axes));

  const isSame = queries.matrix === base.matrix;
  const baseSide = side(kernel, base.matrix, rawMetricOf);
  const querySide = isSame ? baseSide : side(kernel, queries.matrix, rawMetricOf);
  raw.searchBase(state, base.matrix.address, base.matrix.rows, base.first, baseSide.inverses, baseSide.order);
  // biome-ignore format: one call
  raw.searchQueries(state, queries.matrix.address, queries.matrix.rows, queries.first, querySide.inverses, querySide.order);
  raw.searchMean(state);
  if (axes > 0) yield* basis(kernel, state, dimensions, axes);

  const blocks = Math.ceil(base.matrix.rows / leaf);
  const panels = kernel.allocate(4 * blocks * leaf * (width + 1));
  const [norms, copies] = [kernel.allocate(4 * blocks * leaf), kernel.allocate(4 * blocks * leaf)];
  const boxes = kernel.allocate(8 * blocks * width);
  const centers = approximate ? kernel.allocate(4 * blocks * width) : 0;
  raw.searchPanels(state, panels, norms, copies, boxes, kernel.allocate(8 * blocks), centers);
  const wide = { state, width, leaf };
  yield* arrange(kernel, base.matrix, baseSide, wide, (prepared) =>
    sliceRows(
      blocks,
      8 * leaf * width,
      (from, to) => raw.packBlocks(state, prepared, from, to),
      () => STEP,
    ),
  );
  if (!isSame) yield* arrange(kernel, queries.matrix, querySide, wide);

  const words = (count: number) => kernel.allocate(4 * count);
  // biome-ignore format: one call
  raw.searchBlock(state, words((leaf + PADDING_ROWS) * width), words(leaf), words(leaf), words(2 * width), kernel.allocate(8 * blocks), words(leaf + PADDING_ROWS), words((leaf + PADDING_ROWS) * leaf));
  return { state, leaf, blocks, width, queryOrder: querySide.order, baseOrder: baseSide.order };
}

/** Nothing to tell of progress yet. */
const STEP: Step = { done: 0, total: 1 };

interface Side {
  inverses: number;
  order: number;
}

function side(kernel: KernelModule, { address, rows, dimensions }: KernelMatrix, { angular }: RawMetric): Side {
  const order = kernel.allocate(4 * rows);
  if (!angular) return { inverses: 0, order };
  const inverses = kernel.allocate(8 * rows);
  kernel.raw.inverseNorms(address, rows, dimensions, inverses);
  return { inverses, order };
}

function* basis(kernel: KernelModule, state: number, dimensions: number, axes: number): Slices<void> {
  const { raw } = kernel;
  const mark = raw.mark();
  const scratch = kernel.allocate(raw.basisBytes(dimensions, axes));
  raw.basisStart(state, scratch);
  for (let i = 0; i < BASIS_STEPS; i++) {
    for (let part = 0; part < BASIS_PARTS; part++) {
      yield STEP;
      raw.basisStep(state, scratch, part, BASIS_PARTS);
    }
  }
  raw.release(mark);
}

/** Prepares all rows for a while, orders them, and hands the prepared ones to `use`. */
function* arrange(
  kernel: KernelModule,
  { address, rows, dimensions }: KernelMatrix,
  { inverses, order }: Side,
  { state, width, leaf }: { state: number; width: number; leaf: number },
  use?: (prepared: number) => Slices<void>,
): Slices<void> {
  const { raw } = kernel;
  const mark = raw.mark();
  const prepared = kernel.allocate(4 * rows * width);
  const operations = 2 * dimensions * (width < dimensions ? width : 4);
  const prepare = (from: number, to: number) => raw.prepareRows(state, address, inverses, from, to, prepared);
  yield* sliceRows(rows, operations, prepare, () => STEP);
  const spread = kernel.allocate(8 * width);
  raw.orderStart(order, rows);
  const ranges = [{ from: 0, to: rows }];
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const { from, to } = range;
    if (to - from <= ORDERED_ROWS) raw.orderRows(prepared, width, leaf, order, from, to, spread);
    else {
      const middle = raw.orderSplit(prepared, width, leaf, order, from, to, spread);
      if (middle < to) ranges.push({ from, to: middle }, { from: middle, to });
    }
    yield STEP;
  }
  if (use) yield* use(prepared);
  raw.release(mark);
}
