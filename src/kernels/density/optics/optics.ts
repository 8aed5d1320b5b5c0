/**
 * OPTICS: core distances, the ordering, the extraction. Papers and departures in docs/kernels/optics.md. Cost 2 d flops for each ordered pair of rows (core
 * distances) and about 3 d for each unordered pair (ordering); memory `opticsBytes` in memory.ts. Deterministic: distances that decide are f64,
 * and no result depends on the size of blocks.
 */
import type { Slices } from "../../contract";
import type { KernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import { rawMetric } from "../../neighbors/metric";
import { sliceRows } from "../../slices";
import type { OpticsOptions, OpticsOrdering, OpticsResult } from "./contract";
import { coreDistances, type Space } from "./core";
import { checkExtraction, opticsLabels } from "./extract";
import { listEntries } from "./memory";

/** Columns of a block at most, as in asm/density/optics/state.ts. */
const BLOCK_COLUMNS = 24;

export function* optics(kernel: KernelModule, matrix: KernelMatrix, options: OpticsOptions): Slices<OpticsResult> {
  const { minSamples, maxEps, extraction } = options;
  const { rows } = matrix;
  if (!Number.isInteger(minSamples) || minSamples < 2) {
    throw new RangeError(`minSamples must be a whole number ≥ 2, not ${minSamples}`);
  }
  if (minSamples > rows) throw new RangeError(`minSamples is ${minSamples}, and there are ${rows} rows`);
  if (!(maxEps > 0)) throw new RangeError(`maxEps must be > 0, not ${maxEps}`);
  checkExtraction(extraction, rows, maxEps);
  matrix.peak();
  const result = yield* kernel.scopedSlices(() => compute(kernel, matrix, options));
  return { ...result, labels: opticsLabels(result, extraction, minSamples, maxEps) };
}

function* compute(kernel: KernelModule, matrix: KernelMatrix, options: OpticsOptions): Slices<OpticsOrdering> {
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  const metric = rawMetric(options.metric);
  const inverses = metric.angular ? kernel.allocate(8 * rows) : 0;
  if (metric.angular) raw.inverseNorms(address, rows, dimensions, inverses);
  const space: Space = { matrix, metric: options.metric, raw: metric, inverses };
  const total = 2 * rows;
  const cores = coreDistances(kernel, space, options.minSamples, options.maxEps);
  const coreValues = yield* relay(cores, total);

  const core = kernel.allocateF64(rows, coreValues);
  const reachability = kernel.allocate(8 * rows);
  const predecessor = kernel.allocate(4 * rows);
  const ordering = kernel.allocate(4 * rows);
  const state = kernel.allocate(raw.opticsBytes());
  const filter = raw.opticsFilter(metric.code, isMiddling(kernel, space));
  raw.opticsData(state, address, rows, dimensions, metric.code, metric.power, filter, inverses, options.maxEps);
  raw.opticsResults(state, core, reachability, predecessor, ordering);
  const perRow = (): number => kernel.allocate(4 * rows);
  const [limits, heap, places, heads] = [perRow(), perRow(), perRow(), perRow()];
  const active = kernel.allocate(4 * rows + 32);
  const capacity = listEntries(rows);
  const entries = kernel.allocate(12 * capacity);
  const block = kernel.allocate(raw.opticsBlockBytes(dimensions));
  raw.opticsWork(state, limits, heap, places, heads, active, entries, capacity, block);

  raw.opticsStart(state);
  const operations = BLOCK_COLUMNS * (dimensions + 4);
  for (let done = raw.opticsTake(state); done < rows; done = raw.opticsTake(state)) {
    const step = () => ({ done: rows + done, total });
    yield* sliceRows(raw.opticsOpen(state), operations, (from, to) => raw.opticsScan(state, from, to), step);
  }
  return {
    ordering: kernel.i32(ordering, rows).slice(),
    reachability: kernel.f64(reachability, rows).slice(),
    coreDistances: coreValues,
    predecessor: kernel.i32(predecessor, rows).slice(),
  };
}

/** The steps of a part, towards the whole's total. */
function* relay<T>(slices: Slices<T>, total: number): Slices<T> {
  for (;;) {
    const next = slices.next();
    if (next.done) return next.value;
    yield { done: next.value.done, total };
  }
}

/** Whether squares of the rows' values, and for angles their norms, keep within float32's middle range. */
function isMiddling(kernel: KernelModule, { matrix, inverses }: Space): boolean {
  const peak = matrix.peak();
  if (peak > 2 ** 30 || peak < 2 ** -30) return false;
  return inverses === 0 || kernel.f64(inverses, matrix.rows).every((inverse) => inverse < 2 ** 60);
}
