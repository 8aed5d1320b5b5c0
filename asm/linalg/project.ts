/** Coordinates of rows on axes, by the same panels as distances. */
import { blockRows, listRange, paddedColumns, panelProducts, panelWidth, TILE_ROWS } from "./panels";

/** Packs `count` axes (f64, row-major) as panels that start at zero. */
export function packAxes(axes: usize, count: i32, dimensions: i32, panels: usize): void {
  const padded = paddedColumns(count);
  let width = 0;
  for (let first = 0; first < padded; first += width) {
    width = panelWidth(first, padded);
    for (let j = 0; j < width; j++) {
      const step = <usize>width << 2;
      let at = panels + (<usize>j << 2);
      store<f32>(at, 0);
      for (let t = 0; t < dimensions; t++) {
        const value = first + j < count ? load<f64>(axes + ((<usize>(first + j) * <usize>dimensions + <usize>t) << 3)) : 0;
        store<f32>((at += step), <f32>value);
      }
    }
    panels += (<usize>width << 2) * <usize>(dimensions + 1);
  }
}

/** Rows of padding that the output of `projectRows` needs after its last row. */
export function projectPadding(): i32 {
  return TILE_ROWS;
}

/** out[row] = `paddedColumns(count)` floats for rows [from, to). */
export function projectRows(x: usize, dimensions: i32, from: i32, to: i32, panels: usize, count: i32, list: usize, out: usize): void {
  const capacity = blockRows(dimensions);
  const stride = <usize>paddedColumns(count) << 2;
  for (let first = from; first < to; first += capacity) {
    const end = min(first + capacity, to);
    listRange(list, first, end);
    panelProducts(x, dimensions, list, end - first, panels, count, out + <usize>first * stride, stride);
  }
}
