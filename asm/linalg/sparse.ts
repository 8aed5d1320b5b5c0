/**
 * A sparse matrix by its columns (`starts` of each column and the rows of its entries as i32, their values as f64) times thin dense matrices
 * of `stride` doubles a row, the stride a multiple of 4. By columns, because of the matrices it meets only the one with a row for each of
 * its columns is large: each row of that is then touched once, and what is touched at random fits a cache.
 */
import { onGrid2 } from "../grid";

@inline
function startOf(starts: usize, column: i32): i32 {
  return load<i32>(starts + (<usize>column << 2));
}

@inline
function rowAt(rows: usize, entry: i32, matrix: usize, bytes: usize): usize {
  return matrix + <usize>load<i32>(rows + (<usize>entry << 2)) * bytes;
}

@inline
function valueAt(values: usize, entry: i32): v128 {
  return v128.load64_splat(values + (<usize>entry << 3));
}

/** image[row] += value · basis[column] for the entries of columns [from, to), in the order of the columns. */
export function sparseProducts(starts: usize, rows: usize, values: usize, from: i32, to: i32, basis: usize, stride: i32, image: usize): void {
  const bytes = <usize>stride << 3;
  for (let column = from; column < to; column++) {
    const source = basis + <usize>column * bytes;
    const end = startOf(starts, column + 1);
    for (let entry = startOf(starts, column); entry < end; entry++) {
      const target = rowAt(rows, entry, image, bytes);
      const value = valueAt(values, entry);
      for (let t: usize = 0; t < bytes; t += 32) {
        store<v128>(target + t, f64x2.add(load<v128>(target + t), f64x2.mul(value, load<v128>(source + t))));
        store<v128>(target + t, f64x2.add(load<v128>(target + t, 16), f64x2.mul(value, load<v128>(source + t, 16))), 16);
      }
    }
  }
}

/** sums[column] += Σ value · image[row] for columns [from, to), each addend on the grid of `magic`; two entries at a time. */
export function sparseTransposed(starts: usize, rows: usize, values: usize, from: i32, to: i32, image: usize, stride: i32, magic: f64, sums: usize): void {
  const bytes = <usize>stride << 3;
  const magic2 = f64x2.splat(magic);
  for (let column = from; column < to; column++) {
    const target = sums + <usize>column * bytes;
    const end = startOf(starts, column + 1);
    let entry = startOf(starts, column);
    for (; entry + 2 <= end; entry += 2) {
      const a = rowAt(rows, entry, image, bytes);
      const b = rowAt(rows, entry + 1, image, bytes);
      const va = valueAt(values, entry);
      const vb = valueAt(values, entry + 1);
      for (let t: usize = 0; t < bytes; t += 16) {
        const first = onGrid2(f64x2.mul(va, load<v128>(a + t)), magic2);
        const second = onGrid2(f64x2.mul(vb, load<v128>(b + t)), magic2);
        store<v128>(target + t, f64x2.add(load<v128>(target + t), f64x2.add(first, second)));
      }
    }
    if (entry < end) {
      const a = rowAt(rows, entry, image, bytes);
      const va = valueAt(values, entry);
      for (let t: usize = 0; t < bytes; t += 16) {
        const addend = onGrid2(f64x2.mul(va, load<v128>(a + t)), magic2);
        store<v128>(target + t, f64x2.add(load<v128>(target + t), addend));
      }
    }
  }
}
