/** The base as the filter takes it: panels, norms and boxes of its blocks. */
import { panelWidth } from "../linalg/panels";
import { prepareRow } from "./prepare";
import { PRODUCT, Search } from "./state";

/** Prepares rows [from, to) of a side into `out` (f32 × width). */
export function prepareRows(at: usize, x: usize, inverses: usize, from: i32, to: i32, out: usize): void {
  const s = changetype<Search>(at);
  for (let i = from; i < to; i++) prepareRow(s, x, inverses, i, out + ((<usize>i * <usize>s.width) << 2));
}

/** Packs blocks [from, to) from the prepared rows. */
export function packBlocks(at: usize, prepared: usize, from: i32, to: i32): void {
  const s = changetype<Search>(at);
  for (let block = from; block < to; block++) {
    const first = block * s.leaf;
    const count = min(s.leaf, s.baseRows - first);
    let radius: f64 = 0;
    for (let i = first; i < first + count; i++) {
      const row = orderedRow(s, prepared, i);
      let norm: f64 = 0;
      for (let t: usize = 0; t < <usize>s.width << 2; t += 4) norm += <f64>load<f32>(row + t) * <f64>load<f32>(row + t);
      store<f32>(s.baseNorms + (<usize>i << 2), <f32>norm);
      radius = max(radius, norm);
    }
    store<f64>(s.radii + (<usize>block << 3), sqrt(radius));
    findCopies(s, first, count);
    packBlock(s, prepared, first, count);
    const box = s.boxes + ((<usize>block * <usize>s.width) << 3);
    for (let i = first; i < first + count; i++) growBox(s, box, orderedRow(s, prepared, i), i == first);
    if (s.centers) average(s, prepared, first, count, s.centers + ((<usize>block * <usize>s.width) << 2));
  }
}

/** Finds each row's equals among the `leaf` positions before it: the order has put them there, and where they fill blocks, each block finds the last. */
function findCopies(s: Search, first: i32, count: i32): void {
  for (let i = first; i < first + count; i++) {
    const norm = load<f32>(s.baseNorms + (<usize>i << 2));
    let copies = i;
    for (let j = i - 1; j >= max(0, i - s.leaf); j--) {
      if (load<f32>(s.baseNorms + (<usize>j << 2)) != norm || !areEqual(s, i, j)) continue;
      copies = load<i32>(s.copies + (<usize>j << 2));
      break;
    }
    store<i32>(s.copies + (<usize>i << 2), copies);
  }
}

/** Of the rows as they came: prepared ones may be equal where these differ. */
function areEqual(s: Search, i: i32, j: i32): bool {
  const rowBytes = <usize>s.dimensions << 2;
  const a = s.base + <usize>load<i32>(s.baseOrder + (<usize>i << 2)) * rowBytes;
  const b = s.base + <usize>load<i32>(s.baseOrder + (<usize>j << 2)) * rowBytes;
  return memory.compare(a, b, rowBytes) == 0;
}

function average(s: Search, prepared: usize, first: i32, count: i32, center: usize): void {
  const bytes = <usize>s.width << 2;
  memory.fill(center, 0, bytes);
  for (let i = first; i < first + count; i++) {
    const row = orderedRow(s, prepared, i);
    for (let t: usize = 0; t < bytes; t += 4) store<f32>(center + t, load<f32>(center + t) + load<f32>(row + t) / <f32>count);
  }
}

@inline
function orderedRow(s: Search, prepared: usize, position: i32): usize {
  return prepared + ((<usize>load<i32>(s.baseOrder + (<usize>position << 2)) * <usize>s.width) << 2);
}

export function growBox(s: Search, box: usize, row: usize, isFirst: bool): void {
  const high = box + (<usize>s.width << 2);
  for (let t: usize = 0; t < <usize>s.width << 2; t += 4) {
    const v = load<f32>(row + t);
    store<f32>(box + t, isFirst ? v : min(load<f32>(box + t), v));
    store<f32>(high + t, isFirst ? v : max(load<f32>(high + t), v));
  }
}

@inline
export function blockPanels(s: Search, block: i32): usize {
  return s.panels + ((<usize>block * <usize>s.leaf * <usize>(s.width + 1)) << 2);
}

/** Whole blocks, in panels of the widths that products take or of 8; columns of padding start at the largest float. */
function packBlock(s: Search, prepared: usize, position: i32, count: i32): void {
  const product = s.filter == PRODUCT;
  const factor: f32 = product ? -2 : 1;
  const rowBytes = <usize>s.width << 2;
  let panel = blockPanels(s, position / s.leaf);
  let width = 8;
  for (let first = 0; first < s.leaf; first += width) {
    if (product) width = panelWidth(first, s.leaf);
    const step = <usize>width << 2;
    for (let j = 0; j < width; j++) {
      const column = first + j;
      const real = column < count;
      // A column of padding repeats the first: its start alone keeps it out.
      let from = orderedRow(s, prepared, position + (real ? column : 0));
      let at = panel + (<usize>j << 2);
      // Lowered by the bound on rounding: what comes out is never above the true value.
      const norm = <f64>load<f32>(s.baseNorms + (<usize>(position + column) << 2));
      store<f32>(at, !real ? f32.MAX_VALUE : product ? <f32>(norm * (1 - s.rounding)) : 0);
      for (const end = from + rowBytes; from < end; from += 4) store<f32>((at += step), factor * load<f32>(from));
    }
    panel += step * <usize>(s.width + 1);
  }
}
