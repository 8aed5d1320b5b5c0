/**
 * The nearest centroid of each row of a block, and how near the second is: products by panels, reduced group by group of columns.
 * Ties go to the lower centroid. Values are products (‖x − c‖² − ‖x‖², scaled); the caller adds the row's norm where it needs it.
 */
import { blockRows, GROUP_COLUMNS, listRange, paddedColumns, panelProducts, TILE_ROWS } from "../linalg/panels";

/** Scratch of one block: the rows' numbers, then per row the best product, its centroid and the second best, then the products. */
@unmanaged
export class Block {
  /** Row numbers, `capacity` and a tile's padding. */
  list: usize;
  best: usize;
  nearest: usize;
  second: usize;
  products: usize;
  capacity: i32;
}

export function blockBytes(dimensions: i32, columns: i32): usize {
  const rows = <usize>(blockRows(dimensions) + TILE_ROWS);
  return 64 + rows * 16 + rows * <usize>min(GROUP_COLUMNS, paddedColumns(columns)) * 4;
}

/** Lays a block out over `blockBytes` bytes. */
export function createBlock(at: usize, dimensions: i32): Block {
  const block = changetype<Block>(at);
  block.capacity = blockRows(dimensions);
  const bytes = <usize>(block.capacity + TILE_ROWS) << 2;
  block.list = at + 64;
  block.best = block.list + bytes;
  block.nearest = block.best + bytes;
  block.second = block.nearest + bytes;
  block.products = block.second + bytes;
  return block;
}

/** Fills best, nearest and second for the first `count` rows of the block's list, which is padded. */
export function nearestOfList(block: Block, count: i32, x: usize, dimensions: i32, panels: usize, columns: i32): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    store<f32>(block.best + i, f32.MAX_VALUE);
    store<f32>(block.second + i, f32.MAX_VALUE);
    store<i32>(block.nearest + i, 0);
  }
  for (let first = 0; first < columns; first += GROUP_COLUMNS) {
    const width = min(GROUP_COLUMNS, columns - first);
    const stride = <usize>paddedColumns(width) << 2;
    panelProducts(x, dimensions, block.list, count, panels, width, block.products, stride);
    for (let i = 0; i < count; i++) reduceRow(block, <usize>i << 2, block.products + <usize>i * stride, stride, first);
    panels += stride * <usize>(dimensions + 1);
  }
}

export function nearestOfRange(block: Block, from: i32, to: i32, x: usize, dimensions: i32, panels: usize, columns: i32): void {
  listRange(block.list, from, to);
  nearestOfList(block, to - from, x, dimensions, panels, columns);
}

function reduceRow(block: Block, row: usize, products: usize, bytes: usize, firstColumn: i32): void {
  let best = f32x4.splat(f32.MAX_VALUE);
  let second = best;
  let nearest = i32x4.splat(firstColumn);
  let column = i32x4.add(nearest, i32x4(0, 1, 2, 3));
  const end = products + bytes;
  for (; products < end; products += 16) {
    const value = load<v128>(products);
    const less = f32x4.lt(value, best);
    second = v128.bitselect(best, f32x4.pmin(second, value), less);
    best = v128.bitselect(value, best, less);
    nearest = v128.bitselect(column, nearest, less);
    column = i32x4.add(column, i32x4.splat(4));
  }
  let b = load<f32>(block.best + row);
  let s = load<f32>(block.second + row);
  let n = load<i32>(block.nearest + row);
  for (let lane = 0; lane < 4; lane++) {
    const value = laneF32(best, lane);
    const index = laneI32(nearest, lane);
    if (value < b || (value == b && index < n)) {
      s = min(b, laneF32(second, lane));
      b = value;
      n = index;
    } else {
      s = min(s, value);
    }
  }
  store<f32>(block.best + row, b);
  store<f32>(block.second + row, s);
  store<i32>(block.nearest + row, n);
}

@inline
function laneF32(v: v128, lane: i32): f32 {
  return lane == 0 ? f32x4.extract_lane(v, 0) : lane == 1 ? f32x4.extract_lane(v, 1) : lane == 2 ? f32x4.extract_lane(v, 2) : f32x4.extract_lane(v, 3);
}

@inline
function laneI32(v: v128, lane: i32): i32 {
  return lane == 0 ? i32x4.extract_lane(v, 0) : lane == 1 ? i32x4.extract_lane(v, 1) : lane == 2 ? i32x4.extract_lane(v, 2) : i32x4.extract_lane(v, 3);
}
