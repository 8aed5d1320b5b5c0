/**
 * Largest eigenpairs of a symmetric matrix by its tridiagonal form: asm/linalg/eigen.ts. 2 d³ flops, and 4 d² a pair; memory `eigenBytes`.
 * Deterministic.
 */
import type { Slices, SymmetricEigenpairs } from "./contract";
import { ceilLog2 } from "./grid";
import type { KernelModule } from "./module";

/** Flops of a call, or of several, between two yields: a few milliseconds in f64. */
const FLOPS_PER_SLICE = 1e7;
/** Of an eigenvalue, for each row of the tridiagonal form: sixty bisections, each with a division. */
const BISECTION_FLOPS = 600;

/** Only the upper triangle and its mirror are read. */
export function eigenDense(
  kernel: KernelModule,
  values: Float64Array,
  dimensions: number,
  count: number,
): Slices<SymmetricEigenpairs> {
  const n = dimensions;
  if (!Number.isInteger(n) || n < 1 || values.length !== n * n) {
    throw new RangeError(`${values.length} values are not a ${n} × ${n} matrix`);
  }
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new RangeError(`count must be from 1 to ${n}, not ${count}`);
  }
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(largest)) throw new RangeError("the matrix has an entry that is not a finite number");
  // A power of two brings the entries to about 1, where no square in the reduction overflows or vanishes.
  const scale = largest === 0 ? 1 : 2 ** -ceilLog2(largest);
  return kernel.scopedSlices(() => solve(kernel, values, n, count, scale));
}

function* solve(
  kernel: KernelModule,
  values: Float64Array,
  n: number,
  count: number,
  scale: number,
): Slices<SymmetricEigenpairs> {
  const { raw } = kernel;
  const matrix = kernel.allocateF64(n * n);
  const scaled = kernel.f64(matrix, n * n);
  for (let i = 0; i < scaled.length; i++) scaled[i] = values[i]! * scale;
  const [diagonal, off, betas] = [kernel.allocateF64(n), kernel.allocateF64(n), kernel.allocateF64(n)];
  const work = kernel.allocateF64(3 * n);
  const eigenvalues = kernel.allocateF64(count);
  const vectors = kernel.allocateF64(count * n);
  // Steps weigh 4 (n − k)² flops, the average a third of the first one's.
  yield* calls(n, (4 / 3) * n * n, (k) => raw.tridiagonalStep(matrix, n, k, diagonal, off, betas, work));
  yield* calls(count, BISECTION_FLOPS * n, (j) => raw.tridiagonalValue(diagonal, off, n, j, eigenvalues));
  // Of a vector that is orthogonalised against all before it, at most.
  yield* calls(count, 16 * count * n, (j) => raw.tridiagonalVector(diagonal, off, n, eigenvalues, j, vectors, work));
  yield* calls(count, 2 * n * n, (j) => raw.backTransform(matrix, n, betas, vectors, j));
  return {
    values: kernel.f64(eigenvalues, count).map((value) => value / scale),
    vectors: kernel.f64(vectors, count * n).slice(),
  };
}

/** One call a step, so that the engine can move to optimised code between them; yields after some. */
function* calls(count: number, flops: number, call: (i: number) => void): Slices<void> {
  const perSlice = Math.max(1, Math.floor(FLOPS_PER_SLICE / flops));
  for (let i = 0; i < count; i++) {
    call(i);
    if ((i + 1) % perSlice === 0) yield { done: i + 1, total: count };
  }
}
