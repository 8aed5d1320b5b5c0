/**
 * Largest eigenpairs of a symmetric matrix: all of it tridiagonalised (eigen-dense.ts; 2 d³ flops), or by Lanczos iteration where few of many are
 * wanted: 2 d² flops an iteration, of which 50 pairs of 784 take 175. Memory `eigenBytes`.
 */
import type { Slices, SymmetricEigenpairs } from "./contract";
import { eigenDense } from "./eigen-dense";
import { largestEigenpairs } from "./graph/lanczos";
import { ceilLog2 } from "./grid";
import type { KernelModule } from "./module";
import { sliceRows } from "./slices";

/** Below, or for a larger share of the pairs, the direct way is as fast. */
const ITERATED_DIMENSIONS = 128;
const ITERATED_SHARE = 8;
/** Residual as a share of the largest eigenvalue: pairs that it leaves open differ by rounding alone. */
const TOLERANCE = 1e-12;
const APPLICATIONS_PER_PAIR = 40;

/** Whether the iteration is tried first. */
export const isIterated = (dimensions: number, count: number): boolean =>
  dimensions >= ITERATED_DIMENSIONS && count * ITERATED_SHARE <= dimensions;

/** See `Kernels.eigenSymmetric`. */
export function* eigenSymmetric(
  kernel: KernelModule,
  values: Float64Array,
  dimensions: number,
  count: number,
): Slices<SymmetricEigenpairs> {
  const found = isIterated(dimensions, count) ? yield* iterated(kernel, values, dimensions, count) : null;
  return found ?? (yield* eigenDense(kernel, values, dimensions, count));
}

/** Null where the iteration did not converge, or what was given makes no sense: the direct way decides, or tells. */
function* iterated(
  kernel: KernelModule,
  values: Float64Array,
  dimensions: number,
  count: number,
): Slices<SymmetricEigenpairs | null> {
  if (values.length !== dimensions ** 2 || !Number.isInteger(count) || count < 1) return null;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest) || largest === 0) return null;
  // To about 1, where no square in the iteration overflows or vanishes; scaled back below.
  const scale = 2 ** -ceilLog2(largest);
  return yield* kernel.scopedSlices(function* () {
    const matrix = kernel.allocateF64(
      values.length,
      values.map((value) => value * scale),
    );
    const apply = (x: number, y: number): Slices<void> =>
      sliceRows(dimensions, 2 * dimensions, (from, to) =>
        kernel.raw.krylovProducts(matrix + 8 * dimensions * from, to - from, dimensions, x, y + 8 * from),
      );
    const found = yield* largestEigenpairs(
      kernel,
      { size: dimensions, apply },
      { count, tolerance: TOLERANCE, maxApplications: APPLICATIONS_PER_PAIR * count, confirm: true },
    );
    return found.converged ? { values: found.values.map((value) => value / scale), vectors: found.vectors } : null;
  });
}
