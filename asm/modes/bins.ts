/** Seeds by bins: the rows on a grid whose lines are a bandwidth apart. */

/** Coordinate of the bin, halves to the even one. */
@inline
function bin(value: usize, size: f64): f64 {
  return nearest(<f64>load<f32>(value) / size);
}

function isSameBin(a: usize, b: usize, dimensions: i32, size: f64): bool {
  const end = a + (<usize>dimensions << 2);
  for (; a < end; a += 4, b += 4) if (bin(a, size) != bin(b, size)) return false;
  return true;
}

/**
 * Counts the rows of each bin at its first row: counts[i] is 0 for a row whose bin has an earlier one. `table` is scratch of `capacity` numbers, a power of two
 * above the number of rows.
 */
export function binRows(x: usize, rows: i32, dimensions: i32, size: f64, table: usize, capacity: i32, counts: usize): void {
  for (let i = 0; i < capacity; i++) store<i32>(table + (<usize>i << 2), -1);
  const rowBytes = <usize>dimensions << 2;
  for (let i = 0; i < rows; i++) {
    store<i32>(counts + (<usize>i << 2), 0);
    const row = x + <usize>i * rowBytes;
    let hash: u64 = 0xcbf29ce484222325;
    for (let t: usize = 0; t < rowBytes; t += 4) {
      // + 0: minus zero is the same bin as zero.
      hash = (hash ^ reinterpret<u64>(bin(row + t, size) + 0)) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 32;
    }
    let place = <i32>hash & (capacity - 1);
    for (;;) {
      const first = load<i32>(table + (<usize>place << 2));
      if (first < 0) {
        store<i32>(table + (<usize>place << 2), i);
        store<i32>(counts + (<usize>i << 2), 1);
        break;
      }
      if (isSameBin(x + <usize>first * rowBytes, row, dimensions, size)) {
        const count = counts + (<usize>first << 2);
        store<i32>(count, load<i32>(count) + 1);
        break;
      }
      place = (place + 1) & (capacity - 1);
    }
  }
}

/** The middle of a row's bin (f64), computed as the reference does: in float32. */
export function binSeed(x: usize, row: i32, dimensions: i32, size: f64, out: usize): void {
  let from = x + ((<usize>row * <usize>dimensions) << 2);
  for (let t = 0; t < dimensions; t++, from += 4, out += 8) store<f64>(out, <f64>(<f32>bin(from, size) * <f32>size));
}
