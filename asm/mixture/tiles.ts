/**
 * Quadratic forms of rows, for float (12 rows a tile) or double (6). A tile is three vectors of rows for every dimension, 48 bytes: rows
 * lie in the lanes, so a row's form is summed in the same order wherever it lies, and no lanes need to be added up at the end.
 */
import { multiplyAdd } from "../math";

/** Bytes of one dimension of a tile. */
export const TILE_STEP: usize = 48;

/** Rows of a tile. */
@inline
export function tileRows<T>(): i32 {
  return <i32>(TILE_STEP / sizeof<T>());
}

@inline
function add<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? f32x4.add(a, b) : f64x2.add(a, b);
}

@inline
function sub<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? f32x4.sub(a, b) : f64x2.sub(a, b);
}

@inline
function mul<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? f32x4.mul(a, b) : f64x2.mul(a, b);
}

@inline
function multiplyAddAs<T>(a: v128, b: v128, c: v128): v128 {
  return sizeof<T>() == 4 ? multiplyAdd(a, b, c) : f64x2.add(c, f64x2.mul(a, b));
}

@inline
function splat<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? v128.load_splat<f32>(at) : v128.load_splat<f64>(at);
}

/** A float as a vector of T. */
@inline
function splatFloat<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? v128.load_splat<f32>(at) : f64x2.splat(<f64>load<f32>(at));
}

/** Lays `count` float rows out as tiles; the last row fills the last tile up. */
export function packTiles<T>(x: usize, dimensions: i32, count: i32, tiles: usize): void {
  const rows = tileRows<T>();
  const rowBytes = <usize>dimensions << 2;
  const last = x + <usize>(count - 1) * rowBytes;
  for (let first = 0; first < count; first += rows, tiles += TILE_STEP * <usize>dimensions) {
    if (sizeof<T>() == 4) {
      for (let lane = 0; lane < rows; lane += 4) {
        const row = x + <usize>(first + lane) * rowBytes;
        pack4(min(row, last), min(row + rowBytes, last), min(row + 2 * rowBytes, last), min(row + 3 * rowBytes, last), dimensions, tiles + (<usize>lane << 2));
      }
    } else {
      for (let lane = 0; lane < rows; lane++) {
        let from = min(x + <usize>(first + lane) * rowBytes, last);
        let to = tiles + <usize>lane * sizeof<T>();
        for (let t = 0; t < dimensions; t++, from += 4, to += TILE_STEP) store<T>(to, <T>load<f32>(from));
      }
    }
  }
}

/** Four float rows, transposed, into four lanes of a tile. */
function pack4(a: usize, b: usize, c: usize, d: usize, dimensions: i32, to: usize): void {
  const end = a + (<usize>dimensions << 2);
  for (; a + 16 <= end; a += 16, b += 16, c += 16, d += 16, to += 4 * TILE_STEP) {
    const va = load<v128>(a), vb = load<v128>(b), vc = load<v128>(c), vd = load<v128>(d);
    const ab = v128.shuffle<i32>(va, vb, 0, 4, 1, 5), cd = v128.shuffle<i32>(vc, vd, 0, 4, 1, 5);
    store<v128>(to, v128.shuffle<i64>(ab, cd, 0, 2), 0);
    store<v128>(to, v128.shuffle<i64>(ab, cd, 1, 3), 48);
    const abHigh = v128.shuffle<i32>(va, vb, 2, 6, 3, 7), cdHigh = v128.shuffle<i32>(vc, vd, 2, 6, 3, 7);
    store<v128>(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 96);
    store<v128>(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 144);
  }
  for (; a < end; a += 4, b += 4, c += 4, d += 4, to += TILE_STEP) {
    store<f32>(to, load<f32>(a), 0);
    store<f32>(to, load<f32>(b), 4);
    store<f32>(to, load<f32>(c), 8);
    store<f32>(to, load<f32>(d), 12);
  }
}

/** out = tile − center, which is of floats. */
export function subtract<T>(tile: usize, center: usize, dimensions: i32, out: usize): void {
  const end = tile + TILE_STEP * <usize>dimensions;
  for (; tile < end; tile += TILE_STEP, out += TILE_STEP, center += 4) {
    const m = splatFloat<T>(center);
    store<v128>(out, sub<T>(load<v128>(tile, 0), m), 0);
    store<v128>(out, sub<T>(load<v128>(tile, 16), m), 16);
    store<v128>(out, sub<T>(load<v128>(tile, 32), m), 32);
  }
}

/**
 * out = tile × P for an upper triangular P, three columns at a time: `panel` holds for each three columns the rows down to their last,
 * three numbers a row (`packFactor`).
 */
export function project<T>(tile: usize, panel: usize, dimensions: i32, out: usize): void {
  for (let first = 0; first < dimensions; first += 3) {
    const end = tile + TILE_STEP * <usize>min(first + 3, dimensions);
    let a00 = f32x4.splat(0), a01 = a00, a02 = a00;
    let a10 = a00, a11 = a00, a12 = a00;
    let a20 = a00, a21 = a00, a22 = a00;
    for (let z = tile; z < end; z += TILE_STEP, panel += 3 * sizeof<T>()) {
      const z0 = load<v128>(z, 0), z1 = load<v128>(z, 16), z2 = load<v128>(z, 32);
      const p0 = splat<T>(panel);
      a00 = multiplyAddAs<T>(z0, p0, a00); a01 = multiplyAddAs<T>(z1, p0, a01); a02 = multiplyAddAs<T>(z2, p0, a02);
      const p1 = splat<T>(panel + sizeof<T>());
      a10 = multiplyAddAs<T>(z0, p1, a10); a11 = multiplyAddAs<T>(z1, p1, a11); a12 = multiplyAddAs<T>(z2, p1, a12);
      const p2 = splat<T>(panel + 2 * sizeof<T>());
      a20 = multiplyAddAs<T>(z0, p2, a20); a21 = multiplyAddAs<T>(z1, p2, a21); a22 = multiplyAddAs<T>(z2, p2, a22);
    }
    store<v128>(out, a00, 0); store<v128>(out, a01, 16); store<v128>(out, a02, 32);
    store<v128>(out, a10, 48); store<v128>(out, a11, 64); store<v128>(out, a12, 80);
    store<v128>(out, a20, 96); store<v128>(out, a21, 112); store<v128>(out, a22, 128);
    out += 3 * TILE_STEP;
  }
}

/** logs = constant − ½ ‖tile‖² for each row of the tile. */
export function logDensity<T>(tile: usize, dimensions: i32, constant: f64, logs: usize): void {
  const end = tile + TILE_STEP * <usize>dimensions;
  let q0 = f32x4.splat(0), q1 = q0, q2 = q0;
  for (; tile < end; tile += TILE_STEP) {
    const y0 = load<v128>(tile, 0), y1 = load<v128>(tile, 16), y2 = load<v128>(tile, 32);
    q0 = multiplyAddAs<T>(y0, y0, q0); q1 = multiplyAddAs<T>(y1, y1, q1); q2 = multiplyAddAs<T>(y2, y2, q2);
  }
  storeLogs<T>(q0, q1, q2, constant, logs);
}

/** The same of tile − offset, both in the factor's coordinates. */
export function logDensityFrom<T>(tile: usize, offset: usize, dimensions: i32, constant: f64, logs: usize): void {
  const end = tile + TILE_STEP * <usize>dimensions;
  let q0 = f32x4.splat(0), q1 = q0, q2 = q0;
  for (; tile < end; tile += TILE_STEP, offset += sizeof<T>()) {
    const b = splat<T>(offset);
    const y0 = sub<T>(load<v128>(tile, 0), b), y1 = sub<T>(load<v128>(tile, 16), b), y2 = sub<T>(load<v128>(tile, 32), b);
    q0 = multiplyAddAs<T>(y0, y0, q0); q1 = multiplyAddAs<T>(y1, y1, q1); q2 = multiplyAddAs<T>(y2, y2, q2);
  }
  storeLogs<T>(q0, q1, q2, constant, logs);
}

/** The same of (tile − center) · scales, dimension by dimension. */
export function logDensityScaled<T>(tile: usize, center: usize, scales: usize, dimensions: i32, constant: f64, logs: usize): void {
  const end = tile + TILE_STEP * <usize>dimensions;
  let q0 = f32x4.splat(0), q1 = q0, q2 = q0;
  for (; tile < end; tile += TILE_STEP, center += 4, scales += sizeof<T>()) {
    const m = splatFloat<T>(center);
    const p = splat<T>(scales);
    const y0 = mul<T>(sub<T>(load<v128>(tile, 0), m), p);
    const y1 = mul<T>(sub<T>(load<v128>(tile, 16), m), p);
    const y2 = mul<T>(sub<T>(load<v128>(tile, 32), m), p);
    q0 = multiplyAddAs<T>(y0, y0, q0); q1 = multiplyAddAs<T>(y1, y1, q1); q2 = multiplyAddAs<T>(y2, y2, q2);
  }
  storeLogs<T>(q0, q1, q2, constant, logs);
}

@inline
function storeLogs<T>(q0: v128, q1: v128, q2: v128, constant: f64, logs: usize): void {
  if (sizeof<T>() == 4) {
    storePair(f64x2.promote_low_f32x4(q0), constant, logs);
    storePair(f64x2.promote_low_f32x4(high(q0)), constant, logs + 16);
    storePair(f64x2.promote_low_f32x4(q1), constant, logs + 32);
    storePair(f64x2.promote_low_f32x4(high(q1)), constant, logs + 48);
    storePair(f64x2.promote_low_f32x4(q2), constant, logs + 64);
    storePair(f64x2.promote_low_f32x4(high(q2)), constant, logs + 80);
  } else {
    storePair(q0, constant, logs);
    storePair(q1, constant, logs + 16);
    storePair(q2, constant, logs + 32);
  }
}

@inline
function high(v: v128): v128 {
  return v128.shuffle<i64>(v, v, 1, 1);
}

@inline
function storePair(squares: v128, constant: f64, logs: usize): void {
  store<v128>(logs, f64x2.sub(f64x2.splat(constant), f64x2.mul(f64x2.splat(0.5), squares)));
}
