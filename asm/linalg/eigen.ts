/**
 * Largest eigenpairs of a symmetric matrix: Householder tridiagonalisation, bisection by Sturm counts, inverse iteration with
 * orthogonalisation inside groups of close eigenvalues, and back-transformation (Golub & Van Loan, "Matrix Computations", §8.3–8.4).
 * Only what is asked for is computed after the tridiagonal form. f64; 2d³ flops and 4d² for each pair.
 */
import { uniform } from "../rng";

const EPSILON: f64 = 2.220446049250313e-16;
/** Eigenvalues closer than this share of the matrix's norm are orthogonalised against each other, as LAPACK's dstein does. */
const CLOSE: f64 = 1e-3;
/** Of a column's length, where the matrix's entries are about 1: the remainder of few dimensions shrinks by the rounding at each step, until its square vanishes. */
const NOTHING: f64 = 1e-140;
const BISECTIONS = 80;
const ITERATIONS = 4;

@inline
function at(v: usize, i: i32): f64 {
  return load<f64>(v + (<usize>i << 3));
}

@inline
function set(v: usize, i: i32, value: f64): void {
  store<f64>(v + (<usize>i << 3), value);
}

function dot(a: usize, b: usize, n: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = a + (<usize>(n & ~1) << 3);
  for (; a < wide; a += 16, b += 16) sums = f64x2.add(sums, f64x2.mul(load<v128>(a), load<v128>(b)));
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return n & 1 ? sum + load<f64>(a) * load<f64>(b) : sum;
}

/** y += p · a + q · b */
function add2(y: usize, p: f64, a: usize, q: f64, b: usize, n: i32): void {
  const ps = f64x2.splat(p);
  const qs = f64x2.splat(q);
  const wide = y + (<usize>(n & ~1) << 3);
  for (; y < wide; y += 16, a += 16, b += 16) {
    store<v128>(y, f64x2.add(load<v128>(y), f64x2.add(f64x2.mul(ps, load<v128>(a)), f64x2.mul(qs, load<v128>(b)))));
  }
  if (n & 1) store<f64>(y, load<f64>(y) + (p * load<f64>(a) + q * load<f64>(b)));
}

/**
 * Reduces column `k` of the n × n `matrix`: afterwards row k right of the diagonal holds the reflector, diagonal[k] and off[k] are final.
 * `betas` takes its factor; `work` holds n numbers. Called for k = 0 … n − 1.
 */
export function tridiagonalStep(matrix: usize, n: i32, k: i32, diagonal: usize, off: usize, betas: usize, work: usize): void {
  const rowBytes = <usize>n << 3;
  const row = matrix + <usize>k * rowBytes;
  set(diagonal, k, at(row, k));
  set(betas, k, 0);
  if (k + 1 >= n) return;
  const m = n - k - 1;
  const v = row + (<usize>(k + 1) << 3);
  const norm = sqrt(dot(v, v, m));
  const first = at(v, 0);
  const alpha = first > 0 ? -norm : norm;
  set(off, k, m == 1 ? first : alpha);
  if (m == 1 || norm < NOTHING) return;
  set(v, 0, first - alpha);
  const beta = 2 / dot(v, v, m);
  set(betas, k, beta);

  const corner = matrix + <usize>(k + 1) * rowBytes + (<usize>(k + 1) << 3);
  for (let i = 0; i < m; i++) set(work, i, beta * dot(corner + <usize>i * rowBytes, v, m));
  add2(work, -0.5 * beta * dot(work, v, m), v, 0, v, m);
  for (let i = 0; i < m; i++) add2(corner + <usize>i * rowBytes, -at(v, i), work, -at(work, i), v, m);
}

/** How many eigenvalues of the tridiagonal matrix are smaller than `value`: negative pivots of its LDLᵀ. */
function smaller(diagonal: usize, off: usize, n: i32, value: f64, tiny: f64): i32 {
  let count = 0;
  let pivot: f64 = 1;
  for (let i = 0; i < n; i++) {
    const b = i > 0 ? at(off, i - 1) : 0;
    pivot = at(diagonal, i) - value - (b * b) / pivot;
    if (abs(pivot) < tiny) pivot = -tiny;
    if (pivot < 0) count++;
  }
  return count;
}

/** Largest absolute row sum of the tridiagonal matrix: a bound on its eigenvalues. */
function tridiagonalNorm(diagonal: usize, off: usize, n: i32): f64 {
  let norm: f64 = 0;
  for (let i = 0; i < n; i++) {
    const left = i > 0 ? abs(at(off, i - 1)) : 0;
    const right = i + 1 < n ? abs(at(off, i)) : 0;
    norm = max(norm, left + abs(at(diagonal, i)) + right);
  }
  return norm;
}

/** values[j]: the j-th largest eigenvalue. Those before it are there. */
export function tridiagonalValue(diagonal: usize, off: usize, n: i32, j: i32, values: usize): void {
  const norm = tridiagonalNorm(diagonal, off, n);
  const tiny = max(norm * EPSILON * EPSILON, f64.MIN_NORMAL_VALUE);
  let low = -norm;
  let high = j > 0 ? at(values, j - 1) : norm;
  for (let step = 0; step < BISECTIONS && low < high; step++) {
    const middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    if (smaller(diagonal, off, n, middle, tiny) >= n - j) high = middle;
    else low = middle;
  }
  set(values, j, 0.5 * (low + high));
}

/** Solves (T − value) x = x in place by Gaussian elimination with row exchanges; `work` holds 3n numbers. */
function solveShifted(diagonal: usize, off: usize, n: i32, value: f64, tiny: f64, x: usize, work: usize): void {
  const d = work;
  const u1 = work + (<usize>n << 3);
  const u2 = u1 + (<usize>n << 3);
  for (let i = 0; i < n; i++) {
    set(d, i, at(diagonal, i) - value);
    set(u1, i, i + 1 < n ? at(off, i) : 0);
    set(u2, i, 0);
  }
  for (let i = 0; i + 1 < n; i++) {
    const below = at(off, i);
    if (abs(below) > abs(at(d, i))) {
      const factor = at(d, i) / below;
      const u = at(u1, i);
      set(d, i, below);
      set(u1, i, at(d, i + 1));
      set(d, i + 1, u - factor * at(d, i + 1));
      set(u2, i, at(u1, i + 1));
      set(u1, i + 1, -factor * at(u1, i + 1));
      const t = at(x, i);
      set(x, i, at(x, i + 1));
      set(x, i + 1, t - factor * at(x, i + 1));
    } else {
      if (abs(at(d, i)) < tiny) set(d, i, tiny);
      const factor = below / at(d, i);
      set(d, i + 1, at(d, i + 1) - factor * at(u1, i));
      set(x, i + 1, at(x, i + 1) - factor * at(x, i));
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = at(x, i);
    if (i + 1 < n) sum -= at(u1, i) * at(x, i + 1);
    if (i + 2 < n) sum -= at(u2, i) * at(x, i + 2);
    const pivot = at(d, i);
    set(x, i, sum / (abs(pivot) < tiny ? tiny : pivot));
  }
}

/** Scales to unit length through the largest entry, so that no square overflows. */
function normalize(x: usize, n: i32): void {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) largest = max(largest, abs(at(x, i)));
  if (largest == 0) return;
  for (let i = 0; i < n; i++) set(x, i, at(x, i) / largest);
  const length = sqrt(dot(x, x, n));
  for (let i = 0; i < n; i++) set(x, i, at(x, i) / length);
}

/** Eigenvector j of the tridiagonal matrix into row j of `vectors`; rows before j are done. `work` holds 3n numbers. */
export function tridiagonalVector(diagonal: usize, off: usize, n: i32, values: usize, j: i32, vectors: usize, work: usize): void {
  const norm = tridiagonalNorm(diagonal, off, n);
  const tiny = max(norm * EPSILON, f64.MIN_NORMAL_VALUE);
  const rowBytes = <usize>n << 3;
  const x = vectors + <usize>j * rowBytes;
  for (let i = 0; i < n; i++) set(x, i, uniform(<u32>j, 0, 0, 0, <f64>i) - 0.5);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    normalize(x, n);
    solveShifted(diagonal, off, n, at(values, j), tiny, x, work);
    // Twice: between values that agree to the last digits nearly all of x may lie along the others.
    for (let pass = 0; pass < 2; pass++) {
      normalize(x, n);
      for (let i = j - 1; i >= 0; i--) {
        if (at(values, i) - at(values, j) > CLOSE * norm) break;
        const other = vectors + <usize>i * rowBytes;
        add2(x, -dot(x, other, n), other, 0, other, n);
      }
    }
  }
  normalize(x, n);
}

/** Row j of `vectors` from the tridiagonal basis to the matrix's; its largest entry (the first of equals) becomes positive. */
export function backTransform(matrix: usize, n: i32, betas: usize, vectors: usize, j: i32): void {
  const rowBytes = <usize>n << 3;
  const x = vectors + <usize>j * rowBytes;
  for (let k = n - 3; k >= 0; k--) {
    const v = matrix + <usize>k * rowBytes + (<usize>(k + 1) << 3);
    const tail = x + (<usize>(k + 1) << 3);
    add2(tail, -at(betas, k) * dot(v, tail, n - k - 1), v, 0, v, n - k - 1);
  }
  normalize(x, n);
  let lead: f64 = 0;
  for (let i = 0; i < n; i++) if (abs(at(x, i)) > abs(lead)) lead = at(x, i);
  if (lead < 0) for (let i = 0; i < n; i++) set(x, i, -at(x, i));
}
