/**
 * Lists made better by the neighbours of neighbours: Dong, Charikar & Li, "Efficient k-nearest neighbor graph construction for generic
 * similarity measures" (WWW 2011), one sweep in row order, in place. A distance serves both rows.
 */
import { isBeyond, COSINE, EUCLIDEAN, rowDistance } from "./metric";
import { insert } from "./lists";
import { baseRow } from "./filter";
import { Search } from "./state";

/** Of an entry's number: the sweep that brought it, in so many bits, below the row. Numbers keep the order of their rows, and −1 stays −1. */
const STAMP_BITS = 3;

/** Marks entries [0, count) as brought before the first sweep. */
export function refineOpen(neighbors: usize, count: i32): void {
  for (const end = neighbors + (<usize>count << 2); neighbors < end; neighbors += 4) {
    const row = load<i32>(neighbors);
    if (row >= 0) store<i32>(neighbors, row << STAMP_BITS);
  }
}

/** Leaves the rows alone of what `refineOpen` marked. */
export function refineClose(neighbors: usize, count: i32): void {
  for (const end = neighbors + (<usize>count << 2); neighbors < end; neighbors += 4) store<i32>(neighbors, load<i32>(neighbors) >> STAMP_BITS);
}

/**
 * Positions [from, to) in a sweep, from 1 to 7: tries the neighbours of each of a row's neighbours where either is new since the sweep before; the others
 * were tried. `distances` and `neighbors` hold the lists by row; `marks` one number a row, at first 0, and then k for the list as it
 * was. Returns how many entries changed.
 */
export function refineRows(at: usize, from: i32, to: i32, sweep: i32, distances: usize, neighbors: usize, marks: usize): i32 {
  const s = changetype<Search>(at);
  const listBytes = <usize>s.k << 2;
  const before = marks + (<usize>s.baseRows << 2);
  let changed = 0;
  for (let position = from; position < to; position++) {
    const row = baseRow(s, position);
    const list = neighbors + <usize>row * listBytes;
    memory.copy(before, list, listBytes);
    store<i32>(marks + (<usize>row << 2), row + 1);
    for (let i: usize = 0; i < listBytes; i += 4) {
      const near = load<i32>(before + i);
      if (near >= 0) store<i32>(marks + (<usize>(near >> STAMP_BITS) << 2), row + 1);
    }
    for (let i: usize = 0; i < listBytes; i += 4) {
      const near = load<i32>(before + i);
      if (near < 0) break;
      const others = neighbors + <usize>(near >> STAMP_BITS) * listBytes;
      for (let j: usize = 0; j < listBytes; j += 4) {
        const other = load<i32>(others + j);
        if (other < 0) break;
        if (max(stamp(near), stamp(other)) < sweep - 1) continue;
        const mark = marks + (<usize>(other >> STAMP_BITS) << 2);
        if (load<i32>(mark) == row + 1) continue;
        store<i32>(mark, row + 1);
        changed += tryPair(s, row, other >> STAMP_BITS, sweep, distances, neighbors);
      }
    }
  }
  return changed;
}

@inline
function stamp(entry: i32): i32 {
  return entry & ((1 << STAMP_BITS) - 1);
}

function tryPair(s: Search, row: i32, other: i32, sweep: i32, distances: usize, neighbors: usize): i32 {
  const listBytes = <usize>s.k << 2;
  const own = distances + <usize>row * listBytes;
  const others = distances + <usize>other * listBytes;
  const farthest = max(load<f32>(own + listBytes - 4), load<f32>(others + listBytes - 4));
  const rowBytes = <usize>s.dimensions << 2;
  const a = s.base + <usize>row * rowBytes;
  const b = s.base + <usize>other * rowBytes;
  const cosine = s.metric == COSINE;
  const u = cosine ? load<f64>(s.baseInverses + (<usize>row << 3)) : s.scale;
  const w = cosine ? load<f64>(s.baseInverses + (<usize>other << 3)) : s.scale;
  if ((s.metric == EUCLIDEAN || cosine) && farthest < Infinity) {
    const reach = cosine ? 2 * <f64>farthest : s.scale * <f64>farthest * s.scale * <f64>farthest;
    if (isBeyond(a, b, s.dimensions, <f32>u, <f32>w, <f32>(reach * 1.001))) return 0;
  }
  const distance = <f32>min(rowDistance(s.metric, s.power, a, b, s.dimensions, u, w), <f64>f32.MAX_VALUE);
  return enter(s, own, neighbors + <usize>row * listBytes, distance, other, sweep) + enter(s, others, neighbors + <usize>other * listBytes, distance, row, sweep);
}

function enter(s: Search, distances: usize, neighbors: usize, distance: f32, row: i32, sweep: i32): i32 {
  if (distance > load<f32>(distances + (<usize>(s.k - 1) << 2)) || holds(neighbors, s.k, row)) return 0;
  return <i32>insert(distances, neighbors, s.k, distance, (row << STAMP_BITS) + sweep);
}

function holds(neighbors: usize, k: i32, row: i32): bool {
  const end = neighbors + (<usize>k << 2);
  for (; neighbors < end; neighbors += 4) if (load<i32>(neighbors) >> STAMP_BITS == row) return true;
  return false;
}
