/**
 * Silhouette of every row by Euclidean distances (Rousseeuw 1987), each pair measured once. Rows are visited in the order of their clusters. A
 * group of columns (rows of one cluster) meets all rows from its own place on: what a row sums belongs to the row and the columns' cluster, what
 * a column sums over the rows of a cluster belongs to the column. Both are complete when that cluster ends, so no
 * rows × clusters table is kept.
 */
import { blockRows, GROUP_COLUMNS, packDistancePanels, paddedColumns, panelBytes, panelProducts, TILE_ROWS } from "../linalg/panels";
import { squaredDistance } from "../linalg/rows";

/** Below this share of ‖x‖² a squared distance from the product has lost too many digits and is recomputed by differences. */
const CANCELLATION: f32 = 1.0 / 64.0;

@unmanaged
export class Scores {
  x: usize;
  dimensions: i32;
  /** i32: labelled rows by (cluster, row), with a tile's padding; and how many. */
  order: usize;
  count: i32;
  /** i32 × rows. */
  labels: usize;
  /** f64 × clusters: rows of a cluster. */
  sizes: usize;
  /** f32 × rows: scale · ‖x‖². */
  norms: usize;
  scale: f64;
  /** f64 by place in the order: distances to the columns' cluster; mean distance to the own cluster, and to the nearest other. */
  sums: usize;
  own: usize;
  other: usize;
  /** The group of columns: their first place, number, rows, panels and sums (f64). */
  first: i32;
  columns: i32;
  columnRows: usize;
  panels: usize;
  columnSums: usize;
  /** Cluster that the columns' sums are about. */
  cluster: i32;
  products: usize;
}

export function scoresBytes(): usize {
  return offsetof<Scores>();
}

/** Bytes of a group of columns with its products. */
export function scoresGroupBytes(dimensions: i32): usize {
  const columns = <usize>GROUP_COLUMNS;
  return columns * (<usize>dimensions * 4 + 8) + panelBytes(GROUP_COLUMNS, dimensions) + <usize>(blockRows(dimensions) + TILE_ROWS) * columns * 4 + 64;
}

/** `own` and `sums` are zeros, `other` is Infinity. */
export function scoresSpace(
  at: usize, x: usize, dimensions: i32, order: usize, count: i32, labels: usize, sizes: usize, norms: usize, scale: f64, sums: usize, own: usize,
  other: usize, group: usize,
): void {
  const s = changetype<Scores>(at);
  s.x = x;
  s.dimensions = dimensions;
  s.order = order;
  s.count = count;
  s.labels = labels;
  s.sizes = sizes;
  s.norms = norms;
  s.scale = scale;
  s.sums = sums;
  s.own = own;
  s.other = other;
  s.columnRows = group;
  s.panels = s.columnRows + ((<usize>GROUP_COLUMNS * <usize>dimensions) << 2);
  s.columnSums = (s.panels + panelBytes(GROUP_COLUMNS, dimensions) + 15) & ~15;
  s.products = s.columnSums + (<usize>GROUP_COLUMNS << 3);
}

/** Takes `columns` rows of one cluster, from place `first`, as the columns. */
export function scoresColumns(at: usize, first: i32, columns: i32): void {
  const s = changetype<Scores>(at);
  const rowBytes = <usize>s.dimensions << 2;
  s.first = first;
  s.columns = columns;
  for (let j = 0; j < columns; j++) memory.copy(s.columnRows + <usize>j * rowBytes, s.x + <usize>rowOf(s, first + j) * rowBytes, rowBytes);
  packDistancePanels(s.columnRows, columns, s.dimensions, s.scale, s.panels);
  s.cluster = labelOf(s, first);
  memory.fill(s.columnSums, 0, <usize>GROUP_COLUMNS << 3);
}

@inline
function rowOf(s: Scores, place: i32): i32 {
  return load<i32>(s.order + (<usize>place << 2));
}

@inline
function labelOf(s: Scores, place: i32): i32 {
  return load<i32>(s.labels + (<usize>rowOf(s, place) << 2));
}

@inline
function sizeOf(s: Scores, cluster: i32): f64 {
  return load<f64>(s.sizes + (<usize>cluster << 3));
}

/** Measures the columns against the rows at places [from, to), which follow each other from call to call, from the columns' own place to the end. */
export function scoresRows(at: usize, from: i32, to: i32): void {
  const s = changetype<Scores>(at);
  const capacity = blockRows(s.dimensions);
  const stride = <usize>paddedColumns(s.columns) << 2;
  for (let block = from; block < to; block += capacity) {
    const end = min(block + capacity, to);
    panelProducts(s.x, s.dimensions, s.order + (<usize>block << 2), end - block, s.panels, s.columns, s.products, stride);
    for (let place = block; place < end; place++) addRow(s, place, s.products + <usize>(place - block) * stride);
  }
  if (to == s.count) closeColumns(s);
}

function addRow(s: Scores, place: i32, products: usize): void {
  const row = rowOf(s, place);
  const cluster = labelOf(s, place);
  if (cluster != s.cluster) {
    closeColumns(s);
    s.cluster = cluster;
  }
  const norm = load<f32>(s.norms + (<usize>row << 2));
  squaredToDistances(s, row, norm, products);
  // Within the group every pair is met from both sides.
  const sum = place < s.first + s.columns ? sumOf(products, s.columns) : sumOfBoth(products, s.columns, s.columnSums);
  const to = s.sums + (<usize>place << 3);
  store<f64>(to, load<f64>(to) + sum);
}

/** Products to distances in place, scaled; lanes of padding become 0. */
function squaredToDistances(s: Scores, row: i32, norm: f32, products: usize): void {
  const limit = norm * CANCELLATION;
  const limits = f32x4.splat(limit);
  const norms = f32x4.splat(norm);
  const end = products + (<usize>s.columns << 2);
  for (let at = products; at < end; at += 16) {
    const squared = f32x4.add(load<v128>(at), norms);
    store<v128>(at, f32x4.sqrt(squared));
    if (v128.any_true(f32x4.lt(squared, limits))) {
      for (let j: usize = 0; j < 16; j += 4) recompute(s, row, at + j, <i32>((at + j - products) >> 2), limit);
    }
  }
  for (let at = end; at & 15; at += 4) store<f32>(at, 0);
}

/** Replaces a distance that is too short for its digits. */
function recompute(s: Scores, row: i32, at: usize, column: i32, limit: f32): void {
  const distance = load<f32>(at);
  // Written so that the root of a negative square, which is not a number, is replaced too.
  if (column >= s.columns || distance * distance > limit) return;
  const rowBytes = <usize>s.dimensions << 2;
  const squared = squaredDistance(s.x + <usize>row * rowBytes, s.columnRows + <usize>column * rowBytes, s.dimensions);
  store<f32>(at, <f32>sqrt(squared * s.scale));
}

function sumOf(distances: usize, columns: i32): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = distances + (<usize>columns << 2);
  for (; distances < end; distances += 16) {
    const four = load<v128>(distances);
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(four, four, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

function sumOfBoth(distances: usize, columns: i32, columnSums: usize): f64 {
  let low = f64x2.splat(0);
  let high = low;
  const end = distances + (<usize>columns << 2);
  for (; distances < end; distances += 16, columnSums += 32) {
    const four = load<v128>(distances);
    const a = f64x2.promote_low_f32x4(four);
    const b = f64x2.promote_low_f32x4(i32x4.shuffle(four, four, 2, 3, 2, 3));
    low = f64x2.add(low, a);
    high = f64x2.add(high, b);
    store<v128>(columnSums, f64x2.add(load<v128>(columnSums), a));
    store<v128>(columnSums, f64x2.add(load<v128>(columnSums, 16), b), 16);
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** The columns have met the last row of `cluster`. */
function closeColumns(s: Scores): void {
  const own = s.cluster == labelOf(s, s.first);
  for (let j = 0; j < s.columns; j++) {
    const sum = load<f64>(s.columnSums + (<usize>j << 3));
    const place = <usize>(s.first + j) << 3;
    if (own) store<f64>(s.sums + place, load<f64>(s.sums + place) + sum);
    else store<f64>(s.other + place, min(load<f64>(s.other + place), sum / sizeOf(s, s.cluster)));
  }
  memory.fill(s.columnSums, 0, <usize>GROUP_COLUMNS << 3);
}

/** All columns of a cluster, places [from, to), have met all rows: its rows have their own mean, later ones one more to be nearest. */
export function scoresClose(at: usize, from: i32, to: i32): void {
  const s = changetype<Scores>(at);
  const size = <f64>(to - from);
  for (let place = from; place < s.count; place++) {
    const sum = s.sums + (<usize>place << 3);
    if (place < to) store<f64>(s.own + (<usize>place << 3), load<f64>(sum) / max(1, size - 1));
    else {
      const other = s.other + (<usize>place << 3);
      store<f64>(other, min(load<f64>(other), load<f64>(sum) / size));
    }
    store<f64>(sum, 0);
  }
}
