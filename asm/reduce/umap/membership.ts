/**
 * Smooth neighbour distances and membership strengths (McInnes, Healy & Melville 2018, algorithms 2 and 3): the fuzzy set of a row's neighbours.
 * All in f64; the result of a row depends on that row alone, except where all its distances are equal to zero.
 */

const BISECTIONS = 64;
const TOLERANCE: f64 = 1e-5;
/** Least width, as a share of the mean distance. */
const LEAST_WIDTH: f64 = 1e-3;

/**
 * Turns the distances of rows [from, to), k a row and ascending, into strengths, in place. Infinity is an entry without neighbour: strength 0.
 * `fit`: rows are neighbours of each other, the nearest other row has strength 1 (local connectivity 1). Otherwise they are new ones,
 * whose nearest neighbour lies at its own distance and is not counted in the smoothing.
 */
export function umapStrengths(distances: usize, k: i32, from: i32, to: i32, fit: bool, meanDistance: f64): void {
  for (let i = from; i < to; i++) {
    const row = distances + ((<usize>i * <usize>k) << 2);
    let count = 0;
    let sum: f64 = 0;
    let nearest: f64 = 0;
    for (; count < k; count++) {
      const d = <f64>load<f32>(row + (<usize>count << 2));
      if (!(d < Infinity)) break;
      sum += d;
      if (fit && nearest == 0) nearest = d;
    }
    const counted = fit ? 0 : 1;
    // The row itself, at distance 0, counts among its neighbours.
    const entries = <f64>max(1, count + 1 - counted);
    const mean = nearest > 0 || !fit ? sum / entries : meanDistance;
    let width = smoothWidth(row, counted, count, nearest, Math.log2(entries), sum / entries);
    width = max(width, LEAST_WIDTH * mean);
    for (let e = 0; e < k; e++) {
      const at = row + (<usize>e << 2);
      const beyond = <f64>load<f32>(at) - nearest;
      store<f32>(at, e >= count ? 0 : beyond <= 0 || width == 0 ? 1 : <f32>Math.exp(-beyond / width));
    }
  }
}

/** The width at which Σ exp(−(d − nearest) / width) over entries [from, to) is `target`, by bisection from a width of the distances' own magnitude. */
function smoothWidth(row: usize, from: i32, to: i32, nearest: f64, target: f64, magnitude: f64): f64 {
  let low: f64 = 0;
  let high: f64 = Infinity;
  let width = magnitude > 0 ? magnitude : 1;
  for (let step = 0; step < BISECTIONS; step++) {
    let sum: f64 = 0;
    for (let e = from; e < to; e++) {
      const beyond = <f64>load<f32>(row + (<usize>e << 2)) - nearest;
      sum += beyond > 0 ? Math.exp(-beyond / width) : 1;
    }
    if (abs(sum - target) < TOLERANCE) break;
    if (sum > target) {
      high = width;
      width = 0.5 * (low + high);
    } else {
      low = width;
      width = high == Infinity ? width * 2 : 0.5 * (low + high);
    }
  }
  return width;
}
