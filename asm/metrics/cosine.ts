/**
 * Mean cosine distances from rows to clusters, in time linear in the rows: the sum of 1 − x̂ · ŷ over a cluster is its size less x̂ · Σ ŷ. A
 * zero row lies at 1 from every other.
 */

/** Adds rows [from, to), at unit length, to the sums of their clusters (f64, clusters × dimensions). */
export function cosineSums(x: usize, dimensions: i32, from: i32, to: i32, labels: usize, inverses: usize, sums: usize): void {
  for (let i = from; i < to; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label < 0) continue;
    const inverse = load<f64>(inverses + (<usize>i << 3));
    let row = x + ((<usize>i * <usize>dimensions) << 2);
    let sum = sums + ((<usize>label * <usize>dimensions) << 3);
    const end = row + (<usize>dimensions << 2);
    for (; row < end; row += 4, sum += 8) store<f64>(sum, load<f64>(sum) + inverse * <f64>load<f32>(row));
  }
}

/** own[i] and other[i] (f64) of rows [from, to): mean distance to the other rows of the own cluster, and to the nearest other cluster's. */
export function cosineMeans(
  x: usize, dimensions: i32, from: i32, to: i32, labels: usize, inverses: usize, sums: usize, sizes: usize, clusters: i32, own: usize, other: usize,
): void {
  const stride = <usize>dimensions << 3;
  for (let i = from; i < to; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label < 0) continue;
    const inverse = load<f64>(inverses + (<usize>i << 3));
    const row = x + ((<usize>i * <usize>dimensions) << 2);
    let nearest = Infinity;
    for (let c = 0; c < clusters; c++) {
      const size = load<f64>(sizes + (<usize>c << 3));
      if (size == 0) continue;
      const distance = size - inverse * dot(row, sums + <usize>c * stride, dimensions);
      if (c != label) nearest = min(nearest, distance / size);
      // Its distance to itself is no part of it, and that of a zero row was counted as 1.
      else store<f64>(own + (<usize>i << 3), max(0, distance - (inverse == 0 ? 1 : 0)) / max(1, size - 1));
    }
    store<f64>(other + (<usize>i << 3), nearest);
  }
}

function dot(row: usize, sums: usize, dimensions: i32): f64 {
  let total = f64x2.splat(0);
  const wide = row + (<usize>(dimensions & ~1) << 2);
  for (; row < wide; row += 8, sums += 16) {
    total = f64x2.add(total, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(row)), load<v128>(sums)));
  }
  const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  return dimensions & 1 ? sum + <f64>load<f32>(row) * load<f64>(sums) : sum;
}
