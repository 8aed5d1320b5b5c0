import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";

/** See `MixtureKernels.columnPeaks`. */
export function columnPeaks(kernel: KernelModule, matrix: KernelMatrix): Float64Array {
  const { rows, dimensions, address } = matrix;
  matrix.peak();
  return kernel.scoped(() => {
    const peaks = kernel.allocateF64(dimensions);
    kernel.raw.columnPeaks(address, rows, dimensions, peaks);
    return kernel.f64(peaks, dimensions).slice();
  });
}
