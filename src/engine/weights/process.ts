/**
 * Regression by a Gaussian process with the Matérn 5/2 kernel (Rasmussen & Williams 2006, chapters 2 and 4): few points, noise
 * that is fitted with the length scale by the marginal likelihood on a small grid. n³/3 flops a fit, of some dozens of points.
 */

export interface Belief {
  mean: number;
  /** Standard deviation. */
  deviation: number;
}

export type Process = (point: readonly number[]) => Belief;

const LENGTHS = [0.15, 0.25, 0.4, 0.65, 1, 1.6];
const NOISES = [1e-6, 1e-3, 1e-2, 1e-1];

/** `points` in the unit cube, at least one; `values` of any scale. */
export function fitProcess(points: readonly (readonly number[])[], values: readonly number[]): Process {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  const scaled = values.map((value) => (value - mean) / spread);
  let best: { length: number; factor: Float64Array; solved: Float64Array; likelihood: number } | null = null;
  for (const length of LENGTHS)
    for (const noise of NOISES) {
      const factor = cholesky(covariance(points, length, noise), points.length);
      const solved = solve(factor, scaled);
      const likelihood = logLikelihood(factor, solved, scaled);
      if (!best || likelihood > best.likelihood) best = { length, factor, solved, likelihood };
    }
  const { length, factor, solved } = best!;
  return (point) => {
    const near = points.map((other) => matern(distance(point, other), length));
    const expected = near.reduce((sum, k, i) => sum + k * solved[i]!, 0);
    const explained = forward(factor, near).reduce((sum, value) => sum + value * value, 0);
    return { mean: mean + spread * expected, deviation: spread * Math.sqrt(Math.max(0, 1 - explained)) };
  };
}

/** How much better than `best` a point is expected to be (Jones, Schonlau & Welch 1998). */
export function expectedImprovement({ mean, deviation }: Belief, best: number): number {
  if (deviation < 1e-12) return Math.max(0, mean - best);
  const z = (mean - best) / deviation;
  return deviation * (z * normalCdf(z) + Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
}

function matern(r: number, length: number): number {
  const s = (Math.sqrt(5) * r) / length;
  return (1 + s + (s * s) / 3) * Math.exp(-s);
}

function distance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

function covariance(points: readonly (readonly number[])[], length: number, noise: number): Float64Array {
  const n = points.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) matrix[i * n + j] = matern(distance(points[i]!, points[j]!), length);
  for (let i = 0; i < n; i++) matrix[i * n + i]! += noise;
  return matrix;
}

/** The lower factor of a positive definite matrix, of which the lower half is read. Row-major n × n. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      factor[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / factor[j * n + j]!;
    }
  return factor;
}

function forward(factor: Float64Array, values: readonly number[]): Float64Array {
  const n = values.length;
  const found = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = values[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * found[k]!;
    found[i] = sum / factor[i * n + i]!;
  }
  return found;
}

function solve(factor: Float64Array, values: readonly number[]): Float64Array {
  const n = values.length;
  const found = forward(factor, values);
  for (let i = n - 1; i >= 0; i--) {
    let sum = found[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * found[k]!;
    found[i] = sum / factor[i * n + i]!;
  }
  return found;
}

function logLikelihood(factor: Float64Array, solved: Float64Array, values: readonly number[]): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum -= (values[i]! * solved[i]!) / 2 + Math.log(factor[i * n + i]!);
  return sum;
}

/** Abramowitz & Stegun 7.1.26, to 1.5·10⁻⁷. */
function normalCdf(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (poly * Math.exp((-z * z) / 2)) / 2;
  return z < 0 ? half : 1 - half;
}
