/** Distances between rows (f32) and means (f64), in f64: what decides who is within reach. */

export function squaredDistanceToMean(row: usize, mean: usize, dimensions: i32): f64 {
  let sums = f64x2.splat(0);
  const wide = row + (<usize>(dimensions & ~1) << 2);
  for (; row < wide; row += 8, mean += 16) {
    const v = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(row)), load<v128>(mean));
    sums = f64x2.add(sums, f64x2.mul(v, v));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (dimensions & 1) {
    const v = <f64>load<f32>(row) - load<f64>(mean);
    sum += v * v;
  }
  return sum;
}

/** Labels of rows [from, to): the nearest of `count` centers, the lower of equals, or −1 beyond `reach`. */
export function shiftLabels(x: usize, dimensions: i32, from: i32, to: i32, centers: usize, count: i32, reach: f64, labels: usize): void {
  for (let i = from; i < to; i++) {
    const row = x + ((<usize>i * <usize>dimensions) << 2);
    let best = Infinity;
    let nearest = -1;
    for (let c = 0; c < count; c++) {
      const squared = squaredDistanceToMean(row, centers + ((<usize>c * <usize>dimensions) << 3), dimensions);
      if (squared < best) {
        best = squared;
        nearest = c;
      }
    }
    store<i32>(labels + (<usize>i << 2), sqrt(best) <= reach ? nearest : -1);
  }
}
