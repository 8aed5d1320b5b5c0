/**
 * Largest eigenpairs of a symmetric matrix: all of it tridiagonalised (`pca.ts`; 2 d³ flops), or by Lanczos iteration where few of many are
 * wanted: 2 d² flops an iteration, of which 50 pairs of 784 take 175. Memory `eigenBytes`.
 */
import { largestEigenpairs } from "./graph/lanczos";
import { ceilLog2 } from "./grid";
import type { KernelModule } from "./module";
import { eigenDense } from "./pca";
import { run } from "./slices";

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
export function eigenSymmetric(
  kernel: KernelModule,
  values: Float64Array,
  dimensions: number,
  count: number,
): { values: Float64Array; vectors: Float64Array } {
  const found = isIterated(dimensions, count) ? iterated(kernel, values, dimensions, count) : null;
  return found ?? eigenDense(kernel, values, dimensions, count);
}

/** Null where the iteration did not converge, or what was given makes no sense: the direct way decides, or tells. */
function iterated(kernel: KernelModule, values: Float64Array, dimensions: number, count: number) {
  if (values.length !== dimensions ** 2 || !Number.isInteger(count) || count < 1) return null;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest) || largest === 0) return null;
  return kernel.scoped(() => {
    // To about 1, where no square in the iteration overflows or vanishes; scaled back below.
    const scale = 2 ** -ceilLog2(largest);
    const matrix = kernel.allocateF64(
      values.length,
      values.map((value) => value * scale),
    );
    const found = run(
      largestEigenpairs(
        kernel,
        {
          size: dimensions,
          // biome-ignore lint/correctness/useYield: one product takes less than a slice
          *apply(x, y) {
            kernel.raw.krylovProducts(matrix, dimensions, dimensions, x, y);
          },
        },
        { count, tolerance: TOLERANCE, maxApplications: APPLICATIONS_PER_PAIR * count, confirm: true },
      ),
    );
    return found.converged ? { values: found.values.map((value) => value / scale), vectors: found.vectors } : null;
  });
}
