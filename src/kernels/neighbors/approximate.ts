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

/** Blocks that each block meets: 3,072 rows. More blocks or more sweeps buy the same recall; these together were the cheapest way to 0.99. */
const MEETINGS = 32;
const MAX_SWEEPS = 4;
/** A sweep that exchanges a smaller share of all entries was the last. */
const SETTLED = 0.005;

export function knnApproximate(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: { k: number; metric: Metric },
): Slices<ApproximateLists> {
  const { k } = options;
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k must be a whole number ≥ 1, not ${k}`);
  return kernel.scopedSlices(() => search(kernel, matrix, options));
}

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

  let sweeps = 0;
  let changed = rows * k;
  while (session.blocks > MEETINGS && sweeps < MAX_SWEEPS && changed > SETTLED * rows * k) {
    changed = 0;
    sweeps++;
    kernel.i32(marks, rows).fill(0);
    const sweep = (from: number, to: number) => {
      changed += raw.refineRows(session.state, from, to, k, lists.distances, lists.neighbors, marks);
    };
    const step = (row: number) => ({ done: (1 + sweeps) * rows + row, total: (2 + MAX_SWEEPS) * rows });
    yield* sliceRows(rows, k * k * dimensions, sweep, step);
  }
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
    const [distances, neighbors] = [kernel.f32(block.distances, count * k), kernel.i32(block.neighbors, count * k)];
    distances.fill(Infinity);
    neighbors.fill(-1);
    raw.searchNear(state, first, count, MEETINGS);
    raw.searchClose(state);
    const [allDistances, allNeighbors] = [kernel.f32(lists.distances, rows * k), kernel.i32(lists.neighbors, rows * k)];
    for (const [i, row] of kernel.i32(queryOrder + 4 * first, count).entries()) {
      allDistances.set(distances.subarray(i * k, (i + 1) * k), row * k);
      allNeighbors.set(neighbors.subarray(i * k, (i + 1) * k), row * k);
    }
    yield { done: first, total: (2 + MAX_SWEEPS) * rows };
  }
}
