import type { KernelModule } from "../module";
import type { ThinMatrix } from "./contract";

/** Columns are filled up to whole tiles of the kernels, with zeros. */
export const strideOf = (width: number): number => Math.ceil(width / 4) * 4;

/** Rows in the module's memory. */
export class KernelThin implements ThinMatrix {
  readonly address: number;
  readonly stride: number;

  constructor(
    readonly kernel: KernelModule,
    readonly rows: number,
    readonly width: number,
  ) {
    if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`rows must be a whole number ≥ 1, not ${rows}`);
    if (!Number.isInteger(width) || width < 1) throw new RangeError(`width must be a whole number ≥ 1, not ${width}`);
    this.stride = strideOf(width);
    this.address = kernel.allocateF64(rows * this.stride);
  }

  get #all(): Float64Array {
    return this.kernel.f64(this.address, this.rows * this.stride);
  }

  write(fromRow: number, values: Float64Array): void {
    const { width, stride } = this;
    const [all, count] = [this.#all, this.#count(fromRow, values)];
    if (width === stride) all.set(values, fromRow * stride);
    else
      for (let row = 0; row < count; row++)
        all.set(values.subarray(row * width, (row + 1) * width), (fromRow + row) * stride);
  }

  add(fromRow: number, values: Float64Array): void {
    const { width, stride } = this;
    const [all, count] = [this.#all, this.#count(fromRow, values)];
    for (let row = 0; row < count; row++) {
      const start = (fromRow + row) * stride;
      for (let t = 0; t < width; t++) all[start + t]! += values[row * width + t]!;
    }
  }

  read(columns = this.width): Float64Array<ArrayBuffer> {
    const { rows, stride } = this;
    const all = this.#all;
    const values = new Float64Array(rows * columns);
    if (columns === stride) values.set(all);
    else
      for (let row = 0; row < rows; row++)
        values.set(all.subarray(row * stride, row * stride + columns), row * columns);
    return values;
  }

  /** How many rows these are, which lie inside. */
  #count(fromRow: number, values: Float64Array): number {
    const count = values.length / this.width;
    if (!Number.isInteger(count)) throw new RangeError(`${values.length} values are not whole rows of ${this.width}`);
    if (!(fromRow >= 0 && fromRow + count <= this.rows))
      throw new RangeError(`rows ${fromRow} to ${fromRow + count} are outside of ${this.rows}`);
    return count;
  }
}

export function kernelThin(kernel: KernelModule, matrix: ThinMatrix): KernelThin {
  if (!(matrix instanceof KernelThin) || matrix.kernel !== kernel)
    throw new TypeError("the matrix belongs to another instance of the kernels");
  return matrix;
}
