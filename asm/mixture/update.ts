/** M-step: weights, means and covariances from the sums about the centers, as scikit-learn defines them. */
import { DIAGONAL, FULL, Mixture, SPHERICAL, TIED, triangleRow, triangleSize } from "./state";

/** Added to every count, so that an empty component divides by something: scikit-learn's 10 machine epsilons. */
const LEAST_COUNT: f64 = 10 * f64.EPSILON;

/**
 * New weights, means and covariances, each with `ridge` on its diagonal. `covariances`
 * may lie where `scatter` does.
 */
export function mixtureUpdate(at: usize, ridge: f64): void {
  const s = changetype<Mixture>(at);
  const d = s.dimensions;
  let all: f64 = 0;
  for (let c = 0; c < s.components; c++) all += load<f64>(s.counts + (<usize>c << 3)) + LEAST_COUNT;
  for (let c = 0; c < s.components; c++) {
    const count = load<f64>(s.counts + (<usize>c << 3)) + LEAST_COUNT;
    store<f64>(s.weights + (<usize>c << 3), count / all);
    const first = <usize>c * <usize>d;
    for (let t = first; t < first + <usize>d; t++) {
      const shift = load<f64>(s.sums + (t << 3)) / count;
      store<f64>(s.partial + ((t - first) << 3), shift);
      store<f64>(s.means + (t << 3), <f64>load<f32>(s.centers + (t << 2)) + shift);
    }
    if (s.shape == FULL) fullCovariance(s, c, count, ridge);
    else if (s.shape != TIED) diagonalCovariance(s, c, count, ridge);
  }
  if (s.shape == TIED) tiedCovariance(s, all, ridge);
}

/** S/N − δδᵀ + ridge, with δ the mean's distance from the center, which vanishes as the mixture settles. */
function fullCovariance(s: Mixture, c: i32, count: f64, ridge: f64): void {
  let from = s.scatter + ((<usize>c * triangleSize(s.dimensions)) << 3);
  let to = s.covariances + ((<usize>c * triangleSize(s.dimensions)) << 3);
  for (let t = 0; t < s.dimensions; t++) {
    const shift = load<f64>(s.partial + (<usize>t << 3));
    for (let u = t; u < s.dimensions; u++, from += 8, to += 8) {
      const value = load<f64>(from) / count - shift * load<f64>(s.partial + (<usize>u << 3));
      store<f64>(to, u == t ? max(value, 0) + ridge : value);
    }
  }
}

function diagonalCovariance(s: Mixture, c: i32, count: f64, ridge: f64): void {
  const d = s.dimensions;
  const from = s.scatter + ((<usize>c * <usize>d) << 3);
  let trace: f64 = 0;
  for (let t: usize = 0; t < <usize>d << 3; t += 8) {
    const shift = load<f64>(s.partial + t);
    const variance = max(load<f64>(from + t) / count - shift * shift, 0) + ridge;
    if (s.shape == DIAGONAL) store<f64>(s.covariances + ((<usize>c * <usize>d) << 3) + t, variance);
    trace += variance;
  }
  if (s.shape == SPHERICAL) store<f64>(s.covariances + (<usize>c << 3), trace / <f64>d);
}

/** (T − Σ N μμᵀ) / Σ N + ridge, with T the second moments of all rows, which do not change. */
function tiedCovariance(s: Mixture, all: f64, ridge: f64): void {
  const d = s.dimensions;
  let from = s.total;
  let to = s.covariances;
  for (let t = 0; t < d; t++) {
    for (let u = t; u < d; u++, from += 8, to += 8) {
      let between: f64 = 0;
      for (let c = 0; c < s.components; c++) {
        const mean = s.means + ((<usize>c * <usize>d) << 3);
        between += (load<f64>(s.counts + (<usize>c << 3)) + LEAST_COUNT) * load<f64>(mean + (<usize>t << 3)) * load<f64>(mean + (<usize>u << 3));
      }
      store<f64>(to, (load<f64>(from) - between) / all + (u == t ? ridge : 0));
    }
  }
}

/** Precision Cholesky P = R⁻¹ of the covariance Σ = RᵀR in `triangle`: rows [from, to) of R. Returns the row whose pivot is not positive, or −1. */
export function choleskyRows(triangle: usize, dimensions: i32, from: i32, to: i32): i32 {
  for (let t = from; t < to; t++) {
    const row = triangleRow(triangle, dimensions, t);
    const pivot = load<f64>(row + (<usize>t << 3));
    if (!(pivot > 0 && pivot < Infinity)) return t;
    scaleRow(row, t, dimensions, 1 / sqrt(pivot));
    for (let u = t + 1; u < dimensions; u++) {
      addScaled(triangleRow(triangle, dimensions, u), row, u, dimensions, -load<f64>(row + (<usize>u << 3)));
    }
  }
  return -1;
}

/** Rows to − 1 down to `from` of R⁻¹ in place of those of R, after all rows below them; `work` is f64 × dimensions. */
export function invertRows(triangle: usize, dimensions: i32, from: i32, to: i32, work: usize): void {
  for (let t = to - 1; t >= from; t--) {
    const row = triangleRow(triangle, dimensions, t);
    const inverse = 1 / load<f64>(row + (<usize>t << 3));
    for (let u = t + 1; u < dimensions; u++) {
      store<f64>(work + (<usize>u << 3), -inverse * load<f64>(row + (<usize>u << 3)));
      store<f64>(row + (<usize>u << 3), 0);
    }
    store<f64>(row + (<usize>t << 3), inverse);
    for (let u = t + 1; u < dimensions; u++) addScaled(row, triangleRow(triangle, dimensions, u), u, dimensions, load<f64>(work + (<usize>u << 3)));
  }
}

/** to[u] += factor · from[u] for u in [first, dimensions). */
function addScaled(to: usize, from: usize, first: i32, dimensions: i32, factor: f64): void {
  const f = f64x2.splat(factor);
  let u = <usize>first << 3;
  const wide = u + (<usize>((dimensions - first) & ~1) << 3);
  for (; u < wide; u += 16) store<v128>(to + u, f64x2.add(load<v128>(to + u), f64x2.mul(f, load<v128>(from + u))));
  if ((dimensions - first) & 1) store<f64>(to + u, load<f64>(to + u) + factor * load<f64>(from + u));
}

function scaleRow(row: usize, first: i32, dimensions: i32, factor: f64): void {
  for (let u = <usize>first << 3; u < <usize>dimensions << 3; u += 8) store<f64>(row + u, load<f64>(row + u) * factor);
}
