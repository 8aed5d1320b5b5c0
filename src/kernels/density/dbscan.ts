/**
 * DBSCAN of one matrix with scikit-learn's meaning; docs/kernels/dbscan.md. Cost at most about two passes of 2 n² d flops, usually a small part of one;
 * memory `dbscanBytes`: no neighbourhood is ever kept. Deterministic: distances at the border of eps are decided in f64.
 */
import type { Matrix, Slices } from "../contract";
import { type KernelMatrix, kernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { Metric } from "../neighbors/contract";
import { type SessionShape, sessionBytes } from "../neighbors/memory";
import { openSession, type Session } from "../neighbors/session";
import { sliceRows } from "../slices";

export interface DbscanOptions {
  /** Two rows at exactly this distance are neighbours. */
  eps: number;
  /** Rows within eps that make a core row, the row itself included. */
  minSamples: number;
  metric: Metric;
}

export interface DbscanResult {
  /** Clusters are numbered by their first core row; −1 is noise. */
  labels: Int32Array;
  /** 1 for core rows. */
  core: Uint8Array;
  clusters: number;
}

export interface DbscanKernels {
  /**
   * Clusters of rows that are linked by core rows (Ester, Kriegel, Sander & Xu 1996). A border row goes to the first cluster that reaches it. Throws
   * `RangeError` for eps ≤ 0 or minSamples < 1.
   */
  dbscan(matrix: Matrix, options: DbscanOptions): Slices<DbscanResult>;
}

export interface RawDbscan {
  dbscanBytes(): number;
  // biome-ignore format: one line an export
  dbscanSetup(state: number, search: number, eps: number, minSamples: number, counts: number, kept: number, parents: number, labels: number, sures: number, roots: number): void;
  dbscanOpen(state: number, first: number, count: number, core: number): number;
  dbscanCount(state: number, from: number, to: number): void;
  dbscanJoin(state: number, from: number, to: number): void;
  dbscanNumber(state: number, positions: number): number;
  dbscanBorderKept(state: number): void;
  dbscanBorder(state: number, from: number, to: number): void;
}

/** Neighbours of a row that is no core row that may be kept for the border pass; where there are more, they are searched again. */
const MAX_KEPT = 15;
const keptOf = (minSamples: number): number => (minSamples - 1 <= MAX_KEPT ? minSamples - 1 : 0);

/** The session of a search for neighbours, four numbers a row and what is kept of its neighbours, two numbers a row of a block. */
export const dbscanBytes = (shape: SessionShape, minSamples: number): number =>
  sessionBytes(shape, 8, (16 + 4 * keptOf(minSamples)) * shape.n) + 512;

export function dbscanKernels(kernel: KernelModule): DbscanKernels {
  return {
    dbscan(matrix, options) {
      const { eps, minSamples } = options;
      if (!(eps > 0)) throw new RangeError(`eps must be > 0, not ${eps}`);
      if (!(Number.isInteger(minSamples) && minSamples >= 1 && minSamples < 2 ** 31)) {
        throw new RangeError(`minSamples must be a whole number ≥ 1, not ${minSamples}`);
      }
      return kernel.scopedSlices(() => passes(kernel, kernelMatrix(kernel, matrix), options));
    },
  };
}

/** Blocks of the base that follow a block of queries in the first round of joining: they make most clusters whole. */
const NEXT_BLOCKS = 4;
/** Which queries a pass asks for, as in asm/density/dbscan.ts. */
const ALL = -1;
const CORE = 1;
const OTHER = 0;

function* passes(kernel: KernelModule, matrix: KernelMatrix, options: DbscanOptions): Slices<DbscanResult> {
  const { raw } = kernel;
  const { rows } = matrix;
  if (rows === 0) return { labels: new Int32Array(0), core: new Uint8Array(0), clusters: 0 };
  const whole = { matrix, first: 0 };
  const session = yield* openSession(kernel, whole, whole, options.metric);
  const { state: search, leaf, blocks, baseOrder } = session;
  const state = kernel.allocate(raw.dbscanBytes());
  const [counts, parents, labels] = [kernel.allocate(4 * rows), kernel.allocate(4 * rows), kernel.allocate(4 * rows)];
  const kept = keptOf(options.minSamples) > 0 ? kernel.allocate(4 * rows * keptOf(options.minSamples)) : 0;
  const [sures, roots] = [kernel.allocate(4 * leaf), kernel.allocate(4 * leaf)];
  raw.dbscanSetup(state, search, options.eps, options.minSamples, counts, kept, parents, labels, sures, roots);

  const round = (done: number, core: number, slice: (from: number, to: number) => void, reach = blocks) =>
    everyBlock(kernel, session, rows, { state, core, done, reach }, slice);
  yield* round(0, ALL, (from, to) => raw.dbscanCount(state, from, to));
  yield* round(1, CORE, (from, to) => raw.dbscanJoin(state, from, to), NEXT_BLOCKS);
  yield* round(2, CORE, (from, to) => raw.dbscanJoin(state, from, to));
  const clusters = raw.dbscanNumber(state, kernel.allocate(4 * rows));
  if (kept) raw.dbscanBorderKept(state);
  else if (clusters > 0) yield* round(3, OTHER, (from, to) => raw.dbscanBorder(state, from, to));

  const result = { labels: new Int32Array(rows), core: new Uint8Array(rows), clusters };
  const [found, neighbours, order] = [kernel.i32(labels, rows), kernel.i32(counts, rows), kernel.i32(baseOrder, rows)];
  for (let position = 0; position < rows; position++) {
    const row = order[position]!;
    result.labels[row] = found[position]!;
    result.core[row] = neighbours[position]! >= options.minSamples ? 1 : 0;
  }
  return result;
}

const ROUNDS = 4;

/** One round: every block of queries that has rows to ask for, against `reach` blocks of the base from its own on, or against all. */
function* everyBlock(
  { raw }: KernelModule,
  { leaf, blocks, width }: Session,
  rows: number,
  { state, core, done, reach }: { state: number; core: number; done: number; reach: number },
  slice: (from: number, to: number) => void,
): Slices<void> {
  for (let block = 0; block < blocks; block++) {
    const first = block * leaf;
    const asking = raw.dbscanOpen(state, first, Math.min(leaf, rows - first), core);
    if (asking === 0) continue;
    const step = () => ({ done: done * rows + first, total: ROUNDS * rows });
    if (reach < blocks) {
      slice(block, Math.min(block + reach, blocks));
      if (block % leaf === 0) yield step();
    } else yield* sliceRows(blocks, 2 * asking * leaf * (width + 4), slice, step);
  }
}
