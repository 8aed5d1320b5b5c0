/**
 * Cells of near rows: a few rounds of k-means over a sample of the coordinates, then every row to its nearest centre. Any partition would
 * give the same result; a good one lets most cells be passed over.
 */
import { Block, createBlock, nearestOfList, nearestOfRange } from "../../cluster/nearest";
import { GROUP_COLUMNS, packDistancePanels, padList } from "../../linalg/panels";
import { squaredDistance, squaredNorm } from "../../linalg/rows";
import { PRODUCT } from "../../neighbors/state";
import { cellColumns, coordinateDistance, DETAIL, hasTriangle, setBlur, Space, startOf } from "./space";

/** Centres at every (rows / cells)-th row. Rows are still in row order. */
export function cellsSeed(at: usize): void {
  const s = changetype<Space>(at);
  const bytes = <usize>s.width << 2;
  for (let c = 0; c < s.cells; c++) {
    const row = <usize>((<i64>(2 * c + 1) * <i64>s.rows) / <i64>(2 * s.cells));
    memory.copy(s.centers + <usize>c * bytes, s.points + row * bytes, bytes);
  }
}

/** One round over a sample of `sample` rows: `sums` (f64 × cells × (width + 1)) and `panels` are scratch. */
export function cellsRound(at: usize, sample: i32, panels: usize, blockAt: usize, sums: usize): void {
  const s = changetype<Space>(at);
  const block = createBlock(blockAt, s.width);
  const stride = <usize>(s.width + 1) << 3;
  memory.fill(sums, 0, <usize>s.cells * stride);
  packDistancePanels(s.centers, s.cells, s.width, 1, panels);
  for (let first = 0; first < sample; first += block.capacity) {
    const count = min(block.capacity, sample - first);
    for (let i = 0; i < count; i++) {
      store<i32>(block.list + (<usize>i << 2), <i32>((<i64>(first + i) * <i64>s.rows) / <i64>sample));
    }
    const end = block.list + (<usize>count << 2);
    padList(end, load<i32>(end - 4));
    nearestOfList(block, count, s.points, s.width, panels, s.cells);
    for (let i: usize = 0; i < <usize>count << 2; i += 4) {
      addPoint(s, sums + <usize>load<i32>(block.nearest + i) * stride, load<i32>(block.list + i));
    }
  }
  for (let c = 0; c < s.cells; c++) {
    const sum = sums + <usize>c * stride;
    const count = load<f64>(sum);
    if (count == 0) continue;
    const center = s.centers + ((<usize>c * <usize>s.width) << 2);
    for (let t: usize = 0; t < <usize>s.width; t++) store<f32>(center + (t << 2), <f32>(load<f64>(sum + 8 + (t << 3)) / count));
  }
}

function addPoint(s: Space, sum: usize, row: i32): void {
  const point = s.points + ((<usize>row * <usize>s.width) << 2);
  store<f64>(sum, load<f64>(sum) + 1);
  for (let t: usize = 0; t < <usize>s.width; t++) {
    const place = sum + 8 + (t << 3);
    store<f64>(place, load<f64>(place) + <f64>load<f32>(point + (t << 2)));
  }
}

/** Cells of rows [from, to) to `labels`, by the packed centres. */
export function cellsAssign(at: usize, from: i32, to: i32, panels: usize, blockAt: usize, labels: usize): void {
  const s = changetype<Space>(at);
  const block: Block = createBlock(blockAt, s.width);
  for (let first = from; first < to; first += block.capacity) {
    const end = min(first + block.capacity, to);
    nearestOfRange(block, first, end, s.points, s.width, panels, s.cells);
    memory.copy(labels + (<usize>first << 2), block.nearest, <usize>(end - first) << 2);
  }
}

/** Brings rows into the order of their cells (within one, by row) and their coordinates with them. `labels` is used up. */
export function cellsSort(at: usize, labels: usize): void {
  const s = changetype<Space>(at);
  memory.fill(s.starts, 0, <usize>(s.cells + 1) << 2);
  for (let i: usize = 0; i < <usize>s.rows << 2; i += 4) {
    const count = s.starts + 4 + (<usize>load<i32>(labels + i) << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
  for (let c: usize = 4; c <= <usize>s.cells << 2; c += 4) store<i32>(s.starts + c, load<i32>(s.starts + c) + load<i32>(s.starts + c - 4));
  // Each start runs on to its cell's end, and is put back afterwards.
  for (let row = 0; row < s.rows; row++) {
    const start = s.starts + (<usize>load<i32>(labels + (<usize>row << 2)) << 2);
    const place = load<i32>(start);
    store<i32>(start, place + 1);
    store<i32>(s.order + (<usize>place << 2), row);
  }
  for (let c: usize = <usize>s.cells << 2; c > 0; c -= 4) store<i32>(s.starts + c, load<i32>(s.starts + c - 4));
  store<i32>(s.starts, 0);
  permute(s, s.points, <usize>s.width << 2, labels);
  if (s.detail) permute(s, s.detail, DETAIL << 2, labels);
}

/** Moves `bytes` a row from row order to the order of places, cycle by cycle; `done` (i32 × rows) and one row more are scratch. */
function permute(s: Space, rows: usize, bytes: usize, done: usize): void {
  const kept = rows + <usize>s.rows * bytes;
  memory.fill(done, 0, <usize>s.rows << 2);
  for (let first = 0; first < s.rows; first++) {
    if (load<i32>(done + (<usize>first << 2))) continue;
    memory.copy(kept, rows + <usize>first * bytes, bytes);
    let place = first;
    while (true) {
      store<i32>(done + (<usize>place << 2), 1);
      const row = load<i32>(s.order + (<usize>place << 2));
      const to = rows + <usize>place * bytes;
      if (row == first) {
        memory.copy(to, kept, bytes);
        break;
      }
      memory.copy(to, rows + <usize>row * bytes, bytes);
      place = row;
    }
  }
}

/** Norms, radii and panels of the sorted rows. Returns the bytes of all panels; where `s.panels` is 0 nothing else is done. */
export function cellsPack(at: usize): usize {
  const s = changetype<Space>(at);
  let bytes: usize = 0;
  s.largestNorm = 0;
  for (let c = 0; c < s.cells; c++) {
    const count = startOf(s, c + 1) - startOf(s, c);
    if (s.panels) packCell(s, c, count, s.panels + bytes);
    store<i32>(s.panelAt + (<usize>c << 2), <i32>bytes);
    bytes += <usize>cellColumns(s, count) * (<usize>(s.width + 1) << 2);
  }
  if (s.panels) setBlur(s);
  return bytes;
}

function packCell(s: Space, cell: i32, count: i32, panels: usize): void {
  const bytes = <usize>s.width << 2;
  const center = s.centers + <usize>cell * bytes;
  const first = startOf(s, cell);
  const points = s.points + <usize>first * bytes;
  let radius: f64 = 0;
  let most: f64 = 0;
  for (let i = 0; i < count; i++) {
    const point = points + <usize>i * bytes;
    const norm = squaredNorm(point, s.width);
    store<f32>(s.norms + (<usize>(first + i) << 2), <f32>norm);
    store<f32>(s.offsets + (<usize>(first + i) << 2), <f32>squaredDistance(point, center, s.width));
    most = max(most, norm);
    if (hasTriangle(s)) radius = max(radius, coordinateDistance(s, point, center));
  }
  const own = squaredNorm(center, s.width);
  store<f32>(s.centerNorms + (<usize>cell << 2), <f32>own);
  store<f32>(s.cellNorms + (<usize>cell << 2), <f32>(most * 1.000001));
  store<f32>(s.radii + (<usize>cell << 2), <f32>(radius * 1.000001));
  s.largestNorm = max(s.largestNorm, max(most, own));
  if (count == 0) return;
  if (s.filter == PRODUCT) packDistancePanels(points, count, s.width, 1, panels);
  else packEights(s, points, count, panels);
}

/** Panels of 8 columns that hold the points as they are, over zeros; padding starts at the largest float. */
function packEights(s: Space, points: usize, count: i32, panels: usize): void {
  const bytes = <usize>s.width << 2;
  for (let first = 0; first < count; first += 8) {
    for (let j = 0; j < 8; j++) {
      const real = first + j < count;
      let at = panels + (<usize>j << 2);
      store<f32>(at, real ? 0 : f32.MAX_VALUE);
      const from = points + <usize>(real ? first + j : first) * bytes;
      for (let t: usize = 0; t < bytes; t += 4) store<f32>((at += 32), load<f32>(from + t));
    }
    panels += <usize>(s.width + 1) << 5;
  }
}

/** Columns of a group: a block of queries, or the part of a cell that meets it at once. */
export const GROUP = GROUP_COLUMNS;
