/** Rows as the tiles take them: scaled to float32's middle range, or to unit length, and centred where the filter is a product. */
import { GROUP_COLUMNS, panelWidth, paddedColumns } from "../linalg/panels";
import { COSINE } from "./metric";
import { PRODUCT, Search } from "./state";

/** Mean of the base's prepared rows; only the filter sees it, so its rounding changes no result. */
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

/** Writes the prepared row to `out` and returns its squared norm. */
export function prepareRow(s: Search, x: usize, inverses: usize, row: i32, out: usize): f64 {
  const factor = f64x2.splat(rowFactor(s, inverses, row));
  let from = x + ((<usize>row * <usize>s.dimensions) << 2);
  let mean = s.mean;
  const wide = out + (<usize>(s.dimensions & ~1) << 2);
  let sums = f64x2.splat(0);
  for (; out < wide; out += 8, from += 8, mean += 16) {
    const v = f64x2.sub(f64x2.mul(factor, f64x2.promote_low_f32x4(v128.load64_zero(from))), load<v128>(mean));
    const rounded = f32x4.demote_f64x2_zero(v);
    v128.store64_lane(out, rounded, 0);
    const back = f64x2.promote_low_f32x4(rounded);
    sums = f64x2.add(sums, f64x2.mul(back, back));
  }
  let norm = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (s.dimensions & 1) {
    const v = <f32>(f64x2.extract_lane(factor, 0) * <f64>load<f32>(from) - load<f64>(mean));
    store<f32>(out, v);
    norm += <f64>v * <f64>v;
  }
  return norm;
}

/** Base row of a column of the current chunk. */
@inline
export function columnRow(s: Search, column: i32): i32 {
  return s.chunk + column * s.chunks;
}

/** Prepares and packs a chunk of the base. */
export function searchPack(at: usize, chunk: i32): void {
  const s = changetype<Search>(at);
  s.chunk = chunk;
  s.columns = (s.baseRows - chunk + s.chunks - 1) / s.chunks;
  const rowBytes = <usize>s.dimensions << 2;
  for (let j = 0; j < s.columns; j++) {
    const row = columnRow(s, j);
    const norm = prepareRow(s, s.base, s.baseInverses, row, s.columnRows + <usize>j * rowBytes);
    store<f32>(s.baseNorms + (<usize>row << 2), <f32>norm);
    // Lowered by the rounding's bound: what comes out is never above the true value.
    store<f32>(s.starts + (<usize>j << 2), s.filter == PRODUCT ? <f32>(norm * (1 - s.rounding)) : 0);
  }
  if (s.filter == PRODUCT) packColumns(s, -2, paddedColumns(s.columns), false);
  else packColumns(s, 1, (s.columns + 7) & ~7, true);
}

/** Panels of the widths that the products take, or all of 8; columns of padding start at the largest float. */
function packColumns(s: Search, factor: f32, padded: i32, eights: bool): void {
  let panel = s.panels;
  const rowBytes = <usize>s.dimensions << 2;
  let width = 8;
  for (let first = 0; first < padded; first += width) {
    if (!eights) width = panelWidth(first, padded);
    const step = <usize>width << 2;
    for (let j = 0; j < width; j++) {
      const column = first + j;
      const real = column < s.columns;
      let at = panel + (<usize>j << 2);
      store<f32>(at, real ? load<f32>(s.starts + (<usize>column << 2)) : f32.MAX_VALUE);
      // A column of padding repeats the first: its start alone keeps it out.
      let from = s.columnRows + (real ? <usize>column : 0) * rowBytes;
      const end = from + rowBytes;
      for (; from < end; from += 4) store<f32>((at += step), factor * load<f32>(from));
    }
    panel += step * <usize>(s.dimensions + 1);
  }
}
