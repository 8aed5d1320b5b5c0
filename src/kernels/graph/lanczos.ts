/**
 * Largest eigenpairs of a symmetric operator by thick-restart Lanczos: Wu & Simon, "Thick-restart Lanczos method for large symmetric
 * eigenvalue problems" (SIAM J. Matrix Anal. Appl. 22, 2000). Departures: every new vector is orthogonalised against the whole basis, and again
 * where that took much of it away, and the projected matrix is made of those products; an invariant subspace is left by a random vector; and what
 * converged can be confirmed from another start, which finds the other vectors of repeated values. f64. Memory 8 n (basis + 1) bytes; deterministic.
 */
import type { Slices } from "../contract";
import { eigenDense } from "../eigen-dense";
import type { KernelModule } from "../module";

import type { Eigenpairs } from "./contract";

/** y = A x for vectors of `size` f64 at addresses in the module's memory. */
export interface SymmetricOperator {
  readonly size: number;
  apply(x: number, y: number): Slices<void>;
}

export interface LanczosOptions {
  count: number;
  /** Largest residual ‖A v − λ v‖, as a share of the largest |λ|. */
  tolerance: number;
  /** Applications of the operator after which the iteration gives up. */
  maxApplications: number;
  /**
   * Whether to go on from another start once all converged, until the next pair is known too: one start sees one vector of a repeated value.
   * Costs about as much again.
   */
  confirm: boolean;
  /** Orthonormal vectors (rows of `size`) whose complement is searched. */
  deflated?: Float64Array;
}

/** Vectors of the basis for `count` pairs. */
export const basisSize = (n: number, count: number): number => Math.min(n, count + Math.max(count, 20));

export function largestEigenpairs(
  kernel: KernelModule,
  operator: SymmetricOperator,
  options: LanczosOptions,
): Slices<Eigenpairs> {
  return kernel.scopedSlices(() => iterate(kernel, operator, options));
}

/** Below this share of the operator's scale a vector is rounding: what is left lies in the basis. */
const NOTHING = 1e-13;
const DIGITS_LOST = 0.7;
/** The next pair counts as known when its residual is this share of the values' spread: a missed copy would have come up by then. */
const NEXT_RESIDUAL = 1e-3;

function* iterate(
  kernel: KernelModule,
  { size: n, apply }: SymmetricOperator,
  { count, tolerance, maxApplications, confirm, deflated = new Float64Array(0) }: LanczosOptions,
): Slices<Eigenpairs> {
  const { raw } = kernel;
  const fixed = deflated.length / n;
  const m = basisSize(n - fixed, count);
  const all = kernel.allocate(8 * n * (fixed + m + 1));
  kernel.f64(all, deflated.length).set(deflated);
  const basis = all + 8 * n * fixed;
  const vector = (j: number): number => basis + 8 * n * j;
  const products = kernel.allocate(8 * (fixed + m + 1));
  const rotation = kernel.allocate(8 * m * m);
  const tile = kernel.allocate(raw.krylovTileBytes(m));
  let streams = 0;
  let applications = 0;
  let scale = 0;

  /** Takes the deflated vectors and the first `j` of the basis out of x; returns the products with the basis. */
  function orthogonalize(x: number, j: number): Float64Array {
    const sums = new Float64Array(j);
    let before = raw.krylovNorm(x, n);
    // Three passes restore what two can lose; the first one is nearly always enough.
    for (let pass = 0; pass < 3; pass++) {
      raw.krylovProducts(all, fixed + j, n, x, products);
      raw.krylovSubtract(all, fixed + j, n, x, products);
      const taken = kernel.f64(products + 8 * fixed, j);
      for (let i = 0; i < j; i++) sums[i]! += taken[i]!;
      const after = raw.krylovNorm(x, n);
      if (after > DIGITS_LOST * before) break;
      before = after;
    }
    return sums;
  }

  /** Vector j becomes a random one orthogonal to those before it. */
  function restartAt(j: number): void {
    raw.krylovStart(vector(j), n, streams++);
    raw.krylovScale(vector(j), n, 1 / raw.krylovNorm(vector(j), n));
    orthogonalize(vector(j), j);
    orthogonalize(vector(j), j);
    raw.krylovScale(vector(j), n, 1 / raw.krylovNorm(vector(j), n));
  }

  const projected = new Float64Array(m * m);
  let kept = 0;
  let confirming = false;
  restartAt(0);
  for (;;) {
    let beta = 0;
    for (let j = kept; j < m; j++) {
      const next = vector(j + 1);
      yield* apply(vector(j), next);
      applications++;
      const length = raw.krylovNorm(next, n);
      scale = Math.max(scale, length);
      const column = orthogonalize(next, j + 1);
      for (let i = 0; i <= j; i++) projected[i * m + j] = projected[j * m + i] = column[i]!;
      beta = raw.krylovNorm(next, n);
      if (beta > NOTHING * scale) raw.krylovScale(next, n, 1 / beta);
      else {
        beta = 0;
        if (j + 1 < m) restartAt(j + 1);
      }
    }
    const keep = Math.min(m, count + Math.floor((m - count) / 2));
    const ritz = yield* eigenDense(kernel, projected, m, keep);
    const residual = (i: number): number => Math.abs(beta * ritz.vectors[i * m + m - 1]!);
    const residuals = Float64Array.from({ length: count }, (_, i) => residual(i));
    const open = residuals.filter((value) => value > tolerance * scale).length;
    yield { done: count - open, total: count };

    if (open > 0) confirming = false;
    const next = keep > count && residual(count) <= NEXT_RESIDUAL * (ritz.values[0]! - ritz.values[count]!);
    const converged = open === 0 && (!confirm || m === n - fixed || (confirming && next));
    if (converged || applications >= maxApplications) {
      rotate(ritz.vectors, count);
      for (let i = 0; i < count; i++) raw.krylovSign(vector(i), n);
      const vectors = kernel.f64(basis, count * n).slice();
      return { values: ritz.values.slice(0, count), vectors, residuals, applications, converged };
    }
    const again: boolean = open === 0 && !confirming;
    kept = again ? count : keep;
    rotate(ritz.vectors, kept);
    if (again || beta === 0) restartAt(kept);
    else kernel.f64(vector(kept), n).set(kernel.f64(vector(m), n));
    confirming ||= again;
    projected.fill(0);
    for (let i = 0; i < kept; i++) projected[i * m + i] = ritz.values[i]!;
  }

  function rotate(vectors: Float64Array, rows: number): void {
    kernel.f64(rotation, rows * m).set(vectors.subarray(0, rows * m));
    raw.krylovRotate(basis, m, n, rotation, rows, tile);
  }
}
