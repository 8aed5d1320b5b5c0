/**
 * Mean shift: bandwidth, seeds, rounds of a block of means against all rows, modes, labels. Papers and departures in docs/kernels/mean-shift.md. Cost 3 d flops for each move of
 * a mean and row; memory `meanShiftBytes` in memory.ts. Deterministic: who is within reach is decided in f64, and no mean depends on the others of its block.
 */
import type { Slices } from "../contract";
import { InvalidParameter } from "../errors";
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import { estimateBandwidth, isMiddlingMatrix } from "./bandwidth";
import type { MeanShiftOptions, MeanShiftResult } from "./contract";
import { Ends } from "./ends";
import { SLOTS } from "./memory";
import { type Seeds, seedsOf } from "./seeds";

const QUANTILE = 0.3;
/** What a row within reach of a mean may cost beside the tile, as `sliceRows` counts: there, all rows may be. */
const REACHED_OPERATIONS = 400;
/** As in asm/modes/state.ts. */
const [MOVING, ARRIVED] = [0, 1];

export function* meanShift(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: MeanShiftOptions,
): Slices<MeanShiftResult> {
  check(matrix, options);
  const bandwidth = options.bandwidth ?? (yield* estimateBandwidth(kernel, matrix, QUANTILE));
  const seeds = seedsOf(kernel, matrix, bandwidth, options);
  const { ends, iterations } = yield* kernel.scopedSlices(() =>
    climb(kernel, matrix, { seeds, bandwidth, maxIter: options.maxIter }),
  );
  if (seeds.count === 0) {
    const msg = `no bin of the width of the bandwidth, ${bandwidth}, has min_bin_freq = ${options.minBinFreq} rows`;
    throw new InvalidParameter("min_bin_freq", msg);
  }
  if (ends.count === 0)
    throw new InvalidParameter("bandwidth", `no row is within the bandwidth of ${bandwidth} of any seed`);
  const modes = yield* ends.modes(bandwidth);
  const reach = options.clusterAll ? Infinity : bandwidth;
  const labels = yield* modeLabels(kernel, matrix, modes.centers, reach);
  return { labels, ...modes, bandwidth, iterations };
}

function check(matrix: KernelMatrix, { bandwidth, seeds, minBinFreq, maxIter }: MeanShiftOptions): void {
  if (matrix.rows === 0) throw new RangeError("mean shift needs at least one row");
  matrix.peak();
  if (bandwidth !== null && !(bandwidth > 0 && bandwidth < Infinity)) {
    throw new RangeError(`bandwidth must be > 0, not ${bandwidth}`);
  }
  if (!Number.isInteger(minBinFreq) || minBinFreq < 1)
    throw new RangeError(`minBinFreq must be ≥ 1, not ${minBinFreq}`);
  if (!Number.isInteger(maxIter) || maxIter < 0) throw new RangeError(`maxIter must be ≥ 0, not ${maxIter}`);
  if (seeds === null) return;
  if (seeds.length === 0 || seeds.length % matrix.dimensions !== 0) {
    throw new RangeError(`${seeds.length} values are not whole seeds of ${matrix.dimensions} dimensions`);
  }
  const at = seeds.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`seed ${Math.floor(at / matrix.dimensions)}: ${seeds[at]} is not a finite number`);
}

/** Moves every seed to its end. A slot whose mean has arrived takes the next seed, so that the tiles stay full. */
function* climb(
  kernel: KernelModule,
  matrix: KernelMatrix,
  { seeds, bandwidth, maxIter }: { seeds: Seeds; bandwidth: number; maxIter: number },
): Slices<{ ends: Ends; iterations: number }> {
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  const state = kernel.allocate(raw.shiftBytes());
  const block = kernel.allocate(raw.shiftBlockBytes(dimensions, SLOTS));
  // biome-ignore format: one call
  raw.shiftSetup(state, address, rows, dimensions, isMiddlingMatrix(matrix), bandwidth, Math.min(maxIter, 2 ** 31 - 1), SLOTS, block);
  const ends = new Ends(dimensions);
  let [next, used, arrived, iterations] = [0, 0, 0, 0];
  const moves = (): Int32Array => kernel.i32(raw.shiftMoves(state), SLOTS);
  while (used > 0 || next < seeds.count) {
    for (; used < SLOTS && next < seeds.count; used++, next++) {
      seeds.write(next, raw.shiftMean(state, used));
      moves()[used] = 0;
    }
    raw.shiftOpen(state, used);
    const step = () => ({ done: arrived, total: seeds.count });
    const operations = used * (3 * dimensions + REACHED_OPERATIONS);
    yield* sliceRows(rows, operations, (from, to) => raw.shiftScan(state, from, to), step);
    raw.shiftMove(state);

    const fates = kernel.i32(raw.shiftFates(state), used);
    const members = kernel.i32(raw.shiftMembers(state), used);
    let kept = 0;
    for (let slot = 0; slot < used; slot++) {
      const mean = kernel.f64(raw.shiftMean(state, slot), dimensions);
      if (fates[slot] === MOVING) {
        kernel.f64(raw.shiftMean(state, kept), dimensions).set(mean);
        moves()[kept] = moves()[slot]!;
        kept++;
        continue;
      }
      if (fates[slot] === ARRIVED) ends.add(mean.slice(), members[slot]!);
      iterations = Math.max(iterations, moves()[slot]!);
      arrived++;
    }
    used = kept;
  }
  return { ends, iterations };
}

export function modeLabels(
  kernel: KernelModule,
  matrix: KernelMatrix,
  centers: Float64Array,
  reach: number,
): Slices<Int32Array> {
  if (centers.length === 0 || centers.length % matrix.dimensions !== 0) {
    throw new RangeError(`${centers.length} values are not whole modes of ${matrix.dimensions} dimensions`);
  }
  matrix.peak();
  return kernel.scopedSlices(() => label(kernel, matrix, centers, reach));
}

function* label(kernel: KernelModule, matrix: KernelMatrix, modes: Float64Array, reach: number): Slices<Int32Array> {
  const { rows, dimensions, address } = matrix;
  const labels = kernel.allocate(4 * rows);
  const centers = kernel.allocateF64(modes.length, modes);
  const count = modes.length / dimensions;
  const slice = (from: number, to: number): void =>
    kernel.raw.shiftLabels(address, dimensions, from, to, centers, count, reach, labels);
  yield* sliceRows(rows, count * (8 * dimensions + 64), slice);
  return kernel.i32(labels, rows).slice();
}
