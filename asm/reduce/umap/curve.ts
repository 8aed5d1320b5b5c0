/**
 * The curve 1 / (1 + a x^2b) that stands for closeness in the layout, fitted to 1 below `minDist` and exp(−(x − minDist) / spread) beyond, at 300 points up
 * to 3 · spread: least squares by Levenberg–Marquardt from a = b = 1.
 */

const POINTS = 300;
const ITERATIONS = 200;

let fittedA: f64 = 1;
let fittedB: f64 = 1;

export function umapCurveA(): f64 {
  return fittedA;
}

export function umapCurveB(): f64 {
  return fittedB;
}

/** Sums of one pass at (a, b): the squared error, the gradient and the normal matrix. */
let error: f64 = 0;
let ga: f64 = 0;
let gb: f64 = 0;
let haa: f64 = 0;
let hab: f64 = 0;
let hbb: f64 = 0;

function evaluate(a: f64, b: f64, minDist: f64, spread: f64): void {
  error = ga = gb = haa = hab = hbb = 0;
  for (let i = 0; i < POINTS; i++) {
    const x = (<f64>i * 3 * spread) / <f64>(POINTS - 1);
    const y = x < minDist ? 1 : Math.exp(-(x - minDist) / spread);
    const power = x > 0 ? Math.pow(x, 2 * b) : 0;
    const f = 1 / (1 + a * power);
    const da = -power * f * f;
    const db = x > 0 ? 2 * a * Math.log(x) * da : 0;
    const r = y - f;
    error += r * r;
    ga += r * da;
    gb += r * db;
    haa += da * da;
    hab += da * db;
    hbb += db * db;
  }
}

export function umapCurve(minDist: f64, spread: f64): void {
  let a: f64 = 1;
  let b: f64 = 1;
  let damping: f64 = 1e-3;
  for (let step = 0; step < ITERATIONS; step++) {
    evaluate(a, b, minDist, spread);
    const before = error;
    const p = haa * (1 + damping);
    const q = hbb * (1 + damping);
    const determinant = p * q - hab * hab;
    if (!(determinant > 0)) break;
    const stepA = (q * ga - hab * gb) / determinant;
    const stepB = (p * gb - hab * ga) / determinant;
    evaluate(a + stepA, b + stepB, minDist, spread);
    if (error < before) {
      a += stepA;
      b += stepB;
      damping *= 0.1;
      if (abs(stepA) < 1e-12 * a && abs(stepB) < 1e-12 * b) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  fittedA = a;
  fittedB = b;
}
