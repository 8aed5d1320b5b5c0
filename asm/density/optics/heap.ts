/** Rows without a place in the ordering, as a binary heap by (reachability, row): the next row is at the top, the lower one of equals. */
import { Optics } from "./state";

/** All rows, none reached: ascending rows are a heap already. */
export function fillHeap(s: Optics): void {
  for (let i = 0; i < s.rows; i++) {
    store<i32>(s.heap + (<usize>i << 2), i);
    store<i32>(s.places + (<usize>i << 2), i);
  }
  s.size = s.rows;
}

@inline
export function heapRow(s: Optics, place: i32): i32 {
  return load<i32>(s.heap + (<usize>place << 2));
}

@inline
export function isPlaced(s: Optics, row: i32): bool {
  return load<i32>(s.places + (<usize>row << 2)) < 0;
}

@inline
export function reachability(s: Optics, row: i32): f64 {
  return load<f64>(s.reachability + (<usize>row << 3));
}

@inline
function isBefore(s: Optics, a: i32, b: i32): bool {
  const ra = reachability(s, a);
  const rb = reachability(s, b);
  return ra < rb || (ra == rb && a < b);
}

@inline
function put(s: Optics, place: i32, row: i32): void {
  store<i32>(s.heap + (<usize>place << 2), row);
  store<i32>(s.places + (<usize>row << 2), place);
}

/** The row's reachability fell. */
export function siftUp(s: Optics, row: i32): void {
  let place = load<i32>(s.places + (<usize>row << 2));
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heapRow(s, parent);
    if (!isBefore(s, row, above)) break;
    put(s, place, above);
    place = parent;
  }
  put(s, place, row);
}

/** Takes the next row out of the heap. */
export function popRow(s: Optics): i32 {
  const top = heapRow(s, 0);
  store<i32>(s.places + (<usize>top << 2), -1);
  const row = heapRow(s, --s.size);
  if (s.size == 0) return top;
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= s.size) break;
    if (child + 1 < s.size && isBefore(s, heapRow(s, child + 1), heapRow(s, child))) child++;
    const below = heapRow(s, child);
    if (!isBefore(s, below, row)) break;
    put(s, place, below);
    place = child;
  }
  put(s, place, row);
  return top;
}
