import { squareScale } from "./grid";
import type { KernelMatrix } from "./matrix";
import type { KernelModule } from "./module";
import { PURPOSE, seedWords } from "./random";

/** See `Kernels.coresetKeys`. Cost 2 n d flops; memory 20 n bytes (`coresetBytes`). Deterministic, whatever the shards. */
export function coresetKeys(
  kernel: KernelModule,
  matrix: KernelMatrix,
  options: { firstRow: number; totalRows: number; totalSquaredDistance: number; seed: number },
): { keys: Float64Array; probabilities: Float64Array } {
  const { firstRow, totalRows, totalSquaredDistance } = options;
  if (!(totalSquaredDistance >= 0)) {
    throw new RangeError(`totalSquaredDistance must be ≥ 0, not ${totalSquaredDistance}`);
  }
  const { raw } = kernel;
  const { rows, dimensions, address } = matrix;
  const seed = seedWords(options.seed);
  const scale = squareScale(matrix.peak());
  return kernel.scoped(() => {
    const norms = kernel.allocateF32(rows);
    raw.rowNorms(address, rows, dimensions, scale, norms);
    const uniform = 1 / totalRows;
    const perSquare = totalSquaredDistance > 0 ? 1 / (scale * totalSquaredDistance) : 0;
    // Where every row is the mean, only the uniform half is left.
    const share = totalSquaredDistance > 0 ? 0.5 : 1;
    const probabilities = Float64Array.from(
      kernel.f32(norms, rows),
      (norm) => share * uniform + (1 - share) * norm * perSquare,
    );
    const rates = kernel.allocateF64(rows, probabilities);
    const keys = kernel.allocateF64(rows);
    raw.exponentialKeys(rates, rows, seed.low, seed.high, 0, PURPOSE.coreset, firstRow, keys);
    return { keys: kernel.f64(keys, rows).slice(), probabilities };
  });
}
