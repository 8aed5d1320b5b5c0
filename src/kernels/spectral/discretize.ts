/**
 * Labels straight from an embedding. `discretize`: Yu & Shi, "Multiclass spectral clustering" (ICCV 2003), the partition nearest to a rotation
 * of the embedding, found by turns. `clusterQr`: Damle, Minden & Ying, "Simple, direct and efficient multi-way spectral clustering" (2019).
 * Rows × k (the number of columns is the number of clusters), f64. Memory 8 n k bytes; O(n k²) a round.
 */
import type { Slices } from "../contract";
import { polar } from "./polar";

const MAX_ROUNDS = 20;
const EPSILON = 2 ** -52;

/** `first` is the row that the first rotation starts from. */
export function* discretize(embedding: Float64Array, k: number, first: number): Slices<Int32Array> {
  const n = embedding.length / k;
  const x = normalized(embedding, n, k);
  let rotation = firstRotation(x, n, k, first);
  let previous = 0;
  for (let round = 1; ; round++) {
    const labels = nearestAxes(x, n, k, rotation, false);
    const sums = new Float64Array(k * k);
    for (let i = 0; i < n; i++) for (let t = 0; t < k; t++) sums[labels[i]! * k + t]! += x[i * k + t]!;
    const { rotation: found, nuclear } = polar(sums, k);
    const cut = 2 * (n - nuclear);
    if (Math.abs(cut - previous) < EPSILON || round > MAX_ROUNDS) return labels;
    previous = cut;
    rotation = transposed(found, k);
    yield { done: round, total: MAX_ROUNDS };
  }
}

/** Columns to the length of a vector of ones, pointing away from the first row's entry; then rows to unit length. */
function normalized(embedding: Float64Array, n: number, k: number): Float64Array {
  const x = embedding.slice();
  for (let t = 0; t < k; t++) {
    let squared = 0;
    for (let i = 0; i < n; i++) squared += x[i * k + t]! ** 2;
    const scale = squared > 0 ? Math.sqrt(n / squared) : 0;
    const sign = x[t]! > 0 ? -1 : 1;
    for (let i = 0; i < n; i++) x[i * k + t]! *= sign * scale;
  }
  for (let i = 0; i < n; i++) {
    let squared = 0;
    for (let t = 0; t < k; t++) squared += x[i * k + t]! ** 2;
    const scale = squared > 0 ? 1 / Math.sqrt(squared) : 0;
    for (let t = 0; t < k; t++) x[i * k + t]! *= scale;
  }
  return x;
}

/** Its columns are rows of x, each as orthogonal to those before it as any. */
function firstRotation(x: Float64Array, n: number, k: number, first: number): Float64Array {
  const rotation = new Float64Array(k * k);
  const overlap = new Float64Array(n);
  let row = first;
  for (let j = 0; j < k; j++) {
    for (let t = 0; t < k; t++) rotation[t * k + j] = x[row * k + t]!;
    let least = 0;
    for (let i = 0; i < n; i++) {
      let product = 0;
      for (let t = 0; t < k; t++) product += x[i * k + t]! * rotation[t * k + j]!;
      overlap[i]! += Math.abs(product);
      if (overlap[i]! < overlap[least]!) least = i;
    }
    row = least;
  }
  return rotation;
}

export function* clusterQr(embedding: Float64Array, k: number): Slices<Int32Array> {
  const n = embedding.length / k;
  const pivots = new Float64Array(k * k);
  const rest = embedding.slice();
  for (let j = 0; j < k; j++) {
    const pivot = longestRow(rest, n, k);
    for (let t = 0; t < k; t++) pivots[t * k + j] = embedding[pivot * k + t]!;
    removeDirection(rest, n, k, pivot);
    yield { done: j, total: k };
  }
  return nearestAxes(embedding, n, k, polar(pivots, k).rotation, true);
}

function longestRow(x: Float64Array, n: number, k: number): number {
  let [best, longest] = [0, -1];
  for (let i = 0; i < n; i++) {
    let squared = 0;
    for (let t = 0; t < k; t++) squared += x[i * k + t]! ** 2;
    if (squared > longest) [best, longest] = [i, squared];
  }
  return best;
}

/** Takes the direction of row `pivot` out of every row. */
function removeDirection(x: Float64Array, n: number, k: number, pivot: number): void {
  const direction = x.slice(pivot * k, (pivot + 1) * k);
  const squared = direction.reduce((sum, value) => sum + value * value, 0);
  if (squared === 0) return;
  for (let i = 0; i < n; i++) {
    let product = 0;
    for (let t = 0; t < k; t++) product += x[i * k + t]! * direction[t]!;
    for (let t = 0; t < k; t++) x[i * k + t]! -= (product / squared) * direction[t]!;
  }
}

/** Of each row × rotation the column of the largest entry, or of the largest magnitude; the first one on ties. */
function nearestAxes(x: Float64Array, n: number, k: number, rotation: Float64Array, magnitude: boolean): Int32Array {
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let best = -Infinity;
    for (let j = 0; j < k; j++) {
      let entry = 0;
      for (let t = 0; t < k; t++) entry += x[i * k + t]! * rotation[t * k + j]!;
      if (magnitude) entry = Math.abs(entry);
      if (entry > best) [best, labels[i]] = [entry, j];
    }
  }
  return labels;
}

function transposed(matrix: Float64Array, k: number): Float64Array {
  return Float64Array.from(matrix, (_, at) => matrix[(at % k) * k + Math.floor(at / k)]!);
}
