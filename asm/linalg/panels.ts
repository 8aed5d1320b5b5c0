/**
 * The blocked product under every distance here. A panel holds 12, 8 or 4 columns: a row of starting values, then one row per dimension.
 * For distances a column is a centroid c, packed as
 * −2c over ‖c‖², so that the product with a row x is ‖x − c‖² − ‖x‖² and the nearest centroid has the smallest one.
 *
 * An element is always summed in the same order, whatever tile computes it: results do not depend on blocking or sharding.
 */
import { tile3x12, tile4x8, tile8x4 } from "./generated/tiles";

/** Rows of the tallest tile: lists and outputs are padded to so many. */
export const TILE_ROWS = 8;
/** Columns whose products are kept before they are reduced; a multiple of 12, so that no panel crosses it. */
export const GROUP_COLUMNS = 240;

@inline
export function paddedColumns(columns: i32): i32 {
  return (columns + 3) & ~3;
}

/** Width of the panel that starts at `column`: twelves, but 16 left over in a group are two eights. */
@inline
export function panelWidth(column: i32, padded: i32): i32 {
  const left = min(padded, (column / GROUP_COLUMNS + 1) * GROUP_COLUMNS) - column;
  return left >= 12 && left != 16 ? 12 : min(left, 8);
}

/** Bytes of the panels of `columns` columns. */
export function panelBytes(columns: i32, dimensions: i32): usize {
  return <usize>paddedColumns(columns) * <usize>(dimensions + 1) * 4;
}

/**
 * Packs `columns` rows of `source` (f32, row-major) as −2 · scale · c over scale · ‖c‖². Columns of padding start at the largest
 * float, so that they are never nearest. Returns the largest scale · ‖c‖².
 */
export function packDistancePanels(source: usize, columns: i32, dimensions: i32, scale: f64, panels: usize): f64 {
  const padded = paddedColumns(columns);
  let largest: f64 = 0;
  let width = 0;
  for (let first = 0; first < padded; first += width) {
    width = panelWidth(first, padded);
    const step = <usize>width << 2;
    for (let j = 0; j < width; j++) {
      const start = panels + (<usize>j << 2);
      const column = first + j;
      let at = start;
      if (column >= columns) {
        for (let t = 0; t < dimensions; t++) store<f32>((at += step), 0);
        store<f32>(start, f32.MAX_VALUE);
        continue;
      }
      let from = source + ((<usize>column * <usize>dimensions) << 2);
      let norm: f64 = 0;
      for (let t = 0; t < dimensions; t++, from += 4) {
        const v = <f64>load<f32>(from);
        norm += v * v;
        store<f32>((at += step), <f32>(-2 * scale * v));
      }
      norm *= scale;
      largest = max(largest, norm);
      store<f32>(start, <f32>norm);
    }
    panels += step * <usize>(dimensions + 1);
  }
  return largest;
}

/**
 * out[i][j] for the `count` rows named by `list` and `columns` columns of `panels`; out has `stride` bytes a row. `list` must be
 * readable, with valid rows, up to a multiple of TILE_ROWS; the rows of `out` beyond `count` are scratch.
 */
export function panelProducts(x: usize, dimensions: i32, list: usize, count: i32, panels: usize, columns: i32, out: usize, stride: usize): void {
  const rowBytes = <usize>dimensions << 2;
  const padded = paddedColumns(columns);
  let width = 0;
  for (let column = 0; column < padded; column += width) {
    width = panelWidth(column, padded);
    if (width == 12) tile3x12(x, rowBytes, list, count, panels, out, stride);
    else if (width == 8) tile4x8(x, rowBytes, list, count, panels, out, stride);
    else tile8x4(x, rowBytes, list, count, panels, out, stride);
    panels += (<usize>width << 2) * <usize>(dimensions + 1);
    out += <usize>width << 2;
  }
}

/** Rows of a block: about 128 KiB of data, which stays in the second-level cache while the panels pass. */
export function blockRows(dimensions: i32): i32 {
  const rows = 32768 / dimensions;
  return min(256, max(TILE_ROWS, rows & ~(TILE_ROWS - 1)));
}

/** Writes the numbers from, from + 1, … to − 1 and repeats the last up to a whole tile. */
export function listRange(list: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++, list += 4) store<i32>(list, i);
  padList(list, to - 1);
}

@inline
export function padList(end: usize, row: i32): void {
  for (let i = 0; i < TILE_ROWS; i++) store<i32>(end + (<usize>i << 2), row);
}
