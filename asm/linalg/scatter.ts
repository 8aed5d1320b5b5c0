/**
 * Scatter matrix XᵀX of centred rows. Chunks of 128 rows are multiplied in f32 panels and every entry of a chunk's product is added to an
 * f64 matrix on the grid. A chunk starts at a multiple of 128 rows of the whole data set, so shards that do too give the same bytes.
 */
import { onGrid } from "../grid";
import { listRange, paddedColumns, panelProducts, panelWidth, TILE_ROWS } from "./panels";

export const CHUNK_ROWS = 128;
/** Columns of the widest panel. */
const PANEL = 12;

/** Transposed chunk, its panels, the list of dimensions and one panel's products. */
export function scatterBytes(dimensions: i32): usize {
  const d = <usize>dimensions;
  return d * CHUNK_ROWS * 4 + (d + TILE_ROWS) * (4 + PANEL * 4) + (CHUNK_ROWS + 1) * PANEL * 4;
}

/**
 * Adds the products of `rows` ≤ 128 rows at `x` to the upper triangle of `scatter` (f64 × dimensions × dimensions). `scale` is a power
 * of two that keeps them within f32; it is taken out again.
 */
export function scatterAdd(x: usize, rows: i32, dimensions: i32, scale: f64, work: usize, scatter: usize, magic: f64): void {
  const transposed = work;
  const list = transposed + (<usize>dimensions * <usize>rows << 2);
  const products = list + (<usize>(dimensions + TILE_ROWS) << 2);
  const panel = products + <usize>(dimensions + TILE_ROWS) * PANEL * 4;
  transpose(x, rows, dimensions, scale, transposed);
  const inverse = 1 / scale;
  listRange(list, 0, dimensions);
  let columns = 0;
  for (let first = 0; first < dimensions; first += columns) {
    columns = min(panelWidth(first, paddedColumns(dimensions)), dimensions - first);
    const stride = <usize>paddedColumns(columns) << 2;
    packPanel(x, rows, dimensions, first, columns, stride, panel);
    const last = first + columns;
    panelProducts(transposed, rows, list, last, panel, columns, products, stride);
    for (let i = 0; i < last; i++) {
      for (let j = max(i, first); j < last; j++) {
        const at = scatter + ((<usize>i * <usize>dimensions + <usize>j) << 3);
        store<f64>(at, load<f64>(at) + onGrid(inverse * <f64>load<f32>(products + <usize>i * stride + (<usize>(j - first) << 2)), magic));
      }
    }
  }
}

function transpose(x: usize, rows: i32, dimensions: i32, scale: f64, out: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let at = out + (r << 2);
    for (let t = 0; t < dimensions; t++, x += 4, at += <usize>rows << 2) store<f32>(at, <f32>(scale * <f64>load<f32>(x)));
  }
}

function packPanel(x: usize, rows: i32, dimensions: i32, first: i32, columns: i32, stride: usize, panel: usize): void {
  memory.fill(panel, 0, stride * <usize>(rows + 1));
  let from = x + (<usize>first << 2);
  for (let r = 0; r < rows; r++) {
    panel += stride;
    memory.copy(panel, from, <usize>columns << 2);
    from += <usize>dimensions << 2;
  }
}
