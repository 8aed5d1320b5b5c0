/**
 * Subspace iteration on AᵀA for the leading right singular vectors of a sparse matrix A (Halko, Martinsson & Tropp 2011, with the
 * Rayleigh–Ritz step of Parlett 1998). A basis is columns × width, row-major, so that an entry of A meets one run of numbers.
 */
import { rowHash } from "../sampling";

/** What is asked for, and how many more the iteration carries so that the last of them settle too: together whole tiles of the kernels. */
export const COMPONENTS = 100;
export const OVERSAMPLING = 12;

const PURPOSE = 30;

/**
 * Random signs: as good a start as Gaussian numbers (section 4.6 there), and exact. Every column has length 1. A basis with room for every
 * column is the whole space from the start, and what it captures is all there is.
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
 * Makes the largest entry of each of `count` vectors, the columns of `vectors`, positive (the first of equals): a singular vector's sign is
 * anyone's choice.
 */
export function fixSigns(vectors: Float64Array, count: number): void {
  const largest = new Float64Array(count);
  for (let start = 0; start < vectors.length; start += count)
    for (let c = 0; c < count; c++) {
      const value = vectors[start + c]!;
      if (Math.abs(value) > Math.abs(largest[c]!)) largest[c] = value;
    }
  for (let start = 0; start < vectors.length; start += count)
    for (let c = 0; c < count; c++) if (largest[c]! < 0) vectors[start + c] = -vectors[start + c]!;
}
