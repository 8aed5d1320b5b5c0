/**
 * The f32 filter of an ordering: blocks of distances from the rows that come next to all rows without a place. A pair passes unless it is certain that it
 * brings the row no nearer; what passes is measured in f64 when its turn comes.
 */
import { columnStart, differences, HALF_ULP, INNER, LARGEST_DIFFERENCE, MANHATTAN_SUM, padEights, SQUARED, VANISHED } from "../../linalg/differences";
import { CHEBYSHEV, COSINE, EUCLIDEAN, MANHATTAN, rowDistance } from "../../neighbors/metric";
import { isAngular, MEASURED, Optics, productColumns } from "./state";

@inline
function inverseOf(s: Optics, row: i32): f64 {
  return s.inverses ? load<f64>(s.inverses + (<usize>row << 3)) : 0;
}

/** The distance that decides. */
export function distance(s: Optics, a: i32, b: i32): f64 {
  const rowBytes = <usize>s.dimensions << 2;
  return rowDistance(s.metric, s.power, s.x + <usize>a * rowBytes, s.x + <usize>b * rowBytes, s.dimensions, inverseOf(s, a), inverseOf(s, b));
}

/** Largest value that the filter can have for a row at `reach` or nearer. */
export function limitOf(s: Optics, row: i32, reach: f64): f32 {
  const d = <f64>s.dimensions;
  if (isAngular(s)) {
    const inverse = inverseOf(s, row);
    // A zero row lies at 1 from everything, and its products are 0.
    if (inverse == 0) return reach >= 1 ? f32.MAX_VALUE : -f32.MAX_VALUE;
    return roundUp((reach - 1 + (2 * d + 16) * HALF_ULP) / inverse);
  }
  if (s.filter == SQUARED) return roundUp(reach * reach * (1 + (2 * d + 16) * HALF_ULP) + d * VANISHED);
  if (s.filter == LARGEST_DIFFERENCE || s.filter == MEASURED) return roundUp(reach);
  return roundUp(reach * (1 + (2 * d + 16) * HALF_ULP));
}

/** Wider than the roundings of a value and of its limit to float32. */
@inline
function roundUp(value: f64): f32 {
  return <f32>min(<f64>f32.MAX_VALUE, value + abs(value) * 1e-6);
}

/** Packs the block's rows. */
export function packColumns(s: Optics): void {
  for (let j = 0; j < s.columnCount; j++) {
    const row = load<i32>(s.columns + (<usize>j << 2));
    // With the sign that lets the smallest product be the nearest row.
    const factor = isAngular(s) ? -inverseOf(s, row) : 1;
    let from = s.x + ((<usize>row * <usize>s.dimensions) << 2);
    let at = columnStart(s.panels, j, s.dimensions);
    store<f32>(at, 0);
    for (let t = 0; t < s.dimensions; t++, from += 4) store<f32>((at += 32), <f32>(factor * <f64>load<f32>(from)));
  }
  padEights(s.panels, s.columnCount, s.dimensions);
}

/** Products of `count` active rows from `first` on with the block's columns. */
export function filterRows(s: Optics, first: i32, count: i32): void {
  const list = s.active + (<usize>first << 2);
  if (s.filter != MEASURED) return differences(s.filter, s.x, s.dimensions, list, count, s.panels, s.columnCount, s.products);
  const columns = productColumns(s);
  for (let i = 0; i < count; i++) {
    const row = load<i32>(list + (<usize>i << 2));
    const out = s.products + ((<usize>i * <usize>columns) << 2);
    for (let j = 0; j < columns; j++) {
      const value = j < s.columnCount ? distance(s, load<i32>(s.columns + (<usize>j << 2)), row) : Infinity;
      store<f32>(out + (<usize>j << 2), value < Infinity ? <f32>min(value, <f64>f32.MAX_VALUE) : <f32>Infinity);
    }
  }
}

/** The filter of a metric; `isMiddling` says whether squares of the data stay within float32. */
export function opticsFilter(metric: i32, isMiddling: bool): i32 {
  if (!isMiddling) return MEASURED;
  if (metric == EUCLIDEAN) return SQUARED;
  if (metric == COSINE) return INNER;
  if (metric == MANHATTAN) return MANHATTAN_SUM;
  return metric == CHEBYSHEV ? LARGEST_DIFFERENCE : MEASURED;
}
