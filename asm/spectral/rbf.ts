/** Dense affinities exp(−γ ‖x − y‖²) of all pairs of rows, as floats with a zero diagonal, and their normalised product with a vector. */
import { squaredDistance } from "../linalg/rows";

/** Affinities of rows [from, to) with those before them, in both places of `out` (f32 × rows × rows). */
export function rbfAffinities(x: usize, rows: i32, dimensions: i32, gamma: f64, from: i32, to: i32, out: usize): void {
  const rowBytes = <usize>dimensions << 2;
  const n = <usize>rows;
  for (let i: usize = from; i < <usize>to; i++) {
    store<f32>(out + ((i * n + i) << 2), 0);
    for (let j: usize = 0; j < i; j++) {
      const affinity = <f32>NativeMath.exp(-gamma * squaredDistance(x + i * rowBytes, x + j * rowBytes, dimensions));
      store<f32>(out + ((i * n + j) << 2), affinity);
      store<f32>(out + ((j * n + i) << 2), affinity);
    }
  }
}

/** degree[i] = Σ row i, in f64. */
export function denseDegrees(matrix: usize, n: i32, degrees: usize): void {
  for (let i = 0; i < n; i++, matrix += <usize>n << 2) {
    let sum: f64 = 0;
    for (let j: usize = 0; j < <usize>n << 2; j += 4) sum += <f64>load<f32>(matrix + j);
    store<f64>(degrees + (<usize>i << 3), sum);
  }
}

/** y[i] = scale[i] · Σ matrix[i][j] · scaled[j] for rows [from, to). */
export function denseApply(matrix: usize, n: i32, scale: usize, scaled: usize, y: usize, from: i32, to: i32): void {
  const wide = <usize>(n & ~3);
  for (let i: usize = from; i < <usize>to; i++) {
    const row = matrix + ((i * <usize>n) << 2);
    let even = f64x2.splat(0);
    let odd = f64x2.splat(0);
    let j: usize = 0;
    for (; j < wide; j += 4) {
      const x = scaled + (j << 3);
      even = f64x2.add(even, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(row + (j << 2))), load<v128>(x, 0)));
      odd = f64x2.add(odd, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(row + (j << 2), 8)), load<v128>(x, 16)));
    }
    const sums = f64x2.add(even, odd);
    let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    for (; j < <usize>n; j++) sum += <f64>load<f32>(row + (j << 2)) * load<f64>(scaled + (j << 3));
    store<f64>(y + (i << 3), load<f64>(scale + (i << 3)) * sum);
  }
}
