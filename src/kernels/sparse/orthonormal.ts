/**
 * Orthonormal columns by Cholesky QR, repeated while the columns were far from orthogonal (Yamamoto, Nakatsukasa, Yanagisawa & Fukaya 2015):
 * XᵀX = RᵀR, X := X R⁻¹. It reads the matrix in blocks, where Gram–Schmidt passes over it once a column. Its error grows with the square of
 * the condition, so that near dependence falls to classical Gram–Schmidt, twice (Giraud, Langou & Rozložník 2005), on the
 * transposed matrix. O(rows · width²); memory: three width × width, and as much as the matrix.
 */
import type { Slices } from "../contract";
import type { KernelModule } from "../module";
import { rotate, thinGram } from "./gram";
import type { KernelThin } from "./thin";

/** What is left of a squared length after the columns before were taken out: the error left is 10⁻¹⁶ over it, so that one pass will do. */
const ORTHOGONAL = 1e-3;
/** The least that a pass of Cholesky QR, followed by another, copes with. */
const DEPENDENT = 1e-8;
/** Below this share of its length, what is left of a column in Gram–Schmidt is rounding. */
const ROUNDING = 1e-10;

export function* orthonormalize(kernel: KernelModule, x: KernelThin, room: KernelThin): Slices<void> {
  for (;;) {
    const gram = yield* thinGram(kernel, x, x);
    const { inverse, least } = inverseFactor(gram, x.width);
    if (!(least >= DEPENDENT)) return yield* gramSchmidt(kernel, x, room);
    yield* rotate(kernel, x, inverse);
    if (least >= ORTHOGONAL) return;
  }
}

/**
 * R⁻¹, upper triangular, of G = RᵀR, and the least share of a squared length that lies outside of the columns before. A share that is not
 * above zero ends it.
 */
function inverseFactor(gram: Float64Array, width: number): { inverse: Float64Array; least: number } {
  const factor = new Float64Array(width * width);
  const inverse = new Float64Array(width * width);
  let least = 1;
  for (let t = 0; t < width; t++) {
    let left = gram[t * width + t]!;
    for (let s = 0; s < t; s++) {
      let sum = gram[s * width + t]!;
      for (let r = 0; r < s; r++) sum -= factor[r * width + s]! * factor[r * width + t]!;
      const entry = sum / factor[s * width + s]!;
      factor[s * width + t] = entry;
      left -= entry * entry;
    }
    const share = left / gram[t * width + t]!;
    if (!(share > 0)) return { inverse, least: 0 };
    least = Math.min(least, share);
    factor[t * width + t] = Math.sqrt(left);
  }
  for (let t = 0; t < width; t++) {
    inverse[t * width + t] = 1 / factor[t * width + t]!;
    for (let s = t - 1; s >= 0; s--) {
      let sum = 0;
      for (let r = s + 1; r <= t; r++) sum += factor[s * width + r]! * inverse[r * width + t]!;
      inverse[s * width + t] = -sum / factor[s * width + s]!;
    }
  }
  return { inverse, least };
}

function* gramSchmidt(kernel: KernelModule, x: KernelThin, room: KernelThin): Slices<void> {
  const { raw } = kernel;
  const { rows, width, stride } = x;
  transpose(kernel, x, room);
  yield* kernel.scopedSlices(function* () {
    const shares = kernel.allocateF64(width);
    for (let t = 0; t < width; t++) {
      const own = room.address + 8 * rows * t;
      const before = raw.krylovNorm(own, rows);
      for (let pass = 0; pass < 2; pass++) {
        raw.krylovProducts(room.address, t, rows, own, shares);
        raw.krylovSubtract(room.address, t, rows, own, shares);
      }
      const length = raw.krylovNorm(own, rows);
      raw.krylovScale(own, rows, length <= ROUNDING * before || length === 0 ? 0 : 1 / length);
      yield { done: t + 1, total: width };
    }
  });
  const [vectors, all] = [kernel.f64(room.address, rows * width), kernel.f64(x.address, rows * stride)];
  for (let row = 0; row < rows; row++) for (let t = 0; t < width; t++) all[row * stride + t] = vectors[t * rows + row]!;
}

/** The columns of x as rows of `room`. */
function transpose(kernel: KernelModule, x: KernelThin, room: KernelThin): void {
  const { rows, width, stride } = x;
  const [vectors, all] = [kernel.f64(room.address, rows * width), kernel.f64(x.address, rows * stride)];
  for (let row = 0; row < rows; row++) for (let t = 0; t < width; t++) vectors[t * rows + row] = all[row * stride + t]!;
}
