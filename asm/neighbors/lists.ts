/** Lists of k neighbours: distances (f32) and rows (i32), −1 where there is none. */

/** Into a list ascending by (distance, row), which does not hold the row yet. Returns whether it is in now. */
export function insert(distances: usize, neighbors: usize, k: i32, distance: f32, row: i32): bool {
  let at = <usize>(k - 1) << 2;
  if (!isBefore(distance, row, distances + at, neighbors + at)) return false;
  for (; at > 0 && isBefore(distance, row, distances + at - 4, neighbors + at - 4); at -= 4) {
    store<f32>(distances + at, load<f32>(distances + at - 4));
    store<i32>(neighbors + at, load<i32>(neighbors + at - 4));
  }
  store<f32>(distances + at, distance);
  store<i32>(neighbors + at, row);
  return true;
}

@inline
function isBefore(distance: f32, row: i32, other: usize, otherRow: usize): bool {
  const value = load<f32>(other);
  return distance < value || (distance == value && row < load<i32>(otherRow));
}
