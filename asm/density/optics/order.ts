/**
 * The ordering: Ankerst, Breunig, Kriegel & Sander, "OPTICS: Ordering Points To Identify the Clustering Structure" (SIGMOD 1999), without an index. Each row, when it
 * gets its place, brings the rows near it nearer. Departure: the rows that are to come next by what is known are searched together, a block of columns
 * against all rows without a place. What may matter goes on their lists; by the time that a row gets its place, most of its list has been overtaken, and the rest is
 * measured. The result does not depend on the blocks.
 */
import { blockRows, padList } from "../../linalg/panels";
import { distance, filterRows, limitOf, packColumns } from "./filter";
import { fillHeap, heapRow, isPlaced, popRow, reachability, siftUp } from "./heap";
import { BLOCK_COLUMNS, END, Entry, Optics, productColumns, UNLISTED } from "./state";

/** Places of the heap that are looked at for each row of a block: many near its top have their lists already. */
const LOOK_AHEAD = 64;

export function opticsStart(at: usize): void {
  const s = changetype<Optics>(at);
  for (let i = 0; i < s.rows; i++) {
    store<f64>(s.reachability + (<usize>i << 3), Infinity);
    store<i32>(s.predecessor + (<usize>i << 2), -1);
    store<f32>(s.limits + (<usize>i << 2), limitOf(s, i, s.maxEps));
    store<i32>(s.active + (<usize>i << 2), i);
  }
  fillHeap(s);
  s.activeCount = s.rows;
  s.done = 0;
  s.wanted = 0;
  forgetLists(s);
}

function forgetLists(s: Optics): void {
  for (let i = 0; i < s.rows; i++) store<i32>(s.heads + (<usize>i << 2), UNLISTED);
  for (let i = 0; i < s.capacity; i++) entry(s, i).next = i + 1 < s.capacity ? i + 1 : END;
  s.free = 0;
  s.overflowed = false;
}

@inline
function entry(s: Optics, index: i32): Entry {
  return changetype<Entry>(s.entries + <usize>index * offsetof<Entry>());
}

@inline
function coreDistance(s: Optics, row: i32): f64 {
  return load<f64>(s.core + (<usize>row << 3));
}

/** Gives rows their places as far as their lists are there; returns how many have one. */
export function opticsTake(at: usize): i32 {
  const s = changetype<Optics>(at);
  while (s.size > 0 && !s.overflowed) {
    const row = heapRow(s, 0);
    const isCore = coreDistance(s, row) < Infinity;
    if (isCore && load<i32>(s.heads + (<usize>row << 2)) == UNLISTED) break;
    popRow(s);
    store<i32>(s.ordering + (<usize>s.done << 2), row);
    s.done++;
    if (isCore) expand(s, row);
  }
  return s.done;
}

/** Brings nearer what the row's list names, and gives the list back. */
function expand(s: Optics, row: i32): void {
  const core = coreDistance(s, row);
  let index = load<i32>(s.heads + (<usize>row << 2));
  while (index != END) {
    const e = entry(s, index);
    const next = e.next;
    const other = e.row;
    if (!isPlaced(s, other) && e.value <= load<f32>(s.limits + (<usize>other << 2)) && core < reachability(s, other)) {
      const far = distance(s, row, other);
      const reach = max(core, far);
      if (far <= s.maxEps && reach < reachability(s, other)) {
        store<f64>(s.reachability + (<usize>other << 3), reach);
        store<i32>(s.predecessor + (<usize>other << 2), row);
        store<f32>(s.limits + (<usize>other << 2), limitOf(s, other, reach));
        siftUp(s, other);
      }
    }
    e.next = s.free;
    s.free = index;
    index = next;
  }
}

/** Chooses the next block: the first row of the heap and others near its top. Returns how many rows have no place. */
export function opticsOpen(at: usize): i32 {
  const s = changetype<Optics>(at);
  if (s.overflowed) {
    forgetLists(s);
    s.wanted = max(1, s.wanted >> 1);
  } else s.wanted = min(BLOCK_COLUMNS, s.wanted + 1);
  const wanted = s.wanted;
  s.columnCount = 0;
  const end = min(s.size, LOOK_AHEAD * wanted);
  for (let place = 0; place < end && s.columnCount < wanted; place++) {
    const row = heapRow(s, place);
    if (load<i32>(s.heads + (<usize>row << 2)) != UNLISTED || coreDistance(s, row) == Infinity) continue;
    store<i32>(s.columns + (<usize>s.columnCount << 2), row);
    s.columnCount++;
    store<i32>(s.heads + (<usize>row << 2), END);
  }
  packColumns(s);

  let kept: usize = 0;
  for (let i: usize = 0; i < <usize>s.activeCount << 2; i += 4) {
    const row = load<i32>(s.active + i);
    if (isPlaced(s, row)) continue;
    store<i32>(s.active + kept, row);
    kept += 4;
  }
  s.activeCount = <i32>(kept >> 2);
  padList(s.active + kept, load<i32>(s.active + kept - 4));
  return s.activeCount;
}

/** Rows [from, to) of those without a place against the block. */
export function opticsScan(at: usize, from: i32, to: i32): void {
  const s = changetype<Optics>(at);
  const capacity = blockRows(s.dimensions);
  const columns = productColumns(s);
  for (let first = from; first < to && !s.overflowed; first += capacity) {
    const count = min(capacity, to - first);
    filterRows(s, first, count);
    for (let i = 0; i < count; i++) {
      const row = load<i32>(s.active + (<usize>(first + i) << 2));
      listRow(s, row, s.products + ((<usize>i * <usize>columns) << 2), columns);
    }
  }
}

/** Puts a row on the lists of the columns that may bring it nearer. */
function listRow(s: Optics, row: i32, products: usize, columns: i32): void {
  const limits = v128.load_splat<f32>(s.limits + (<usize>row << 2));
  for (let j = 0; j < columns; j += 8, products += 32) {
    let passing = i32x4.bitmask(f32x4.le(load<v128>(products), limits)) | (i32x4.bitmask(f32x4.le(load<v128>(products, 16), limits)) << 4);
    for (; passing; passing &= passing - 1) {
      const lane = ctz(passing);
      addEntry(s, load<i32>(s.columns + (<usize>(j + lane) << 2)), row, load<f32>(products + (<usize>lane << 2)));
    }
  }
}

function addEntry(s: Optics, column: i32, row: i32, value: f32): void {
  if (column == row) return;
  const index = s.free;
  if (index == END) {
    s.overflowed = true;
    return;
  }
  const e = entry(s, index);
  const head = s.heads + (<usize>column << 2);
  s.free = e.next;
  e.row = row;
  e.value = value;
  e.next = load<i32>(head);
  store<i32>(head, index);
}
