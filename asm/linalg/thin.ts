/**
 * Tall, thin matrices of doubles: rows × stride, row-major, the stride a multiple of 4 (columns that fill it up are zeros). Every sum runs in
 * one fixed order.
 */

/** Rows whose products are added to a tile of the Gram matrix at a time: two matrices of 112 columns lie in the first-level cache. */
const CHUNK = 16;

/**
 * gram[s][t] += Σ x[r][s] · y[r][t] over the rows, stride × stride, in the tiles on the diagonal and above it: all of it where xᵀy is symmetric.
 * Four by four at a time, eight sums in registers.
 */
export function thinGram(x: usize, y: usize, rows: i32, stride: i32, gram: usize): void {
  const bytes = <usize>stride << 3;
  for (let first = 0; first < rows; first += CHUNK) {
    const count = min(CHUNK, rows - first);
    const a = x + <usize>first * bytes;
    const b = y + <usize>first * bytes;
    for (let s: usize = 0; s < bytes; s += 32)
      for (let t = s; t < bytes; t += 32) gramTile(a + s, b + t, count, bytes, gram + (s >> 3) * bytes + t);
  }
}

function gramTile(a: usize, b: usize, count: i32, bytes: usize, out: usize): void {
  const second = out + bytes;
  const third = second + bytes;
  const fourth = third + bytes;
  let s00 = load<v128>(out);
  let s01 = load<v128>(out, 16);
  let s10 = load<v128>(second);
  let s11 = load<v128>(second, 16);
  let s20 = load<v128>(third);
  let s21 = load<v128>(third, 16);
  let s30 = load<v128>(fourth);
  let s31 = load<v128>(fourth, 16);
  for (let row = 0; row < count; row++, a += bytes, b += bytes) {
    const low = load<v128>(b);
    const high = load<v128>(b, 16);
    const a0 = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(a0, low));
    s01 = f64x2.add(s01, f64x2.mul(a0, high));
    const a1 = v128.load64_splat(a, 8);
    s10 = f64x2.add(s10, f64x2.mul(a1, low));
    s11 = f64x2.add(s11, f64x2.mul(a1, high));
    const a2 = v128.load64_splat(a, 16);
    s20 = f64x2.add(s20, f64x2.mul(a2, low));
    s21 = f64x2.add(s21, f64x2.mul(a2, high));
    const a3 = v128.load64_splat(a, 24);
    s30 = f64x2.add(s30, f64x2.mul(a3, low));
    s31 = f64x2.add(s31, f64x2.mul(a3, high));
  }
  store<v128>(out, s00);
  store<v128>(out, s01, 16);
  store<v128>(second, s10);
  store<v128>(second, s11, 16);
  store<v128>(third, s20);
  store<v128>(third, s21, 16);
  store<v128>(fourth, s30);
  store<v128>(fourth, s31, 16);
}

/** Rows become row · m, in place; m is stride × stride. `work` has four rows. */
export function thinRotate(x: usize, rows: i32, stride: i32, m: usize, work: usize): void {
  const bytes = <usize>stride << 3;
  for (let row = 0; row < rows; row += 4) {
    const count = min(4, rows - row);
    const at = x + <usize>row * bytes;
    // Past the end the last row again: four are rotated, and as many as there are put back.
    const b = at + bytes * <usize>min(1, count - 1);
    const c = at + bytes * <usize>min(2, count - 1);
    const d = at + bytes * <usize>min(3, count - 1);
    for (let t: usize = 0; t < bytes; t += 32) rotateTile(at, b, c, d, m + t, bytes, work + t);
    memory.copy(at, work, <usize>count * bytes);
  }
}

/** Four columns of four rows times the matrix. */
function rotateTile(a: usize, b: usize, c: usize, d: usize, m: usize, bytes: usize, out: usize): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let s: usize = 0; s < bytes; s += 8, m += bytes) {
    const low = load<v128>(m);
    const high = load<v128>(m, 16);
    const va = v128.load64_splat(a + s);
    s00 = f64x2.add(s00, f64x2.mul(va, low));
    s01 = f64x2.add(s01, f64x2.mul(va, high));
    const vb = v128.load64_splat(b + s);
    s10 = f64x2.add(s10, f64x2.mul(vb, low));
    s11 = f64x2.add(s11, f64x2.mul(vb, high));
    const vc = v128.load64_splat(c + s);
    s20 = f64x2.add(s20, f64x2.mul(vc, low));
    s21 = f64x2.add(s21, f64x2.mul(vc, high));
    const vd = v128.load64_splat(d + s);
    s30 = f64x2.add(s30, f64x2.mul(vd, low));
    s31 = f64x2.add(s31, f64x2.mul(vd, high));
  }
  store<v128>(out, s00);
  store<v128>(out, s01, 16);
  out += bytes;
  store<v128>(out, s10);
  store<v128>(out, s11, 16);
  out += bytes;
  store<v128>(out, s20);
  store<v128>(out, s21, 16);
  out += bytes;
  store<v128>(out, s30);
  store<v128>(out, s31, 16);
}
