/**
 * An order of rows in which blocks of neighbours lie together: halves along the widest side until a block is left, as in a k-d tree
 * (Bentley, "Multidimensional binary search trees", CACM 1975), but with full blocks and without the tree.
 */

/** Rows as they come: where an order starts. */
export function orderStart(order: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<i32>(order + (<usize>i << 2), i);
}

/** Orders positions [from, to) of rows (f32 × width at `rows`) down to blocks. `spread` holds 2 × width floats. */
export function orderRows(rows: usize, width: i32, leaf: i32, order: usize, from: i32, to: i32, spread: usize): void {
  while (to - from > leaf) {
    const middle = orderSplit(rows, width, leaf, order, from, to, spread);
    if (middle == to) return;
    orderRows(rows, width, leaf, order, from, middle, spread);
    from = middle;
  }
}

/** Halves positions [from, to), more than a block; returns where, or `to` where all rows are equal. */
export function orderSplit(rows: usize, width: i32, leaf: i32, order: usize, from: i32, to: i32, spread: usize): i32 {
  const side = widest(rows, width, order, from, to, spread);
  if (side < 0) return to;
  const blocks = (to - from + leaf - 1) / leaf;
  const middle = from + (blocks >> 1) * leaf;
  partition(rows + (<usize>side << 2), <usize>width << 2, order, from, to - 1, middle);
  return middle;
}

/** Dimension with the largest extent, or −1 where all rows are equal. */
function widest(rows: usize, width: i32, order: usize, from: i32, to: i32, spread: usize): i32 {
  const bytes = <usize>width << 2;
  const high = spread + bytes;
  const start = rows + <usize>load<i32>(order + (<usize>from << 2)) * bytes;
  memory.copy(spread, start, bytes);
  memory.copy(high, start, bytes);
  for (let i = from + 1; i < to; i++) {
    const row = rows + <usize>load<i32>(order + (<usize>i << 2)) * bytes;
    let t: usize = 0;
    for (; t + 16 <= bytes; t += 16) {
      const v = load<v128>(row + t);
      store<v128>(spread + t, f32x4.pmin(load<v128>(spread + t), v));
      store<v128>(high + t, f32x4.pmax(load<v128>(high + t), v));
    }
    for (; t < bytes; t += 4) {
      const v = load<f32>(row + t);
      store<f32>(spread + t, min(load<f32>(spread + t), v));
      store<f32>(high + t, max(load<f32>(high + t), v));
    }
  }
  let best = -1;
  let extent: f32 = 0;
  for (let t = 0; t < width; t++) {
    const place = <usize>t << 2;
    const e = load<f32>(high + place) - load<f32>(spread + place);
    if (e > extent) {
      extent = e;
      best = t;
    }
  }
  return best;
}

/** Hoare's selection: positions before `middle` get values no larger than those from it on. */
function partition(values: usize, stride: usize, order: usize, low: i32, high: i32, middle: i32): void {
  while (low < high) {
    const pivot = valueAt(values, stride, order, (low + high) >> 1);
    let i = low;
    let j = high;
    while (i <= j) {
      while (valueAt(values, stride, order, i) < pivot) i++;
      while (valueAt(values, stride, order, j) > pivot) j--;
      if (i > j) break;
      const a = order + (<usize>i << 2);
      const b = order + (<usize>j << 2);
      const kept = load<i32>(a);
      store<i32>(a, load<i32>(b));
      store<i32>(b, kept);
      i++;
      j--;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

@inline
function valueAt(values: usize, stride: usize, order: usize, position: i32): f32 {
  return load<f32>(values + <usize>load<i32>(order + (<usize>position << 2)) * stride);
}
