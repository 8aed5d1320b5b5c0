/**
 * The k nearest rows of each query, exactly: blocked f32 tiles with candidates kept beside them, decided by f64 distances. A block of
 * queries meets the base chunk by chunk.
 */
import { blockRows, listRange, paddedColumns, panelProducts } from "../linalg/panels";
import { addCandidate, limitOf, measure, tighten } from "./candidates";
import { chebyshev4x8, manhattan4x8, minkowski2x8 } from "./generated/tiles";
import { columnRow, prepareRow } from "./prepare";
import { LARGEST, PRODUCT, Search, SUM } from "./state";

/** Starts a block with queries [first, first + count), whose lists are in place. */
export function searchOpen(at: usize, first: i32, count: i32): void {
  const s = changetype<Search>(at);
  s.first = first;
  for (let i = 0; i < count; i++) {
    const place = <usize>i << 2;
    const out = s.prepared + place * <usize>s.dimensions;
    store<f32>(s.norms + place, <f32>prepareRow(s, s.queries, s.queryInverses, first + i, out));
    store<i32>(s.counts + place, 0);
    store<f32>(s.limits + place, limitOf(s, i, load<f32>(s.distances + place * <usize>s.k + (<usize>(s.k - 1) << 2))));
  }
}

/** Rows [from, to) of the block against the packed chunk. */
export function searchScan(at: usize, from: i32, to: i32): void {
  const s = changetype<Search>(at);
  const capacity = blockRows(s.dimensions);
  const columns = paddedColumns(s.columns);
  const stride = <usize>((s.columns + 7) & ~7) << 2;
  for (let first = from; first < to; first += capacity) {
    const end = min(first + capacity, to);
    listRange(s.list, first, end);
    filter(s, end - first, stride);
    for (let i = first; i < end; i++) scanRow(s, i, s.products + <usize>(i - first) * stride, columns);
  }
}

function filter(s: Search, count: i32, stride: usize): void {
  if (s.filter == PRODUCT) return panelProducts(s.prepared, s.dimensions, s.list, count, s.panels, s.columns, s.products, stride);
  const rowBytes = <usize>s.dimensions << 2;
  let panel = s.panels;
  for (let column: usize = 0; column < stride; column += 32) {
    const out = s.products + column;
    if (s.filter == SUM) manhattan4x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    else if (s.filter == LARGEST) chebyshev4x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    else minkowski2x8(s.prepared, rowBytes, s.list, count, panel, out, stride);
    panel += <usize>(s.dimensions + 1) << 5;
  }
}

function scanRow(s: Search, query: i32, products: usize, columns: i32): void {
  let limits = v128.load_splat<f32>(s.limits + (<usize>query << 2));
  for (let j = 0; j < columns; j += 4) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(products + (<usize>j << 2)), limits));
    if (passing == 0) continue;
    let limit: f32 = 0;
    for (; passing; passing &= passing - 1) {
      const column = j + ctz(passing);
      limit = addCandidate(s, query, load<f32>(products + (<usize>column << 2)), columnRow(s, column));
    }
    limits = f32x4.splat(limit);
  }
}

/** Ends rows [from, to) of the block: their lists are then exact. */
export function searchClose(at: usize, from: i32, to: i32): void {
  const s = changetype<Search>(at);
  for (let i = from; i < to; i++) {
    tighten(s, i);
    measure(s, i);
  }
}
