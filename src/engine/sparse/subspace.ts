/**
 * Subspace iteration on AᵀA for the leading right singular vectors of a sparse matrix A (Halko, Martinsson & Tropp 2011, with the
 * Rayleigh–Ritz step of Parlett 1998). A basis is columns × width, row-major, so that an entry of A meets one run of numbers.
 */
import { rowHash } from "../sampling";
import type { WeightedRows } from "./weighting";

/** What is asked for, and how many more the iteration carries so that the last of them settle too. */
export const COMPONENTS = 100;
export const OVERSAMPLING = 10;

const PURPOSE = 30;

/**
 * Random signs: as good a start as Gaussian numbers (section 4.6 there), and exact. Every column has length 1. A basis with room for every
 * column is the whole space from the start: a small square matrix of signs is often singular, and what it lacks never comes back.
 */
export function startBasis(columns: number, width: number, seed: number): Float64Array {
  const basis = new Float64Array(columns * width);
  if (width === columns) {
    for (let column = 0; column < columns; column++) basis[column * width + column] = 1;
    return basis;
  }
  const size = 1 / Math.sqrt(columns);
  for (let at = 0; at < basis.length; at += 32) {
    const signs = rowHash(seed, PURPOSE, at);
    for (let i = 0; i < 32 && at + i < basis.length; i++) basis[at + i] = (signs >>> i) & 1 ? size : -size;
  }
  return basis;
}

/**
 * Adds AᵀA·basis of these rows to `sums`, each addend rounded to the grid of `magic`: the sums are exact, in whatever order rows come. Returns
 * the rows' squared lengths, summed likewise.
 */
export function accumulate(
  { offsets, columns, values }: WeightedRows,
  basis: Float64Array,
  width: number,
  magic: number,
  sums: Float64Array,
): number {
  const image = new Float64Array(width);
  let energy = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    multiply(columns, values, from, to, basis, width, image);
    let squares = 0;
    for (let at = from; at < to; at++) {
      const value = values[at]!;
      const start = columns[at]! * width;
      for (let t = 0; t < width; t++) sums[start + t]! += value * image[t]! + magic - magic;
      squares += value * value;
    }
    energy += squares + magic - magic;
  }
  return energy;
}

/** One row of A times the basis. */
export function multiply(
  columns: Int32Array,
  values: Float64Array,
  from: number,
  to: number,
  basis: Float64Array,
  width: number,
  image: Float64Array,
): void {
  image.fill(0);
  for (let at = from; at < to; at++) {
    const value = values[at]!;
    const start = columns[at]! * width;
    for (let t = 0; t < width; t++) image[t]! += value * basis[start + t]!;
  }
}

/** Below this share of its length, what is left of a vector after the others were taken out is rounding. */
const DEPENDENT = 1e-10;

/** In place, with a copy beside it, by modified Gram–Schmidt, twice; a column that depends on those before becomes zero. */
export function orthonormalize(basis: Float64Array, columns: number, width: number): void {
  const vectors = transposed(basis, columns, width);
  const vector = (t: number) => vectors.subarray(t * columns, (t + 1) * columns);
  for (let t = 0; t < width; t++) {
    const own = vector(t);
    const before = Math.sqrt(dot(own, own));
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < t; other++) subtract(own, vector(other), dot(own, vector(other)));
    const length = Math.sqrt(dot(own, own));
    if (length <= DEPENDENT * before || length === 0) own.fill(0);
    else for (let i = 0; i < columns; i++) own[i]! /= length;
  }
  for (let t = 0; t < width; t++) {
    const own = vector(t);
    for (let column = 0; column < columns; column++) basis[column * width + t] = own[column]!;
  }
}

/** Of rows × columns, row-major. */
function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column]!;
  return turned;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function subtract(target: Float64Array, vector: Float64Array, factor: number): void {
  if (factor === 0) return;
  for (let i = 0; i < target.length; i++) target[i]! -= factor * vector[i]!;
}

/** basisᵀ · sums, width × width: AᵀA as the basis sees it. Symmetric but for rounding; the mean with its transpose is. */
export function projectedGram(basis: Float64Array, sums: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let start = 0; start < basis.length; start += width)
    for (let s = 0; s < width; s++) {
      const value = basis[start + s]!;
      if (value !== 0) for (let t = 0; t < width; t++) gram[s * width + t]! += value * sums[start + t]!;
    }
  for (let s = 0; s < width; s++)
    for (let t = 0; t < s; t++) {
      const mean = (gram[s * width + t]! + gram[t * width + s]!) / 2;
      gram[s * width + t] = gram[t * width + s] = mean;
    }
  return gram;
}

/**
 * The Ritz vectors: basis · vectors, columns × `count`. `vectors`: count × width. The largest entry of each (the first of equals) is made
 * positive, since a singular vector's sign is anyone's choice. They are put in `room`, which holds as much as the basis.
 */
export function ritzVectors(
  basis: Float64Array,
  vectors: Float64Array,
  width: number,
  count: number,
  room: Float64Array<ArrayBuffer>,
): Float64Array<ArrayBuffer> {
  const columns = basis.length / width;
  const made = room.subarray(0, columns * count);
  for (let column = 0; column < columns; column++)
    for (let c = 0; c < count; c++) {
      let sum = 0;
      for (let t = 0; t < width; t++) sum += basis[column * width + t]! * vectors[c * width + t]!;
      made[column * count + c] = sum;
    }
  for (let c = 0; c < count; c++) {
    let largest = 0;
    for (let at = c; at < made.length; at += count) if (Math.abs(made[at]!) > Math.abs(largest)) largest = made[at]!;
    if (largest < 0) for (let at = c; at < made.length; at += count) made[at] = -made[at]!;
  }
  return made;
}
