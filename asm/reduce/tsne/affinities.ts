/**
 * Probabilities with which a row picks its neighbours: exp(−β d²), with the β whose distribution has the wanted perplexity. Its logarithm, the
 * entropy, falls as β grows: dH/dβ = −β Var(d²), so that Newton's steps, held within what is known of β, take a handful of rounds.
 */
import { naturalLog } from "../../math";

const ROUNDS = 100;
const PRECISION: f64 = 1e-6;

/** Rows [from, to) of `distances` (f32, k a row, ascending, Infinity past the end) to `out` (f32), each row summing to `share`. */
export function tsneProbabilities(distances: usize, k: i32, from: i32, to: i32, entropy: f64, share: f64, out: usize): void {
  for (let row = from; row < to; row++) {
    const first = ((<usize>row * <usize>k) << 2);
    const count = knownNeighbors(distances + first, k);
    probabilities(distances + first, count, entropy, share, out + first);
    for (let j = count; j < k; j++) store<f32>(out + first + (<usize>j << 2), 0);
  }
}

function knownNeighbors(distances: usize, k: i32): i32 {
  let count = 0;
  while (count < k && load<f32>(distances + (<usize>count << 2)) < Infinity) count++;
  return count;
}

let sum: f64 = 0;
let mean: f64 = 0;
let variance: f64 = 0;

/** Sum of exp(−β (d² − nearest²)), and mean and variance of d² − nearest² by those weights. */
function weigh(distances: usize, count: i32, nearest: f64, beta: f64): void {
  let first: f64 = 0;
  let second: f64 = 0;
  sum = 0;
  for (let j = 0; j < count; j++) {
    const d = <f64>load<f32>(distances + (<usize>j << 2));
    const excess = d * d - nearest;
    const weight = NativeMath.exp(-beta * excess);
    sum += weight;
    first += weight * excess;
    second += weight * excess * excess;
  }
  mean = first / sum;
  variance = max(0, second / sum - mean * mean);
}

function probabilities(distances: usize, count: i32, entropy: f64, share: f64, out: usize): void {
  if (count == 0) return;
  const smallest = <f64>load<f32>(distances);
  const nearest = smallest * smallest;
  weigh(distances, count, nearest, 0);
  // All equally far: whatever β, all are as likely.
  let beta: f64 = mean > 0 ? 1 / mean : 0;
  let low: f64 = 0;
  let high: f64 = Infinity;
  for (let round = 0; mean > 0 && round < ROUNDS; round++) {
    weigh(distances, count, nearest, beta);
    const excess = naturalLog(sum) + beta * mean - entropy;
    if (abs(excess) < PRECISION) break;
    if (excess > 0) low = beta;
    else high = beta;
    const step = beta + excess / (beta * variance);
    if (step > low && step < high) beta = step;
    else beta = high < Infinity ? 0.5 * (low + high) : 2 * beta;
  }
  weigh(distances, count, nearest, beta);
  const scale = share / sum;
  for (let j = 0; j < count; j++) {
    const d = <f64>load<f32>(distances + (<usize>j << 2));
    store<f32>(out + (<usize>j << 2), <f32>(scale * NativeMath.exp(-beta * (d * d - nearest))));
  }
}

/** Over the lists of rows [from, to): p ln p, where the p of a pair is the sum of its probabilities in both directions. */
export function tsneEntropy(neighbors: usize, probabilities: usize, k: i32, from: i32, to: i32): f64 {
  let total: f64 = 0;
  for (let row = from; row < to; row++) {
    const first = <usize>row * <usize>k << 2;
    for (let e = first; e < first + (<usize>k << 2); e += 4) {
      const forth = <f64>load<f32>(probabilities + e);
      if (forth == 0) continue;
      const back = entryOf(neighbors, k, load<i32>(neighbors + e), row);
      // Of a pair that is in one list only, the other direction is met here too.
      const p = forth + (back < 0 ? 0 : <f64>load<f32>(probabilities + <usize>back));
      total += (back < 0 ? 2 : 1) * p * naturalLog(p);
    }
  }
  return total;
}

/** Byte offset of the entry that names `wanted` in the list of `row`, or −1. */
function entryOf(neighbors: usize, k: i32, row: i32, wanted: i32): isize {
  const first = <usize>row * <usize>k << 2;
  const all = i32x4.splat(wanted);
  for (let e = first; e < first + (<usize>k << 2); e += 16) {
    const found = i32x4.bitmask(i32x4.eq(load<v128>(neighbors + e), all));
    if (found) return <isize>(e + (<usize>ctz(found) << 2));
  }
  return -1;
}
