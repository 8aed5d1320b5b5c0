/** Where means start. */
import type { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import type { MeanShiftOptions } from "./contract";
import { tableSize } from "./memory";

export interface Seeds {
  readonly count: number;
  /** Writes a seed's coordinates (f64) to an address. */
  write(seed: number, address: number): void;
}

export function seedsOf(
  kernel: KernelModule,
  matrix: KernelMatrix,
  bandwidth: number,
  options: MeanShiftOptions,
): Seeds {
  const { dimensions } = matrix;
  if (options.seeds) {
    const given = options.seeds;
    return {
      count: given.length / dimensions,
      write: (seed, address) =>
        kernel.f64(address, dimensions).set(given.subarray(seed * dimensions, (seed + 1) * dimensions)),
    };
  }
  const rows: Seeds = {
    count: matrix.rows,
    write: (seed, address) =>
      kernel.f64(address, dimensions).set(kernel.f32(matrix.address + 4 * seed * dimensions, dimensions)),
  };
  if (!options.binSeeding || bandwidth === 0) return rows;
  const bins = binsOf(kernel, matrix, bandwidth, options.minBinFreq);
  // A grid that parts all rows says nothing.
  if (bins.length === matrix.rows) return rows;
  return {
    count: bins.length,
    write: (seed, address) => kernel.raw.binSeed(matrix.address, bins[seed]!, dimensions, bandwidth, address),
  };
}

/** The first row of each bin that holds enough. */
function binsOf(kernel: KernelModule, matrix: KernelMatrix, bandwidth: number, minBinFreq: number): Int32Array {
  return kernel.scoped(() => {
    const { rows, dimensions, address } = matrix;
    const counts = kernel.allocate(4 * rows);
    const capacity = tableSize(rows);
    kernel.raw.binRows(address, rows, dimensions, bandwidth, kernel.allocate(4 * capacity), capacity, counts);
    const frequency = kernel.i32(counts, rows);
    return Int32Array.from(frequency.keys()).filter((row) => frequency[row]! >= Math.max(1, minBinFreq));
  });
}
