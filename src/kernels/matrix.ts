import type { Grid, Matrix } from "./contract";
import { FLOAT32_MAX } from "./grid";
import type { KernelModule } from "./module";

/** Rows in the module's memory. */
export class KernelMatrix implements Matrix {
  readonly address: number;
  #peak: number | null = null;

  constructor(
    readonly kernel: KernelModule,
    readonly rows: number,
    readonly dimensions: number,
    address?: number,
  ) {
    if (!Number.isInteger(rows) || rows < 0) throw new RangeError(`rows must be a whole number ≥ 0, not ${rows}`);
    if (!Number.isInteger(dimensions) || dimensions < 1) {
      throw new RangeError(`dimensions must be a whole number ≥ 1, not ${dimensions}`);
    }
    this.address = address ?? kernel.allocateF32(rows * dimensions);
  }

  get length(): number {
    return this.rows * this.dimensions;
  }

  write(fromRow: number, values: Float32Array): void {
    if (values.length % this.dimensions !== 0) {
      throw new RangeError(`${values.length} values are not whole rows of ${this.dimensions} dimensions`);
    }
    this.#check(fromRow, fromRow + values.length / this.dimensions);
    this.kernel.f32(this.address, this.length).set(values, fromRow * this.dimensions);
    this.#peak = null;
  }

  read(from: number, to: number): Float32Array {
    this.#check(from, to);
    return this.kernel.f32(this.address, this.length).slice(from * this.dimensions, to * this.dimensions);
  }

  /** Rows [from, to) in their place: valid as long as the matrix. */
  part(from: number, to: number): KernelMatrix {
    this.#check(from, to);
    return new KernelMatrix(this.kernel, to - from, this.dimensions, this.address + 4 * from * this.dimensions);
  }

  /**
   * Largest |value|, remembered until the rows change. Every kernel that sums asks for it, so a value that is not finite, or so large
   * that a distance would pass float32, is refused before anything is computed.
   */
  peak(): number {
    if (this.#peak !== null) return this.#peak;
    const { raw } = this.kernel;
    const peak = raw.maxAbs(this.address, this.length);
    if (!Number.isFinite(peak)) {
      const at = raw.firstNonFinite(this.address, this.length);
      const value = this.kernel.f32(this.address, this.length)[at];
      const [row, dimension] = [Math.floor(at / this.dimensions), at % this.dimensions];
      throw new RangeError(`row ${row}, dimension ${dimension}: ${value} is not a finite number`);
    }
    const limit = FLOAT32_MAX / (2 * Math.sqrt(this.dimensions));
    if (peak > limit) {
      throw new RangeError(
        `a value of magnitude ${peak} passes the limit of ${limit} at ${this.dimensions} dimensions`,
      );
    }
    this.#peak = peak;
    return peak;
  }

  /** The rows were changed in place. */
  touched(): void {
    this.#peak = null;
  }

  /** Exactness rests on the grid covering the whole data set; one that does not is refused. */
  checkGrid(grid: Grid): void {
    if (this.rows > grid.rows) throw new RangeError(`the grid is for ${grid.rows} rows, the matrix has ${this.rows}`);
    const peak = this.peak();
    if (peak > grid.maxAbs) {
      throw new RangeError(`the grid is for magnitudes up to ${grid.maxAbs}, the matrix has ${peak}`);
    }
  }

  #check(from: number, to: number): void {
    if (!(Number.isInteger(from) && from >= 0 && from <= to && to <= this.rows)) {
      throw new RangeError(`rows ${from} to ${to} are outside a matrix of ${this.rows} rows`);
    }
  }
}

/** The matrix as this module's own. Throws `TypeError` when it lies in another module's memory. */
export function kernelMatrix(kernel: KernelModule, matrix: Matrix): KernelMatrix {
  if (matrix instanceof KernelMatrix && matrix.kernel === kernel) return matrix;
  throw new TypeError("the matrix belongs to another kernel module");
}
