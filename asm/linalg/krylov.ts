/**
 * Passes over a basis of long f64 vectors: one row a vector, `count` rows of n. What Lanczos iteration spends its time in beside its operator.
 * Every sum runs in one fixed order.
 */
import { uniform } from "../rng";

/** Columns of a basis that are rotated at a time: with 128 rows, a tile of 64 KiB. */
const TILE = 64;
const PURPOSE: u32 = 20;

@inline
function row(basis: usize, n: i32, i: i32): usize {
  return basis + ((<usize>i * <usize>n) << 3);
}

@inline
function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** h[i] = basis row i · x. Four rows at a time, so that x is read once for them. */
export function krylovProducts(basis: usize, count: i32, n: i32, x: usize, h: usize): void {
  const wide = <usize>(n & ~1) << 3;
  const odd = n & 1;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = row(basis, n, i);
    const b = row(basis, n, i + 1);
    const c = row(basis, n, i + 2);
    const d = row(basis, n, i + 3);
    let sa = f64x2.splat(0);
    let sb = sa;
    let sc = sa;
    let sd = sa;
    for (let t: usize = 0; t < wide; t += 16) {
      const v = load<v128>(x + t);
      sa = f64x2.add(sa, f64x2.mul(v, load<v128>(a + t)));
      sb = f64x2.add(sb, f64x2.mul(v, load<v128>(b + t)));
      sc = f64x2.add(sc, f64x2.mul(v, load<v128>(c + t)));
      sd = f64x2.add(sd, f64x2.mul(v, load<v128>(d + t)));
    }
    const last = odd ? load<f64>(x + wide) : 0;
    const out = h + (<usize>i << 3);
    store<f64>(out, sum2(sa) + (odd ? last * load<f64>(a + wide) : 0));
    store<f64>(out, sum2(sb) + (odd ? last * load<f64>(b + wide) : 0), 8);
    store<f64>(out, sum2(sc) + (odd ? last * load<f64>(c + wide) : 0), 16);
    store<f64>(out, sum2(sd) + (odd ? last * load<f64>(d + wide) : 0), 24);
  }
  for (; i < count; i++) {
    const a = row(basis, n, i);
    let sa = f64x2.splat(0);
    for (let t: usize = 0; t < wide; t += 16) sa = f64x2.add(sa, f64x2.mul(load<v128>(x + t), load<v128>(a + t)));
    store<f64>(h + (<usize>i << 3), sum2(sa) + (odd ? load<f64>(x + wide) * load<f64>(a + wide) : 0));
  }
}

/** x −= Σ h[i] · basis row i, four rows at a time. */
export function krylovSubtract(basis: usize, count: i32, n: i32, x: usize, h: usize): void {
  const wide = <usize>(n & ~1) << 3;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = row(basis, n, i);
    const b = row(basis, n, i + 1);
    const c = row(basis, n, i + 2);
    const d = row(basis, n, i + 3);
    const at = h + (<usize>i << 3);
    const ha = load<f64>(at);
    const hb = load<f64>(at, 8);
    const hc = load<f64>(at, 16);
    const hd = load<f64>(at, 24);
    const va = f64x2.splat(ha);
    const vb = f64x2.splat(hb);
    const vc = f64x2.splat(hc);
    const vd = f64x2.splat(hd);
    for (let t: usize = 0; t < wide; t += 16) {
      const first = f64x2.add(f64x2.mul(va, load<v128>(a + t)), f64x2.mul(vb, load<v128>(b + t)));
      const second = f64x2.add(f64x2.mul(vc, load<v128>(c + t)), f64x2.mul(vd, load<v128>(d + t)));
      store<v128>(x + t, f64x2.sub(load<v128>(x + t), f64x2.add(first, second)));
    }
    if (n & 1) {
      const first = ha * load<f64>(a + wide) + hb * load<f64>(b + wide);
      const second = hc * load<f64>(c + wide) + hd * load<f64>(d + wide);
      store<f64>(x + wide, load<f64>(x + wide) - (first + second));
    }
  }
  for (; i < count; i++) {
    const a = row(basis, n, i);
    const ha = load<f64>(h + (<usize>i << 3));
    const va = f64x2.splat(ha);
    for (let t: usize = 0; t < wide; t += 16) store<v128>(x + t, f64x2.sub(load<v128>(x + t), f64x2.mul(va, load<v128>(a + t))));
    if (n & 1) store<f64>(x + wide, load<f64>(x + wide) - ha * load<f64>(a + wide));
  }
}

export function krylovNorm(x: usize, n: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = x + (<usize>(n & ~1) << 3);
  for (; x < wide; x += 16) sums = f64x2.add(sums, f64x2.mul(load<v128>(x), load<v128>(x)));
  return sqrt(sum2(sums) + (n & 1 ? load<f64>(x) * load<f64>(x) : 0));
}

export function krylovScale(x: usize, n: i32, factor: f64): void {
  for (let i = 0; i < n; i++, x += 8) store<f64>(x, load<f64>(x) * factor);
}

/** Random numbers in (−½, ½), a function of `stream` and the entry alone. */
export function krylovStart(x: usize, n: i32, stream: u32): void {
  for (let i = 0; i < n; i++, x += 8) store<f64>(x, uniform(0, 0, stream, PURPOSE, <f64>i) - 0.5);
}

export function krylovTileBytes(count: i32): usize {
  return <usize>count * TILE * 8;
}

/** Rows 0 … `kept` − 1 become Σ y[j][i] · row i over `count` rows; y is kept × count. `tile` has `krylovTileBytes(count)`. */
export function krylovRotate(basis: usize, count: i32, n: i32, y: usize, kept: i32, tile: usize): void {
  const rowBytes = <usize>n << 3;
  for (let first = 0; first < n; first += TILE) {
    const width = min(TILE, n - first);
    const bytes = <usize>width << 3;
    const corner = basis + (<usize>first << 3);
    for (let i = 0; i < count; i++) memory.copy(tile + <usize>i * TILE * 8, corner + <usize>i * rowBytes, bytes);
    for (let j = 0; j < kept; j++) {
      const out = corner + <usize>j * rowBytes;
      memory.fill(out, 0, bytes);
      addRows(out, width, tile, y + ((<usize>j * <usize>count) << 3), count);
    }
  }
}

/** out += Σ y[i] · row i of the tile, two rows at a time. */
function addRows(out: usize, width: i32, tile: usize, y: usize, count: i32): void {
  const wide = <usize>(width & ~1) << 3;
  for (let i = 0; i < count; i += 2) {
    const a = tile + <usize>i * TILE * 8;
    const paired = i + 1 < count;
    const b = paired ? a + TILE * 8 : a;
    const fa = load<f64>(y + (<usize>i << 3));
    const fb = paired ? load<f64>(y + (<usize>i << 3), 8) : 0;
    const va = f64x2.splat(fa);
    const vb = f64x2.splat(fb);
    for (let t: usize = 0; t < wide; t += 16) {
      const sum = f64x2.add(f64x2.mul(va, load<v128>(a + t)), f64x2.mul(vb, load<v128>(b + t)));
      store<v128>(out + t, f64x2.add(load<v128>(out + t), sum));
    }
    if (width & 1) store<f64>(out + wide, load<f64>(out + wide) + (fa * load<f64>(a + wide) + fb * load<f64>(b + wide)));
  }
}

/** The largest entry of x (the first of equals) becomes positive. */
export function krylovSign(x: usize, n: i32): void {
  let lead: f64 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f64>(x + (<usize>i << 3));
    if (abs(value) > abs(lead)) lead = value;
  }
  if (lead < 0) krylovScale(x, n, -1);
}
