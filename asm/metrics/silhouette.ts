/** Sums of Euclidean distances from queries to the members of every cluster: what a silhouette is made of (Rousseeuw 1987). */
import { onGrid, onGrid2 } from "../grid";
import { GROUP_COLUMNS, listRange, paddedColumns, panelProducts, TILE_ROWS, blockRows } from "../linalg/panels";
import { squaredDistance } from "../linalg/rows";

/** Below this share of ‖x‖² a squared distance from the product has lost too many digits and is recomputed by differences. */
const CANCELLATION: f32 = 1.0 / 64.0;

export function silhouetteBytes(dimensions: i32, queries: i32): usize {
  const rows = <usize>(blockRows(dimensions) + TILE_ROWS);
  return rows * 4 + rows * <usize>min(GROUP_COLUMNS, paddedColumns(queries)) * 4;
}

/**
 * Adds the distances of rows [from, to) to sums[label][query] (f64, rows of `paddedColumns(queries)`); rows with a negative label add
 * nothing. `norms` and `panels` carry the factor `scale`.
 */
export function silhouetteAdd(
  x: usize, dimensions: i32, from: i32, to: i32, labels: usize, norms: usize, queryRows: usize, panels: usize, queries: i32,
  scale: f64, work: usize, sums: usize, magic: f64,
): void {
  const capacity = blockRows(dimensions);
  const products = work + (<usize>(capacity + TILE_ROWS) << 2);
  const sumBytes = <usize>paddedColumns(queries) << 3;
  for (let first = from; first < to; first += capacity) {
    const end = min(first + capacity, to);
    listRange(work, first, end);
    let group = panels;
    for (let query = 0; query < queries; query += GROUP_COLUMNS) {
      const width = min(GROUP_COLUMNS, queries - query);
      const stride = <usize>paddedColumns(width) << 2;
      panelProducts(x, dimensions, work, end - first, group, width, products, stride);
      group += stride * <usize>(dimensions + 1);
      for (let i = first; i < end; i++) {
        const label = load<i32>(labels + (<usize>i << 2));
        if (label < 0) continue;
        const row = x + ((<usize>i * <usize>dimensions) << 2);
        const near = queryRows + ((<usize>query * <usize>dimensions) << 2);
        const target = sums + <usize>label * sumBytes + (<usize>query << 3);
        addRowDistances(row, near, dimensions, load<f32>(norms + (<usize>i << 2)), products + <usize>(i - first) * stride, width, scale, target, magic);
      }
    }
  }
}

function addRowDistances(row: usize, queryRows: usize, dimensions: i32, norm: f32, products: usize, queries: i32, scale: f64, sums: usize, magic: f64): void {
  const limit = norm * CANCELLATION;
  const limits = f32x4.splat(limit);
  const norms = f32x4.splat(norm);
  const inverse = f64x2.splat(1 / scale);
  const magics = f64x2.splat(magic);
  const rowBytes = <usize>dimensions << 2;
  let q = 0;
  for (; q + 4 <= queries; q += 4, products += 16, sums += 32) {
    const squared = f32x4.add(load<v128>(products), norms);
    if (v128.any_true(f32x4.lt(squared, limits))) {
      for (let j = 0; j < 4; j++) addOne(row, queryRows + <usize>(q + j) * rowBytes, dimensions, norm, products + (<usize>j << 2), limit, scale, sums + (<usize>j << 3), magic);
      continue;
    }
    const low = f64x2.sqrt(f64x2.mul(f64x2.promote_low_f32x4(squared), inverse));
    const high = f64x2.sqrt(f64x2.mul(f64x2.promote_low_f32x4(i32x4.shuffle(squared, squared, 2, 3, 2, 3)), inverse));
    store<v128>(sums, f64x2.add(load<v128>(sums), onGrid2(low, magics)));
    store<v128>(sums, f64x2.add(load<v128>(sums, 16), onGrid2(high, magics)), 16);
  }
  for (; q < queries; q++, products += 4, sums += 8) addOne(row, queryRows + <usize>q * rowBytes, dimensions, norm, products, limit, scale, sums, magic);
}

function addOne(row: usize, query: usize, dimensions: i32, norm: f32, product: usize, limit: f32, scale: f64, sum: usize, magic: f64): void {
  const squared = load<f32>(product) + norm;
  const exact = squared < limit ? squaredDistance(row, query, dimensions) : <f64>squared * (1 / scale);
  store<f64>(sum, load<f64>(sum) + onGrid(sqrt(exact), magic));
}
