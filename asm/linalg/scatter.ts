/**
 * Scatter matrix XᵀX of centred rows. Chunks of 256 rows are multiplied in f32 panels and every entry of a chunk's product is added to an
 * f64 matrix on the grid. A chunk starts at a multiple of 256 rows of the whole data set, so shards that do too give the same bytes.
 */
import { onGrid, onGrid2 } from "../grid";
import { listRange, paddedColumns, panelProducts, panelWidth, TILE_ROWS } from "./panels";

export const CHUNK_ROWS = 256;
/** Columns of the widest panel. */
const PANEL = 12;

/** Transposed chunk, its panels, the list of dimensions and one panel's products. */
export function scatterBytes(dimensions: i32): usize {
  const d = <usize>dimensions;
  return d * CHUNK_ROWS * 4 + (d + TILE_ROWS) * (4 + PANEL * 4) + (CHUNK_ROWS + 1) * PANEL * 4;
}

/**
 * Adds the products of `rows` ≤ 256 rows at `x` to the upper triangle of `scatter` (f64 × dimensions × dimensions). `scale` is a power
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
    addProducts(products, stride, last, columns, inverse, scatter + (<usize>first << 3), <usize>dimensions << 3, magic);
  }
}

/** The block on the diagonal is added whole: what lies below it is not read. */
function addProducts(products: usize, stride: usize, rows: i32, columns: i32, inverse: f64, sums: usize, rowBytes: usize, magic: f64): void {
  const pairs = columns & ~1;
  const factor = f64x2.splat(inverse);
  const grid = f64x2.splat(magic);
  for (let i = 0; i < rows; i++, products += stride, sums += rowBytes) {
    let from = products;
    let to = sums;
    for (let j = 0; j < pairs; j += 2, from += 8, to += 16) {
      const product = f64x2.mul(factor, f64x2.promote_low_f32x4(v128.load64_zero(from)));
      store<v128>(to, f64x2.add(load<v128>(to), onGrid2(product, grid)));
    }
    if (pairs < columns) store<f64>(to, load<f64>(to) + onGrid(inverse * <f64>load<f32>(from), magic));
  }
}

/** Columns of 4 × 4 values at a time, as rows of `out`. */
function transpose(x: usize, rows: i32, dimensions: i32, scale: f64, out: usize): void {
  const rowBytes = <usize>dimensions << 2;
  const outBytes = <usize>rows << 2;
  const factor = f32x4.splat(<f32>scale);
  const fullRows = rows & ~3;
  const full = dimensions & ~3;
  for (let r = 0; r < fullRows; r += 4) {
    const start = x + <usize>r * rowBytes;
    for (let t = 0; t < full; t += 4) {
      const from = start + (<usize>t << 2);
      const a = load<v128>(from), b = load<v128>(from + rowBytes);
      const c = load<v128>(from + 2 * rowBytes), d = load<v128>(from + 3 * rowBytes);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5), CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const to = out + <usize>t * outBytes + (<usize>r << 2);
      store<v128>(to, f32x4.mul(factor, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5)));
      store<v128>(to + outBytes, f32x4.mul(factor, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)));
      store<v128>(to + 2 * outBytes, f32x4.mul(factor, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5)));
      store<v128>(to + 3 * outBytes, f32x4.mul(factor, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7)));
    }
    for (let t = full; t < dimensions; t++) transposeColumn(start, rowBytes, t, 4, scale, out + <usize>t * outBytes + (<usize>r << 2));
  }
  const tail = x + <usize>fullRows * rowBytes;
  for (let t = 0; t < dimensions; t++) transposeColumn(tail, rowBytes, t, rows - fullRows, scale, out + <usize>t * outBytes + (<usize>fullRows << 2));
}

/** Column `t` of `rows` rows. */
function transposeColumn(x: usize, rowBytes: usize, t: i32, rows: i32, scale: f64, out: usize): void {
  let from = x + (<usize>t << 2);
  for (let r = 0; r < rows; r++, from += rowBytes, out += 4) store<f32>(out, <f32>(scale * <f64>load<f32>(from)));
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
