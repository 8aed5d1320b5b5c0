/** What HDBSCAN takes of the module's memory, in bytes, as an upper bound; see ../../memory.ts. n rows, d dimensions. */
import { eigenBytes, scatterBytes } from "../../memory";

/** Queries of a block, and columns that meet it at once: `GROUP_COLUMNS` in asm/linalg/panels.ts. */
export const GROUP_COLUMNS = 240;
/** Floats of a row's further coordinates, as in asm/density/hdbscan/space.ts. */
export const DETAIL = 16;
/** Rows of a cell, on average. */
const CELL_ROWS = 200;
const MOST_CELLS = 1_024;
/** Rows for each cell, of which it is made. */
const SAMPLE_A_CELL = 32;
/** Neighbours found of each row, and kept of them, as candidates of the spanning tree: more narrowed its search less than they cost. */
const LEAST_FOUND = 6;
const MOST_KEPT = 24;

/** Rows, and their values, of which the axes are made. */
const SAMPLE_ROWS = 4_096;
const SAMPLE_VALUES = 2 ** 19;
export const MOST_AXES = 32;
/** Up to so many dimensions the row itself is as quick. */
export const FEW_DIMENSIONS = 12;

export const cellCount = (rows: number): number => Math.min(MOST_CELLS, Math.max(1, Math.floor(rows / CELL_ROWS)));
export const sampleOfCells = (rows: number, cells: number): number => Math.min(rows, cells * SAMPLE_A_CELL);
export const sampleOfAxes = (rows: number, dimensions: number): number =>
  Math.min(rows, SAMPLE_ROWS, Math.max(64, Math.floor(SAMPLE_VALUES / dimensions)));
/** Neighbours found of each row, and kept of them. */
export const listLength = (rows: number, samples: number): number => Math.min(rows - 1, Math.max(samples, LEAST_FOUND));
export const keptLength = (rows: number, samples: number): number => Math.min(MOST_KEPT, listLength(rows, samples));

/**
 * Coordinates, which are the rows themselves or a few axes and details, and the same packed; lists; beside them the larger of a block's lists and
 * the forest. Before any of it, what the axes are made of.
 */
export function hdbscanBytes(n: number, d: number, samples: number): number {
  if (n < 2) return 0;
  const rows = layoutBytes(n, d, samples, d, 0);
  if (d <= FEW_DIMENSIONS) return rows;
  const products = Math.max(scatterBytes(d), eigenBytes(d, Math.min(MOST_AXES, d)));
  const sample = 4 * d * sampleOfAxes(n, d) + products + 8 * n;
  return Math.max(rows, layoutBytes(n, d, samples, Math.min(d, MOST_AXES + 1), DETAIL), sample);
}

function layoutBytes(n: number, d: number, samples: number, width: number, detail: number): number {
  const cells = cellCount(n);
  const coordinates = 4 * (n + 1) * (width + detail) + 20 * n;
  const panels = 4 * (n + 8 * cells) * (width + 1);
  const axes = 8 * d * (detail ? MOST_AXES + 2 : 2);
  const queries = 4 * GROUP_COLUMNS * (cells + GROUP_COLUMNS + width + 32) + 16 * cells + 4_096;
  const kept = 8 * n * (1 + keptLength(n, samples));
  const block = 8 * GROUP_COLUMNS * listLength(n, samples) + 128;
  const forest = 40 * n + 8 * cells;
  const sorting = 4 * n + 4 * (cells + 12) * (3 * width + 4) + 264 * (16 + 4 * GROUP_COLUMNS);
  const searching = panels + queries + kept + Math.max(block, forest);
  return coordinates + axes + 4 * cells * (width + 6) + Math.max(sorting, searching);
}
