/** Bytes that sparse kernels take, as upper bounds. */
import { strideOf } from "./thin";

export const thinBytes = (rows: number, width: number): number => 8 * rows * strideOf(width) + 64;

/** A page of `rows` by its `columns`, and the image of every row; or what makes a thin matrix of so many columns orthonormal. */
export const sparseBytes = (rows: number, columns: number, entries: number, width: number): number =>
  Math.max(4 * (columns + 1) + 12 * entries + 8 * rows * strideOf(width), 8 * strideOf(width) * (strideOf(width) + 4)) +
  512;
