/** Rows as the filter sees them. */
import { COSINE } from "./metric";
import { PRODUCT, Search } from "./state";

/** Mean of the base's rows; only the filter sees it, so its rounding changes no result. */
export function searchMean(at: usize): void {
  const s = changetype<Search>(at);
  memory.fill(s.mean, 0, <usize>s.dimensions << 3);
  if (s.filter != PRODUCT) return;
  let row = s.base;
  for (let i = 0; i < s.baseRows; i++) {
    const factor = rowFactor(s, s.baseInverses, i) / <f64>s.baseRows;
    for (let t: usize = 0; t < <usize>s.dimensions; t++, row += 4) {
      const place = s.mean + (t << 3);
      store<f64>(place, load<f64>(place) + factor * <f64>load<f32>(row));
    }
  }
}

@inline
function rowFactor(s: Search, inverses: usize, row: i32): f64 {
  return s.metric == COSINE ? load<f64>(inverses + (<usize>row << 3)) : s.scale;
}

/** The row scaled, to unit length for cosine, and centred, in f64. Returns its squared norm. */
export function centredRow(s: Search, x: usize, inverses: usize, row: i32, out: usize): f64 {
  const factor = rowFactor(s, inverses, row);
  let from = x + ((<usize>row * <usize>s.dimensions) << 2);
  const end = out + (<usize>s.dimensions << 3);
  let norm: f64 = 0;
  for (let mean = s.mean; out < end; out += 8, mean += 8, from += 4) {
    const v = factor * <f64>load<f32>(from) - load<f64>(mean);
    store<f64>(out, v);
    norm += v * v;
  }
  return norm;
}

/** Writes the prepared row (f32 × width) to `out` and returns the squared norm of what was written. */
export function prepareRow(s: Search, x: usize, inverses: usize, row: i32, out: usize): f64 {
  const squared = centredRow(s, x, inverses, row, s.row);
  let norm: f64 = 0;
  if (s.axes == 0) {
    for (let t: usize = 0; t < <usize>s.dimensions; t++) norm += put(out + (t << 2), load<f64>(s.row + (t << 3)));
    return norm;
  }
  let rest = squared;
  let axis = s.basis;
  for (let j = 0; j < s.axes; j++, out += 4, axis += <usize>s.dimensions << 3) {
    const coordinate = dot(s.row, axis, s.dimensions);
    rest -= coordinate * coordinate;
    norm += put(out, coordinate);
  }
  return norm + put(out, sqrt(max(0, rest)));
}

@inline
function put(out: usize, value: f64): f64 {
  const rounded = <f32>value;
  store<f32>(out, rounded);
  return <f64>rounded * <f64>rounded;
}

/** Dot product of two f64 rows. */
export function dot(a: usize, b: usize, length: i32): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  const wide = a + (<usize>(length & ~3) << 3);
  const end = a + (<usize>length << 3);
  for (; a < wide; a += 32, b += 32) {
    even = f64x2.add(even, f64x2.mul(load<v128>(a), load<v128>(b)));
    odd = f64x2.add(odd, f64x2.mul(load<v128>(a, 16), load<v128>(b, 16)));
  }
  even = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(even, 0) + f64x2.extract_lane(even, 1);
  for (; a < end; a += 8, b += 8) sum += load<f64>(a) * load<f64>(b);
  return sum;
}
