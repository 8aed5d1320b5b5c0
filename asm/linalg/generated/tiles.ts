// Written by scripts/generate-kernels.mjs; do not edit.
import { multiplyAdd } from "../../math";

/** out[i][j] = panel[0][j] + Σ_t x[list[i]][t] · panel[t + 1][j], 3 rows at a time; see panels.ts. */
export function tile3x12(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const start1 = load<v128>(panel, 16);
  const start2 = load<v128>(panel, 32);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 12, out += 3 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let x2 = x + <usize>load<i32>(list, 8) * rowBytes;
    let a00 = start0, a01 = start1, a02 = start2;
    let a10 = start0, a11 = start1, a12 = start2;
    let a20 = start0, a21 = start1, a22 = start2;
    let p = panel + 48;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0), b1 = load<v128>(p, 16), b2 = load<v128>(p, 32);
      const s0 = v128.load_splat<f32>(x0); a00 = multiplyAdd(s0, b0, a00); a01 = multiplyAdd(s0, b1, a01); a02 = multiplyAdd(s0, b2, a02);
      const s1 = v128.load_splat<f32>(x1); a10 = multiplyAdd(s1, b0, a10); a11 = multiplyAdd(s1, b1, a11); a12 = multiplyAdd(s1, b2, a12);
      const s2 = v128.load_splat<f32>(x2); a20 = multiplyAdd(s2, b0, a20); a21 = multiplyAdd(s2, b1, a21); a22 = multiplyAdd(s2, b2, a22);
      x0 += 4; x1 += 4; x2 += 4; p += 48;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); store<v128>(o, a02, 32); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16); store<v128>(o, a12, 32); o += stride;
    store<v128>(o, a20, 0); store<v128>(o, a21, 16); store<v128>(o, a22, 32);
  }
}

/** out[i][j] = panel[0][j] + Σ_t x[list[i]][t] · panel[t + 1][j], 4 rows at a time; see panels.ts. */
export function tile4x8(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
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
      const s0 = v128.load_splat<f32>(x0); a00 = multiplyAdd(s0, b0, a00); a01 = multiplyAdd(s0, b1, a01);
      const s1 = v128.load_splat<f32>(x1); a10 = multiplyAdd(s1, b0, a10); a11 = multiplyAdd(s1, b1, a11);
      const s2 = v128.load_splat<f32>(x2); a20 = multiplyAdd(s2, b0, a20); a21 = multiplyAdd(s2, b1, a21);
      const s3 = v128.load_splat<f32>(x3); a30 = multiplyAdd(s3, b0, a30); a31 = multiplyAdd(s3, b1, a31);
      x0 += 4; x1 += 4; x2 += 4; x3 += 4; p += 32;
    }
    let o = out;
    store<v128>(o, a00, 0); store<v128>(o, a01, 16); o += stride;
    store<v128>(o, a10, 0); store<v128>(o, a11, 16); o += stride;
    store<v128>(o, a20, 0); store<v128>(o, a21, 16); o += stride;
    store<v128>(o, a30, 0); store<v128>(o, a31, 16);
  }
}

/** out[i][j] = panel[0][j] + Σ_t x[list[i]][t] · panel[t + 1][j], 8 rows at a time; see panels.ts. */
export function tile8x4(x: usize, rowBytes: usize, list: usize, count: i32, panel: usize, out: usize, stride: usize): void {
  const start0 = load<v128>(panel, 0);
  const end = list + (<usize>count << 2);
  for (; list < end; list += 32, out += 8 * stride) {
    let x0 = x + <usize>load<i32>(list, 0) * rowBytes;
    let x1 = x + <usize>load<i32>(list, 4) * rowBytes;
    let x2 = x + <usize>load<i32>(list, 8) * rowBytes;
    let x3 = x + <usize>load<i32>(list, 12) * rowBytes;
    let x4 = x + <usize>load<i32>(list, 16) * rowBytes;
    let x5 = x + <usize>load<i32>(list, 20) * rowBytes;
    let x6 = x + <usize>load<i32>(list, 24) * rowBytes;
    let x7 = x + <usize>load<i32>(list, 28) * rowBytes;
    let a00 = start0;
    let a10 = start0;
    let a20 = start0;
    let a30 = start0;
    let a40 = start0;
    let a50 = start0;
    let a60 = start0;
    let a70 = start0;
    let p = panel + 16;
    const xEnd = x0 + rowBytes;
    while (x0 < xEnd) {
      const b0 = load<v128>(p, 0);
      const s0 = v128.load_splat<f32>(x0); a00 = multiplyAdd(s0, b0, a00);
      const s1 = v128.load_splat<f32>(x1); a10 = multiplyAdd(s1, b0, a10);
      const s2 = v128.load_splat<f32>(x2); a20 = multiplyAdd(s2, b0, a20);
      const s3 = v128.load_splat<f32>(x3); a30 = multiplyAdd(s3, b0, a30);
      const s4 = v128.load_splat<f32>(x4); a40 = multiplyAdd(s4, b0, a40);
      const s5 = v128.load_splat<f32>(x5); a50 = multiplyAdd(s5, b0, a50);
      const s6 = v128.load_splat<f32>(x6); a60 = multiplyAdd(s6, b0, a60);
      const s7 = v128.load_splat<f32>(x7); a70 = multiplyAdd(s7, b0, a70);
      x0 += 4; x1 += 4; x2 += 4; x3 += 4; x4 += 4; x5 += 4; x6 += 4; x7 += 4; p += 16;
    }
    let o = out;
    store<v128>(o, a00, 0); o += stride;
    store<v128>(o, a10, 0); o += stride;
    store<v128>(o, a20, 0); o += stride;
    store<v128>(o, a30, 0); o += stride;
    store<v128>(o, a40, 0); o += stride;
    store<v128>(o, a50, 0); o += stride;
    store<v128>(o, a60, 0); o += stride;
    store<v128>(o, a70, 0);
  }
}
