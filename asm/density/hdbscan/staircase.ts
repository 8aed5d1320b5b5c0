/**
 * Pairs of two cells that their positions along the line between the centres do not tell apart. By (|y − a|² − |y − b|²) / 2|a − b| a query of
 * the cell around a stands so far from the plane between the two, and a row x of the other cell likewise on its side: x and y are at least as far
 * apart as both together. With queries ordered by how far they advance and rows by how far they stand, what is left is a staircase of
 * tiles. At 70,000 × 50 that is a third of the pairs whose query the plane alone lets pass.
 */
import { GROUP_COLUMNS, padList, panelProducts, TILE_ROWS } from "../../linalg/panels";
import { PRODUCT } from "../../neighbors/state";
import { doubtOf, Queries, rowBytesOf, separation } from "./queries";
import { wholeTile } from "./scan";
import { Space, startOf } from "./space";

/** Queries of a step: whole tiles of 3, 4 and 8. */
const STEP_ROWS = 24;
/** Columns of a step: one panel. */
const STEP_COLUMNS = 12;
/** Positions are sorted into so many; within one, order does not matter. */
const BUCKETS: usize = 32;
const FAR: f32 = 3e38;

/** Orders the listed queries and columns [from, from + columns) of the cell; then `nextTile` gives tile after tile. */
export function arrange(s: Space, q: Queries, cell: i32, from: i32, columns: i32): void {
  q.done = 0;
  q.columns = columns;
  q.steps = s.filter == PRODUCT && cell != q.cell && separation(q, cell) > 0;
  if (!q.steps) return wholeTile(s, q, cell, from, columns);
  const least = placeColumns(s, q, cell, from, columns);
  const most = placeQueries(s, q, cell);
  let largest: f32 = -FAR;
  for (let j: usize = 0; j < <usize>columns << 2; j += 4) largest = max(largest, load<f32>(q.positions + j));
  const reached = min(most, largest);
  if (reached < least) {
    q.listed = 0;
    return;
  }
  const perUnit: f32 = reached > least ? <f32>(BUCKETS - 0.5) / (reached - least) : 0;
  sortColumns(s, q, startOf(s, cell) + from, columns, least, reached, perUnit);
  sortQueries(q, least, reached, perUnit);
}

/** Squared distance of each column to the queries' centre less that to its own; returns the least. */
function placeColumns(s: Space, q: Queries, cell: i32, from: i32, columns: i32): f32 {
  const panels = s.panels + <usize>load<i32>(s.panelAt + (<usize>cell << 2)) + <usize>from * (<usize>(s.width + 1) << 2);
  for (let i = 0; i < TILE_ROWS; i++) store<i32>(q.sorted + (<usize>i << 2), q.cell);
  panelProducts(s.centers, s.width, q.sorted, 1, panels, columns, q.products, <usize>((columns + 3) & ~3) << 2);
  const norm = load<f32>(s.centerNorms + (<usize>q.cell << 2));
  const offsets = s.offsets + (<usize>(startOf(s, cell) + from) << 2);
  let least = FAR;
  for (let j: usize = 0; j < <usize>columns << 2; j += 4) {
    const position = load<f32>(q.products + j) + norm - load<f32>(offsets + j);
    store<f32>(q.positions + j, position);
    least = min(least, position);
  }
  return least;
}

/** How far towards the cell each listed query may look, in the same unit; returns the most. */
function placeQueries(s: Space, q: Queries, cell: i32): f32 {
  const stride = rowBytesOf(q);
  const there = q.bounds + <usize>cell * stride;
  const here = q.bounds + <usize>q.cell * stride;
  const unit = <f32>2.00004 * separation(q, cell);
  const doubt: f32 = <f32>2 * doubtOf(s);
  let most = -FAR;
  for (let i: usize = 0; i < <usize>q.listed << 2; i += 4) {
    const slot = <usize>(load<i32>(q.list + i) - q.first) << 2;
    const reach = load<f32>(q.reaches + slot);
    const advance = reach >= 1e18 ? FAR : reach * unit - (load<f32>(there + slot) - load<f32>(here + slot)) + doubt;
    store<f32>(q.advances + i, advance);
    most = max(most, advance);
  }
  return most;
}

@inline
function bucketOf(position: f32, least: f32, reached: f32, perUnit: f32): usize {
  return <usize>((min(position, reached) - least) * perUnit) << 2;
}

/** Packs the columns that any query reaches, nearest first; ends[b] is the number in buckets up to b. */
function sortColumns(s: Space, q: Queries, first: i32, columns: i32, least: f32, reached: f32, perUnit: f32): void {
  const bytes = <usize>columns << 2;
  memory.fill(q.ends, 0, (BUCKETS + 1) << 2);
  for (let j: usize = 0; j < bytes; j += 4) {
    const position = load<f32>(q.positions + j);
    if (position > reached) continue;
    const count = q.ends + 4 + bucketOf(position, least, reached, perUnit);
    store<i32>(count, load<i32>(count) + 1);
  }
  for (let b: usize = 4; b <= BUCKETS << 2; b += 4) store<i32>(q.ends + b, load<i32>(q.ends + b) + load<i32>(q.ends + b - 4));
  // Each bucket's start runs on to its end.
  for (let j: usize = 0; j < bytes; j += 4) {
    const position = load<f32>(q.positions + j);
    if (position > reached) continue;
    const start = q.ends + bucketOf(position, least, reached, perUnit);
    const column = load<i32>(start);
    store<i32>(start, column + 1);
    store<i32>(q.places + (<usize>column << 2), first + <i32>(j >> 2));
  }
  q.columns = load<i32>(q.ends + ((BUCKETS - 1) << 2));
  pack(s, q);
}

/** Panels of 12 columns; padding starts at the largest float. */
function pack(s: Space, q: Queries): void {
  const rowBytes = <usize>s.width << 2;
  let panel = q.panel;
  for (let first = 0; first < q.columns; first += STEP_COLUMNS, panel += (rowBytes + 4) * STEP_COLUMNS) {
    for (let j = 0; j < STEP_COLUMNS; j++) {
      const real = first + j < q.columns;
      const place = <usize>load<i32>(q.places + (<usize>(real ? first + j : first) << 2));
      let at = panel + (<usize>j << 2);
      store<f32>(at, real ? load<f32>(s.norms + (place << 2)) : f32.MAX_VALUE);
      let from = s.points + place * rowBytes;
      const end = from + rowBytes;
      for (; from < end; from += 4) store<f32>((at += STEP_COLUMNS << 2), -2 * load<f32>(from));
    }
  }
}

/** The listed queries that reach any column, farthest advance first, with the number of columns that their bucket reaches. */
function sortQueries(q: Queries, least: f32, reached: f32, perUnit: f32): void {
  const starts = q.ends + ((BUCKETS + 1) << 2);
  const bytes = <usize>q.listed << 2;
  memory.fill(starts, 0, BUCKETS << 2);
  for (let i: usize = 0; i < bytes; i += 4) {
    const advance = load<f32>(q.advances + i);
    if (advance < least) continue;
    const count = starts + bucketOf(advance, least, reached, perUnit);
    store<i32>(count, load<i32>(count) + 1);
  }
  let count = 0;
  for (let b: isize = (BUCKETS - 1) << 2; b >= 0; b -= 4) {
    const size = load<i32>(starts + b);
    store<i32>(starts + b, count);
    count += size;
  }
  for (let i: usize = 0; i < bytes; i += 4) {
    const advance = load<f32>(q.advances + i);
    if (advance < least) continue;
    const bucket = bucketOf(advance, least, reached, perUnit);
    const at = load<i32>(starts + bucket);
    store<i32>(starts + bucket, at + 1);
    store<i32>(q.sorted + (<usize>at << 2), load<i32>(q.list + i));
    store<i32>(q.positions + (<usize>at << 2), load<i32>(q.ends + bucket));
  }
  memory.copy(q.list, q.sorted, <usize>count << 2);
  const end = q.list + (<usize>count << 2);
  if (count > 0) padList(end, load<i32>(end - 4));
  q.listed = count;
}

/** Computes the next tile: `tile` queries from list entry `done`, by `stride`. False where none is left. */
export function nextTile(s: Space, q: Queries): bool {
  if (!q.steps) return q.done < q.listed;
  if (q.done >= q.listed) return false;
  const list = q.list + (<usize>q.done << 2);
  q.tile = min(STEP_ROWS, q.listed - q.done);
  const reached = load<i32>(q.positions + (<usize>q.done << 2));
  const columns = (reached + STEP_COLUMNS - 1) / STEP_COLUMNS * STEP_COLUMNS;
  q.stride = <usize>columns << 2;
  panelProducts(s.points, s.width, list, q.tile, q.panel, columns, q.products, q.stride);
  return true;
}
