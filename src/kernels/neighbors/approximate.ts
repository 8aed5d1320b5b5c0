/**
 * Approximate nearest neighbours: every block of rows against the blocks whose centres are nearest, by the tiles of the exact search, then
 * sweeps over the neighbours of neighbours. Distances are exact; a neighbour may be missing, and `recall` tells how often. Cost about
 * n (6,000 d + 2,000 k d) flops; memory `approximateBytes`. Deterministic: nothing is drawn.
 */
import type { Slices } from "../contract";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { ApproximateLists, Metric } from "./contract";
import { allocateLists, type BlockLists } from "./exact";
import { openSession, type Session } from "./session";

/** Blocks that each block meets, 4,608 rows in more than 8 dimensions: docs/design/neighbors.md has what others give. */
const MEETINGS = 48;
const MEETINGS_PER_SLICE = 16;
const MAX_SWEEPS = 6;
/** A sweep that exchanges a smaller share of all entries was the last. */
const SETTLED = 0.002;

export function knnApproximate(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: { k: number; metric: Metric },
): Slices<ApproximateLists> {
  const { k } = options;
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k must be a whole number ≥ 1, not ${k}`);
  return kernel.scopedSlices(() => search(kernel, matrix, options));
}

/** Operations that a pair of a sweep costs, for each dimension: rows are read from all over the memory. */
const SWEEP_WEIGHT = 12;

interface Lists {
  distances: number;
  neighbors: number;
}

function* search(
  kernel: KernelModule,
  matrix: KernelMatrix,
  { k, metric }: { k: number; metric: Metric },
): Slices<ApproximateLists> {
  const { raw } = kernel;
  const { rows, dimensions } = matrix;
  if (rows === 0) return { rows, k, neighbors: new Int32Array(0), distances: new Float32Array(0), method: "no rows" };
  const whole = { matrix, first: 0 };
  const session = yield* openSession(kernel, whole, whole, metric, true);
  const lists = { distances: kernel.allocate(4 * rows * k), neighbors: kernel.allocate(4 * rows * k) };
  const marks = kernel.allocate(4 * (rows + k));
  yield* meetNearest(kernel, session, rows, k, lists);

  raw.refineOpen(lists.neighbors, rows * k);
  let sweeps = 0;
  let changed = rows * k;
  while (session.blocks > MEETINGS && sweeps < MAX_SWEEPS && changed > SETTLED * rows * k) {
    changed = 0;
    sweeps++;
    kernel.i32(marks, rows).fill(0);
    const sweep = (from: number, to: number) => {
      changed += raw.refineRows(session.state, from, to, sweeps, lists.distances, lists.neighbors, marks);
    };
    const step = (row: number) => ({ done: (1 + sweeps) * rows + row, total: (2 + MAX_SWEEPS) * rows });
    yield* sliceRows(rows, SWEEP_WEIGHT * k * k * dimensions, sweep, step);
  }
  raw.refineClose(lists.neighbors, rows * k);
  return {
    rows,
    k,
    neighbors: kernel.i32(lists.neighbors, rows * k).slice(),
    distances: kernel.f32(lists.distances, rows * k).slice(),
    method: `${Math.min(MEETINGS, session.blocks)} of ${session.blocks} blocks, ${sweeps} sweeps`,
  };
}

/** Fills the lists from each block's nearest blocks. */
function* meetNearest(kernel: KernelModule, session: Session, rows: number, k: number, lists: Lists): Slices<void> {
  const { raw } = kernel;
  const { state, leaf, queryOrder } = session;
  const block: BlockLists = allocateLists(kernel, state, leaf, k);
  for (let first = 0; first < rows; first += leaf) {
    const count = Math.min(leaf, rows - first);
    kernel.f32(block.distances, count * k).fill(Infinity);
    kernel.i32(block.neighbors, count * k).fill(-1);
    raw.searchOpen(state, first, count);
    for (let met = 0; met < MEETINGS; met += MEETINGS_PER_SLICE) {
      raw.searchNear(state, MEETINGS_PER_SLICE);
      yield { done: first, total: (2 + MAX_SWEEPS) * rows };
    }
    raw.searchClose(state);
    const [distances, neighbors] = [kernel.f32(block.distances, count * k), kernel.i32(block.neighbors, count * k)];
    const [allDistances, allNeighbors] = [kernel.f32(lists.distances, rows * k), kernel.i32(lists.neighbors, rows * k)];
    for (const [i, row] of kernel.i32(queryOrder + 4 * first, count).entries()) {
      allDistances.set(distances.subarray(i * k, (i + 1) * k), row * k);
      allNeighbors.set(neighbors.subarray(i * k, (i + 1) * k), row * k);
    }
  }
}
