/** What Davies–Bouldin and Calinski–Harabasz are made of, for labels that need not be the nearest centroid's; rows below 0 are noise. */
import { onGrid } from "../grid";
import { addRow, squaredDistance } from "../linalg/rows";

@inline
function add(at: usize, value: f64): void {
  store<f64>(at, load<f64>(at) + value);
}

/** counts and sums (f64, × dimensions) of the clusters of rows [from, to). */
export function memberSums(x: usize, dimensions: i32, from: i32, to: i32, labels: usize, counts: usize, sums: usize, magic: f64): void {
  const rowBytes = <usize>dimensions << 2;
  for (let i = from; i < to; i++) {
    const label = load<i32>(labels + (<usize>i << 2));
    if (label < 0) continue;
    add(counts + (<usize>label << 3), 1);
    addRow(sums + <usize>label * rowBytes * 2, x + <usize>i * rowBytes, dimensions, 1, magic);
  }
}

/** Sums of distances and squared distances of the members to their centroids (f32, × dimensions). */
export function memberDistances(
  x: usize, dimensions: i32, from: i32, to: i32, labels: usize, centroids: usize, distances: usize, squares: usize, distanceMagic: f64, squaredMagic: f64,
): void {
  const rowBytes = <usize>dimensions << 2;
  for (let i = from; i < to; i++) {
    const label = <usize>load<i32>(labels + (<usize>i << 2));
    if (<i32>label < 0) continue;
    const squared = squaredDistance(x + <usize>i * rowBytes, centroids + label * rowBytes, dimensions);
    add(distances + (label << 3), onGrid(sqrt(squared), distanceMagic));
    add(squares + (label << 3), onGrid(squared, squaredMagic));
  }
}
