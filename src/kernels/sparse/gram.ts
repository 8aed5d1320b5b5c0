/** Products of thin matrices: width² multiply-adds a row, half of that where the result is symmetric. Memory: one width × width. */
import type { Slices } from "../contract";
import type { KernelModule } from "../module";
import { sliceRows } from "../slices";
import type { KernelThin } from "./thin";

/** Rows of a slice are whole chunks of the kernel, so that slices change no sum. */
const ROWS_A_SLICE = 2_048;

/** xᵀy, width × width. */
export const thinGram = (kernel: KernelModule, x: KernelThin, y: KernelThin): Slices<Float64Array<ArrayBuffer>> =>
  kernel.scopedSlices(function* () {
    if (x.rows !== y.rows || x.width !== y.width)
      throw new RangeError(`${x.rows} × ${x.width} and ${y.rows} × ${y.width} are not of one shape`);
    const { rows, width, stride } = x;
    const sums = kernel.allocateF64(stride * stride);
    for (let from = 0; from < rows; from += ROWS_A_SLICE) {
      const [offset, count] = [8 * stride * from, Math.min(ROWS_A_SLICE, rows - from)];
      kernel.raw.thinGram(x.address + offset, y.address + offset, count, stride, sums);
      yield { done: from + count, total: rows };
    }
    const upper = kernel.f64(sums, stride * stride);
    const gram = new Float64Array(width * width);
    for (let s = 0; s < width; s++)
      for (let t = s; t < width; t++) gram[s * width + t] = gram[t * width + s] = upper[s * stride + t]!;
    return gram;
  });

/** x := x · m, width × width. */
export const rotate = (kernel: KernelModule, x: KernelThin, m: Float64Array): Slices<void> =>
  kernel.scopedSlices(function* () {
    const { rows, width, stride, address } = x;
    const padded = kernel.allocateF64(stride * stride);
    const all = kernel.f64(padded, stride * stride);
    for (let s = 0; s < width; s++) all.set(m.subarray(s * width, (s + 1) * width), s * stride);
    const work = kernel.allocateF64(4 * stride);
    yield* sliceRows(rows, stride * stride, (from, to) =>
      kernel.raw.thinRotate(address + 8 * stride * from, to - from, stride, padded, work),
    );
  });
