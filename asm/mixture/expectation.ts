/** E-step of a chunk of rows: log densities under every component, log-likelihoods and responsibilities. */
import { exponentials, naturalLogs } from "../math";
import { uniform } from "../rng";
import { CHUNK_LANES, FULL, Mixture, TIED } from "./state";
import { logDensity, logDensityFrom, logDensityScaled, packTiles, project, subtract, tileRows, TILE_STEP } from "./tiles";

/** A responsibility below 2^−30 of the largest counts as none: what it would add is below the rounding of the float row itself. */
const NEGLIGIBLE: f64 = -20.79441541679836;

/** Numbers of one factor as `project` reads it: three columns at a time down to their last row. */
export function factorSize(dimensions: i32): usize {
  let size: usize = 0;
  for (let first = 0; first < dimensions; first += 3) size += 3 * <usize>min(first + 3, dimensions);
  return size;
}

/** Log densities of `count` ≤ CHUNK_ROWS rows at `x`, weighted by the components' weights. */
export function densities(s: Mixture, x: usize, count: i32): void {
  let wide = 0;
  for (let c = 0; c < s.components; c++) wide += load<i32>(s.wide + (<usize>c << 2));
  if (wide < s.components) densitiesAs<f32>(s, x, count);
  if (wide > 0) densitiesAs<f64>(s, x, count);
}

/** The same of the components whose densities are computed as T. */
function densitiesAs<T>(s: Mixture, x: usize, count: i32): void {
  const d = s.dimensions;
  packTiles<T>(x, d, count, s.tiles);
  const pitch = (s.shape == FULL ? factorSize(d) : <usize>d) << 3;
  let tile = s.tiles;
  for (let first = 0; first < count; first += tileRows<T>(), tile += TILE_STEP * <usize>d) {
    if (s.shape == TIED) project<T>(tile, s.factors, d, s.projected);
    let logs = s.logs + (<usize>first << 3);
    for (let c = 0; c < s.components; c++, logs += CHUNK_LANES << 3) {
      if ((load<i32>(s.wide + (<usize>c << 2)) != 0) != (sizeof<T>() == 8)) continue;
      const center = s.centers + ((<usize>c * <usize>d) << 2);
      const constant = load<f64>(s.constants + (<usize>c << 3));
      if (s.shape == FULL) {
        subtract<T>(tile, center, d, s.differences);
        project<T>(s.differences, s.factors + <usize>c * pitch, d, s.projected);
        logDensity<T>(s.projected, d, constant, logs);
      } else if (s.shape == TIED) {
        logDensityFrom<T>(s.projected, s.offsets + <usize>c * pitch, d, constant, logs);
      } else {
        logDensityScaled<T>(tile, center, s.factors + <usize>c * pitch, d, constant, logs);
      }
    }
  }
}

/** Turns the chunk's log densities into responsibilities, two rows at a time; returns the sum of the rows' log-likelihoods, and stores each where asked. */
export function responsibilities(s: Mixture, count: i32, likelihoods: usize): f64 {
  const step: usize = CHUNK_LANES << 3;
  let total: f64 = 0;
  // The last of an odd number of rows has a filled-up lane beside it.
  const rowsEnd = <usize>count << 3;
  for (let i: usize = 0; i < rowsEnd; i += 16) {
    const first = s.logs + i;
    const end = first + <usize>s.components * step;
    let best = load<v128>(first);
    for (let at = first + step; at < end; at += step) best = f64x2.max(best, load<v128>(at));
    let sum = f64x2.splat(0);
    for (let at = first; at < end; at += step) {
      const below = f64x2.sub(load<v128>(at), best);
      const counts = f64x2.gt(below, f64x2.splat(NEGLIGIBLE));
      const share = v128.and(counts, exponentials(v128.and(counts, below)));
      store<v128>(at, share);
      sum = f64x2.add(sum, share);
    }
    const inverse = f64x2.div(f64x2.splat(1), sum);
    for (let at = first; at < end; at += step) store<v128>(at, f64x2.mul(load<v128>(at), inverse));
    const likelihood = f64x2.add(best, naturalLogs(sum));
    total += f64x2.extract_lane(likelihood, 0);
    if (likelihoods) store<f64>(likelihoods + i, f64x2.extract_lane(likelihood, 0));
    if (i + 8 == rowsEnd) break;
    total += f64x2.extract_lane(likelihood, 1);
    if (likelihoods) store<f64>(likelihoods + i, f64x2.extract_lane(likelihood, 1), 8);
  }
  return total;
}

/** Labels (the first of the largest), their responsibilities, log-likelihoods, and where asked all responsibilities (f32, rows × components). */
export function mixtureAssign(at: usize, x: usize, count: i32, labels: usize, probabilities: usize, likelihoods: usize, all: usize): f64 {
  const s = changetype<Mixture>(at);
  densities(s, x, count);
  const total = responsibilities(s, count, likelihoods);
  for (let i = 0; i < count; i++) {
    let best: f64 = -1;
    let label = 0;
    for (let c = 0; c < s.components; c++) {
      const share = load<f64>(s.logs + ((<usize>c * CHUNK_LANES + <usize>i) << 3));
      if (share > best) {
        best = share;
        label = c;
      }
      if (all) {
        store<f32>(all, <f32>share);
        all += 4;
      }
    }
    store<i32>(labels + (<usize>i << 2), label);
    store<f32>(probabilities + (<usize>i << 2), <f32>best);
  }
  return total;
}

/** Responsibilities of a start: rows belong to the components that `labels` names. */
export function responsibilitiesOf(s: Mixture, labels: usize, count: i32): void {
  memory.fill(s.logs, 0, <usize>s.components * (CHUNK_LANES << 3));
  for (let i = 0; i < count; i++) {
    store<f64>(s.logs + ((<usize>load<i32>(labels + (<usize>i << 2)) * CHUNK_LANES + <usize>i) << 3), 1);
  }
}

/** Responsibilities of a start: uniform numbers, a function of the row in the data set alone, scaled to sum to 1. */
export function randomResponsibilities(s: Mixture, firstRow: f64, count: i32, seedLow: u32, seedHigh: u32, stream: u32, purpose: u32): void {
  const k = s.components;
  for (let i = 0; i < count; i++) {
    let sum: f64 = 0;
    for (let c = 0; c < k; c++) {
      const u = uniform(seedLow, seedHigh, stream, purpose, (firstRow + <f64>i) * <f64>k + <f64>c);
      store<f64>(s.logs + ((<usize>c * CHUNK_LANES + <usize>i) << 3), u);
      sum += u;
    }
    for (let c = 0; c < k; c++) {
      const place = s.logs + ((<usize>c * CHUNK_LANES + <usize>i) << 3);
      store<f64>(place, load<f64>(place) / sum);
    }
  }
}
