/**
 * Blocks of distances by differences, in f32. A product ‖x‖² − 2x·c + ‖c‖² takes two operations an element where a difference takes three, but loses
 * its digits far from the origin; differences need neither centred rows nor norms, and their error is relative to the distance itself.
 * So they serve where rows are met in place, without a prepared copy.
 */
import { chebyshev4x8, manhattan4x8, squared4x8 } from "../neighbors/generated/tiles";
import { tile4x8 } from "./generated/tiles";

export const SQUARED = 0;
export const MANHATTAN_SUM = 1;
export const LARGEST_DIFFERENCE = 2;
/** The plain product, for angles: columns are packed with their sign. */
export const INNER = 3;

/** Unit roundoff of float32. */
export const HALF_ULP: f64 = 1.0 / 16777216.0;
/** Above what a tile can lose of each element below float32's range. */
export const VANISHED: f64 = 1e-36;

@inline
export function paddedEight(columns: i32): i32 {
  return (columns + 7) & ~7;
}

export function eightsBytes(columns: i32, dimensions: i32): usize {
  return (<usize>paddedEight(columns) * <usize>(dimensions + 1)) << 2;
}

/** Address of the first value of a column in panels of eight; the next ones follow at 32 bytes each. */
@inline
export function columnStart(panels: usize, column: i32, dimensions: i32): usize {
  return panels + ((<usize>(column >> 3) * <usize>(dimensions + 1)) << 5) + (<usize>(column & 7) << 2);
}

/** Columns [columns, padded) come out as infinity. */
export function padEights(panels: usize, columns: i32, dimensions: i32): void {
  for (let column = columns; column < paddedEight(columns); column++) {
    let at = columnStart(panels, column, dimensions);
    store<f32>(at, Infinity);
    for (let t = 0; t < dimensions; t++) store<f32>((at += 32), 0);
  }
}

/**
 * out[i][j] of the `count` rows named by `list` and the padded columns of `panels`, each started at its panel's first row. The list is readable up to
 * a multiple of 4 and out has room for as many rows, padded columns each.
 */
export function differences(kind: i32, x: usize, dimensions: i32, list: usize, count: i32, panels: usize, columns: i32, out: usize): void {
  const rowBytes = <usize>dimensions << 2;
  const stride = <usize>paddedEight(columns) << 2;
  for (let column: usize = 0; column < stride; column += 32) {
    const at = out + column;
    if (kind == SQUARED) squared4x8(x, rowBytes, list, count, panels, at, stride);
    else if (kind == MANHATTAN_SUM) manhattan4x8(x, rowBytes, list, count, panels, at, stride);
    else if (kind == LARGEST_DIFFERENCE) chebyshev4x8(x, rowBytes, list, count, panels, at, stride);
    else tile4x8(x, rowBytes, list, count, panels, at, stride);
    panels += <usize>(dimensions + 1) << 5;
  }
}
