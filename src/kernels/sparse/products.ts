/**
 * Sparse rows times a basis, by columns: see asm/linalg/sparse.ts. 2 operations an entry and column of the basis one way, 4 the other;
 * memory `sparseBytes`.
 */
import type { Slices } from "../contract";
import { gridMagic } from "../grid";
import type { KernelModule } from "../module";
import type { SparseMatrix } from "./contract";
import type { KernelThin } from "./thin";

/** Numbers of the basis that are multiplied between two yields: about three milliseconds. */
const VALUES_A_SLICE = 4e6;

/** Addresses of a matrix by columns, and where its columns start. */
interface Placed {
  starts: number;
  rows: number;
  values: number;
  count: number;
  bounds: Int32Array;
}

/** In the module's memory. Throws `RangeError` for a column that the basis has not: the kernel would write anywhere. */
function placed(kernel: KernelModule, { offsets, columns, values }: SparseMatrix, size: number): Placed {
  const count = offsets.length - 1;
  const [first, end] = [offsets[0] ?? 0, offsets[count] ?? 0];
  if (count < 0 || first < 0 || columns.length < end || values.length < end)
    throw new RangeError(`entries ${first} to ${end} are outside of ${columns.length}`);
  const bounds = new Int32Array(size + 1);
  for (let at = first; at < end; at++) {
    const column = columns[at]!;
    if (!(column >= 0 && column < size)) throw new RangeError(`column ${column} of entry ${at} is outside of ${size}`);
    bounds[column + 1]! += 1;
  }
  for (let column = 0; column < size; column++) bounds[column + 1]! += bounds[column]!;
  const starts = kernel.allocateI32(size + 1, bounds);
  const [rowsAt, valuesAt] = [kernel.allocate(4 * (end - first)), kernel.allocate(8 * (end - first))];
  const [rows, sorted] = [kernel.i32(rowsAt, end - first), kernel.f64(valuesAt, end - first)];
  const next = bounds.slice();
  for (let row = 0; row < count; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const place = next[columns[at]!]!++;
      rows[place] = row;
      sorted[place] = values[at]!;
    }
  return { starts, rows: rowsAt, values: valuesAt, count, bounds };
}

/** Calls `work` on ranges of columns with about as many entries each. */
function* sliceColumns(
  { bounds, count }: Placed,
  stride: number,
  work: (from: number, to: number) => void,
): Slices<void> {
  const entries = Math.ceil(VALUES_A_SLICE / stride);
  const size = bounds.length - 1;
  for (let from = 0; from < size; ) {
    let to = from + 1;
    while (to < size && bounds[to]! - bounds[from]! < entries) to++;
    work(from, to);
    yield { done: (count * to) / size, total: count };
    from = to;
  }
}

/** The rows' images, count × stride, in the module's memory. */
function* imageOf(kernel: KernelModule, matrix: Placed, basis: KernelThin): Slices<number> {
  const { starts, rows, values, count } = matrix;
  const image = kernel.allocateF64(count * basis.stride);
  yield* sliceColumns(matrix, basis.stride, (from, to) =>
    kernel.raw.sparseProducts(starts, rows, values, from, to, basis.address, basis.stride, image),
  );
  return image;
}

export const sparseSquare = (
  kernel: KernelModule,
  matrix: SparseMatrix,
  basis: KernelThin,
  sums: KernelThin,
  totalRows: number,
): Slices<number> =>
  kernel.scopedSlices(function* () {
    if (sums.rows !== basis.rows || sums.width !== basis.width)
      throw new RangeError(`sums of ${sums.rows} × ${sums.width} for a basis of ${basis.rows} × ${basis.width}`);
    const byColumns = placed(kernel, matrix, basis.rows);
    const { starts, rows, values } = byColumns;
    const image = yield* imageOf(kernel, byColumns, basis);
    // Rows and vectors are no longer than 1, so neither is a product of theirs.
    const magic = gridMagic(1, totalRows);
    yield* sliceColumns(byColumns, basis.stride, (from, to) =>
      kernel.raw.sparseTransposed(starts, rows, values, from, to, image, sums.stride, magic, sums.address),
    );
    return energyOf(matrix, magic);
  });

export const sparseProducts = (kernel: KernelModule, matrix: SparseMatrix, basis: KernelThin): Slices<Float64Array> =>
  kernel.scopedSlices(function* () {
    const byColumns = placed(kernel, matrix, basis.rows);
    const { count } = byColumns;
    const { width, stride } = basis;
    const image = yield* imageOf(kernel, byColumns, basis);
    const made = kernel.f64(image, count * stride);
    const products = new Float64Array(count * width);
    for (let row = 0; row < count; row++) products.set(made.subarray(row * stride, row * stride + width), row * width);
    return products;
  });

/** The rows' squared lengths, each on the grid. */
function energyOf({ offsets, values }: SparseMatrix, magic: number): number {
  let energy = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    let squares = 0;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) squares += values[at]! * values[at]!;
    energy += squares + magic - magic;
  }
  return energy;
}
