// Written by scripts/generate-kernels.mjs; do not edit.
import { addDifference, addPower, addSquare, maxDifference } from "../power";

/** out[i][j] = panel[0][j] + Σ_t (x[list[i]][t] − panel[t + 1][j])², 4 rows at a time; see panels.ts. */
export function squared4x8(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const start1 = load<v128>(panel, 16);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 16, out += 4 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let x2 = x + <usize>load<i32>(list, 8) * rowBytes;
    let x3 = x + <usize>load<i32>(list, 12) * rowBytes;
    let a00 = start0, a01 = start1;
    let a10 = start0, a11 = start1;
    let a20 = start0, a21 = start1;
    let a30 = start0, a31 = start1;
    let p = panel + 32;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0), b1 = load<v128>(p, 16);
      const s0 = v128.load_splat<f32>(x0); a00 = addSquare(s0, b0, a00); a01 = addSquare(s0, b1, a01);
      const s1 = v128.load_splat<f32>(x1); a10 = addSquare(s1, b0, a10); a11 = addSquare(s1, b1, a11);
      const s2 = v128.load_splat<f32>(x2); a20 = addSquare(s2, b0, a20); a21 = addSquare(s2, b1, a21);
      const s3 = v128.load_splat<f32>(x3); a30 = addSquare(s3, b0, a30); a31 = addSquare(s3, b1, a31);
      x0 += 4; x1 += 4; x2 += 4; x3 += 4; p += 32;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16); o += stride;
    store<v128>(o, a20, 0); store<v128>(o, a21, 16); o += stride;
    store<v128>(o, a30, 0); store<v128>(o, a31, 16);
  }
}

/** out[i][j] = panel[0][j] + Σ_t |x[list[i]][t] − panel[t + 1][j]|, 4 rows at a time; see panels.ts. */
export function manhattan4x8(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const start1 = load<v128>(panel, 16);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 16, out += 4 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let x2 = x + <usize>load<i32>(list, 8) * rowBytes;
    let x3 = x + <usize>load<i32>(list, 12) * rowBytes;
    let a00 = start0, a01 = start1;
    let a10 = start0, a11 = start1;
    let a20 = start0, a21 = start1;
    let a30 = start0, a31 = start1;
    let p = panel + 32;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0), b1 = load<v128>(p, 16);
      const s0 = v128.load_splat<f32>(x0); a00 = addDifference(s0, b0, a00); a01 = addDifference(s0, b1, a01);
      const s1 = v128.load_splat<f32>(x1); a10 = addDifference(s1, b0, a10); a11 = addDifference(s1, b1, a11);
      const s2 = v128.load_splat<f32>(x2); a20 = addDifference(s2, b0, a20); a21 = addDifference(s2, b1, a21);
      const s3 = v128.load_splat<f32>(x3); a30 = addDifference(s3, b0, a30); a31 = addDifference(s3, b1, a31);
      x0 += 4; x1 += 4; x2 += 4; x3 += 4; p += 32;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16); o += stride;
    store<v128>(o, a20, 0); store<v128>(o, a21, 16); o += stride;
    store<v128>(o, a30, 0); store<v128>(o, a31, 16);
  }
}

/** out[i][j] = max(panel[0][j], max_t |x[list[i]][t] − panel[t + 1][j]|), 4 rows at a time; see panels.ts. */
export function chebyshev4x8(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const start1 = load<v128>(panel, 16);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 16, out += 4 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let x2 = x + <usize>load<i32>(list, 8) * rowBytes;
    let x3 = x + <usize>load<i32>(list, 12) * rowBytes;
    let a00 = start0, a01 = start1;
    let a10 = start0, a11 = start1;
    let a20 = start0, a21 = start1;
    let a30 = start0, a31 = start1;
    let p = panel + 32;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0), b1 = load<v128>(p, 16);
      const s0 = v128.load_splat<f32>(x0); a00 = maxDifference(s0, b0, a00); a01 = maxDifference(s0, b1, a01);
      const s1 = v128.load_splat<f32>(x1); a10 = maxDifference(s1, b0, a10); a11 = maxDifference(s1, b1, a11);
      const s2 = v128.load_splat<f32>(x2); a20 = maxDifference(s2, b0, a20); a21 = maxDifference(s2, b1, a21);
      const s3 = v128.load_splat<f32>(x3); a30 = maxDifference(s3, b0, a30); a31 = maxDifference(s3, b1, a31);
      x0 += 4; x1 += 4; x2 += 4; x3 += 4; p += 32;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16); o += stride;
    store<v128>(o, a20, 0); store<v128>(o, a21, 16); o += stride;
    store<v128>(o, a30, 0); store<v128>(o, a31, 16);
  }
}

/** out[i][j] = panel[0][j] + Σ_t |x[list[i]][t] − panel[t + 1][j]|^p, 2 rows at a time; see panels.ts. */
export function minkowski2x8(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const start1 = load<v128>(panel, 16);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 8, out += 2 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let a00 = start0, a01 = start1;
    let a10 = start0, a11 = start1;
    let p = panel + 32;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0), b1 = load<v128>(p, 16);
      const s0 = v128.load_splat<f32>(x0); a00 = addPower(s0, b0, a00); a01 = addPower(s0, b1, a01);
      const s1 = v128.load_splat<f32>(x1); a10 = addPower(s1, b0, a10); a11 = addPower(s1, b1, a11);
      x0 += 4; x1 += 4; p += 32;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16);
  }
}
