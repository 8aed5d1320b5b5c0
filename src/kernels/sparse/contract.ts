import type { Slices } from "../contract";

/** Compressed sparse rows: entries of row r from offsets[r] up to offsets[r + 1]; a row has a column at most once. */
export interface SparseMatrix {
  offsets: Int32Array;
  columns: Int32Array;
  values: Float64Array;
}

/** Rows × width doubles inside the module's memory, row-major, zeros at first: a basis of `width` long vectors, one a column. */
export interface ThinMatrix {
  readonly rows: number;
  readonly width: number;
  /** Copies whole rows in. Throws `RangeError` past the end. */
  write(fromRow: number, values: Float64Array): void;
  /** Adds whole rows to those that are there. */
  add(fromRow: number, values: Float64Array): void;
  /** Copies the first `columns` of every row out, all of them by default. */
  read(columns?: number): Float64Array<ArrayBuffer>;
}

/** What subspace iteration on a sparse matrix A of rows no longer than 1 is made of. All but `sparseProducts` work in place. */
export interface SparseKernels {
  thinMatrix(rows: number, width: number): ThinMatrix;
  /**
   * sums += AᵀA · basis of these rows. `totalRows`: of the whole matrix, for the grid that makes the sums exact (columns of the basis are no
   * longer than 1 either). Returns the sum of the rows' squared lengths, exact likewise.
   */
  sparseSquare(rows: SparseMatrix, basis: ThinMatrix, sums: ThinMatrix, totalRows: number): Slices<number>;
  /** A · basis: rows × width. */
  sparseProducts(rows: SparseMatrix, basis: ThinMatrix): Slices<Float64Array>;
  /** xᵀy, width × width, where it is symmetric (but for rounding): x = y, or y = AᵀA · x. */
  thinGram(x: ThinMatrix, y: ThinMatrix): Slices<Float64Array<ArrayBuffer>>;
  /** x becomes x · m, whose columns are the rows of `vectors`: count × width, count ≤ width. Columns beyond them become zeros. */
  thinRotate(x: ThinMatrix, vectors: Float64Array): Slices<void>;
  /**
   * Makes the columns orthonormal. One that depends on those before it becomes zero. `room`, as large, is left undefined.
   */
  orthonormalize(x: ThinMatrix, room: ThinMatrix): Slices<void>;
}
