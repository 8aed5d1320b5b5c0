/** What the E-step reads of a model: centers, constants, and precision factors as floats or, where those would not do, doubles. */
import { naturalLog } from "../math";
import { factorSize } from "./expectation";
import { DIAGONAL, FULL, Mixture, TIED, triangleRow, triangleSize } from "./state";

const LN_2PI: f64 = 1.8378770664093453;
/** Half a unit in the last place of a float. */
const FLOAT_ROUNDING: f64 = 5.9604644775390625e-8;
/** Largest error of a coordinate, in standard deviations, that float products may make. */
const TOLERANCE: f64 = 1e-3;
/** Coordinates whose squares' sum a float holds, and factors that it holds with all their digits. */
const LARGEST_COORDINATE: f64 = 1e17;
const SMALLEST_FACTOR: f64 = 1e-30;

/** Bytes of the factors of all components: wide enough for doubles. */
export function mixtureFactorBytes(shape: i32, components: i32, dimensions: i32): usize {
  if (shape == TIED) return factorSize(dimensions) << 3;
  return <usize>components * (shape == FULL ? factorSize(dimensions) : <usize>dimensions) << 3;
}

/** Copies the covariance of component `c` (0 for the tied one) to `triangle`, to be factored there. */
export function mixtureTriangle(at: usize, c: i32): void {
  const s = changetype<Mixture>(at);
  memory.copy(s.triangle, s.covariances + ((<usize>c * triangleSize(s.dimensions)) << 3), triangleSize(s.dimensions) << 3);
}

/** Rounds the means to the floats that rows are measured from, and starts every constant with the weight's logarithm. */
export function mixtureCenters(at: usize): void {
  const s = changetype<Mixture>(at);
  for (let t: usize = 0; t < <usize>s.components * <usize>s.dimensions; t++) store<f32>(s.centers + (t << 2), <f32>load<f64>(s.means + (t << 3)));
  for (let c: usize = 0; c < <usize>s.components << 3; c += 8) {
    const weight = load<f64>(s.weights + c);
    const log = weight > 0 ? naturalLog(weight) : -Infinity;
    store<f64>(s.constants + c, log - 0.5 * <f64>s.dimensions * LN_2PI);
  }
}

/** Takes the precision factor in `triangle` over as that of component `c`. */
export function mixtureKeepFactor(at: usize, c: i32): void {
  const s = changetype<Mixture>(at);
  const wide = needsWide(s, c);
  store<i32>(s.wide + (<usize>c << 2), wide);
  const factor = s.factors + ((<usize>c * factorSize(s.dimensions)) << 3);
  if (wide) packFactor<f64>(s, factor);
  else packFactor<f32>(s, factor);
  let log: f64 = 0;
  for (let t = 0; t < s.dimensions; t++) log += naturalLog(load<f64>(triangleRow(s.triangle, s.dimensions, t) + (<usize>t << 3)));
  addConstant(s, c, log);
}

/** Takes the tied precision factor over; every center is carried into its coordinates. */
export function mixtureKeepTied(at: usize): void {
  const s = changetype<Mixture>(at);
  const d = s.dimensions;
  packFactor<f64>(s, s.factors);
  let log: f64 = 0;
  for (let t = 0; t < d; t++) log += naturalLog(load<f64>(triangleRow(s.triangle, d, t) + (<usize>t << 3)));
  for (let c = 0; c < s.components; c++) {
    store<i32>(s.wide + (<usize>c << 2), 1);
    addConstant(s, c, log);
    const center = s.centers + ((<usize>c * <usize>d) << 2);
    const offset = s.offsets + ((<usize>c * <usize>d) << 3);
    memory.fill(offset, 0, <usize>d << 3);
    for (let t = 0; t < d; t++) {
      const row = triangleRow(s.triangle, d, t);
      const value = <f64>load<f32>(center + (<usize>t << 2));
      for (let u = t; u < d; u++) {
        const place = offset + (<usize>u << 3);
        store<f64>(place, load<f64>(place) + value * load<f64>(row + (<usize>u << 3)));
      }
    }
  }
}

/** Inverse deviations of every component (diagonal, spherical). Returns the component whose variance is not positive, or −1. */
export function mixtureKeepDiagonals(at: usize): i32 {
  const s = changetype<Mixture>(at);
  const d = <usize>s.dimensions;
  for (let c = 0; c < s.components; c++) {
    let log: f64 = 0;
    let wide = false;
    for (let t: usize = 0; t < d; t++) {
      const place = s.shape == DIAGONAL ? <usize>c * d + t : <usize>c;
      const variance = load<f64>(s.covariances + (place << 3));
      if (!(variance > 0 && variance < Infinity)) return c;
      const factor = 1 / sqrt(variance);
      wide = wide || factor < SMALLEST_FACTOR || factor * load<f64>(s.reach + (t << 3)) > LARGEST_COORDINATE;
      store<f64>(s.partial + (t << 3), factor);
      log += naturalLog(factor);
    }
    store<i32>(s.wide + (<usize>c << 2), wide);
    const factors = s.factors + ((<usize>c * d) << 3);
    for (let t: usize = 0; t < d; t++) {
      const factor = load<f64>(s.partial + (t << 3));
      if (wide) store<f64>(factors + (t << 3), factor);
      else store<f32>(factors + (t << 2), <f32>factor);
    }
    addConstant(s, c, log);
  }
  return -1;
}

@inline
function addConstant(s: Mixture, c: i32, value: f64): void {
  const at = s.constants + (<usize>c << 3);
  store<f64>(at, load<f64>(at) + value);
}

/**
 * Whether float products would lose a coordinate of (row − center) P: a row of the component has entries of about its deviations σ, so column
 * j's products are off by about Σ_t σ_t |P_tj| roundings. Also where squares would overflow, or factors vanish.
 */
function needsWide(s: Mixture, c: i32): bool {
  const d = s.dimensions;
  const errors = s.partial;
  const bounds = s.partial + (<usize>d << 3);
  memory.fill(s.partial, 0, <usize>d << 4);
  const covariance = s.covariances + ((<usize>c * triangleSize(d)) << 3);
  for (let t = 0; t < d; t++) {
    const row = triangleRow(s.triangle, d, t);
    const deviation = sqrt(load<f64>(triangleRow(covariance, d, t) + (<usize>t << 3)));
    const reach = load<f64>(s.reach + (<usize>t << 3));
    if (load<f64>(row + (<usize>t << 3)) < SMALLEST_FACTOR) return true;
    for (let u = <usize>t << 3; u < <usize>d << 3; u += 8) {
      const factor = abs(load<f64>(row + u));
      store<f64>(errors + u, load<f64>(errors + u) + deviation * factor);
      store<f64>(bounds + u, load<f64>(bounds + u) + reach * factor);
    }
  }
  for (let u: usize = 0; u < <usize>d << 3; u += 8) {
    if (!(load<f64>(errors + u) * FLOAT_ROUNDING < TOLERANCE && load<f64>(bounds + u) < LARGEST_COORDINATE)) return true;
  }
  return false;
}

/** The upper triangle as `project` reads it, three columns at a time down to their last row. */
function packFactor<T>(s: Mixture, out: usize): void {
  const d = s.dimensions;
  for (let first = 0; first < d; first += 3) {
    for (let t = 0; t < min(first + 3, d); t++) {
      const row = triangleRow(s.triangle, d, t);
      for (let u = first; u < first + 3; u++, out += sizeof<T>()) {
        store<T>(out, <T>(u < d && u >= t ? load<f64>(row + (<usize>u << 3)) : 0));
      }
    }
  }
}
