import type { Slices, Step } from "./contract";

/** Drains a generator where nobody waits; `onStep` sees every step. */
export function run<T>(slices: Slices<T>, onStep?: (step: Step) => void): T {
  for (;;) {
    const next = slices.next();
    if (next.done) return next.value;
    onStep?.(next.value);
  }
}

/** Scalar operations between two yields: about three milliseconds of a kernel. */
const OPERATIONS_PER_SLICE = 1e8;

/** Calls `work` on consecutive ranges of rows, each about `operationsPerRow` operations a row, and yields after each. */
export function* sliceRows(
  rows: number,
  operationsPerRow: number,
  work: (from: number, to: number) => void,
  step: (done: number) => Step = (done) => ({ done, total: rows }),
): Slices<void> {
  const perSlice = Math.max(64, Math.floor(OPERATIONS_PER_SLICE / operationsPerRow));
  for (let from = 0; from < rows; from += perSlice) {
    const to = Math.min(from + perSlice, rows);
    work(from, to);
    yield step(to);
  }
}
