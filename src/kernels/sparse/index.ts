/** Sparse rows and bases behind the façade; `contract.ts` says what each does. */
import type { KernelModule } from "../module";
import type { SparseKernels } from "./contract";
import { rotate, thinGram } from "./gram";
import { orthonormalize } from "./orthonormal";
import { sparseProducts, sparseSquare } from "./products";
import { KernelThin, kernelThin } from "./thin";

export function sparseKernels(kernel: KernelModule): SparseKernels {
  const own = (matrix: Parameters<typeof kernelThin>[1]) => kernelThin(kernel, matrix);
  return {
    thinMatrix: (rows, width) => new KernelThin(kernel, rows, width),
    sparseSquare: (rows, basis, sums, totalRows) => sparseSquare(kernel, rows, own(basis), own(sums), totalRows),
    sparseProducts: (rows, basis) => sparseProducts(kernel, rows, own(basis)),
    thinGram: (x, y) => thinGram(kernel, own(x), own(y)),
    thinRotate: (x, vectors) => rotate(kernel, own(x), transposed(vectors, x.width)),
    orthonormalize: (x, room) => orthonormalize(kernel, own(x), own(room)),
  };
}

/** The rows as columns of a square matrix, zeros beside them. */
function transposed(vectors: Float64Array, width: number): Float64Array {
  if (vectors.length > width * width || vectors.length % width !== 0)
    throw new RangeError(`${vectors.length} values are not at most ${width} vectors of ${width}`);
  const square = new Float64Array(width * width);
  vectors.forEach((value, at) => {
    square[(at % width) * width + Math.floor(at / width)] = value;
  });
  return square;
}
