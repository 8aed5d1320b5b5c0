/** What HDBSCAN takes of the module's memory, in bytes; see ../../memory.ts. */

/** Queries of a block, and columns that meet it at once: `GROUP_COLUMNS` in asm/linalg/panels.ts. */
export const GROUP_COLUMNS = 240;
/** Rows of a cell, on average. */
const CELL_ROWS = 140;
/** Rows for each cell, of which it is made. */
const SAMPLE_A_CELL = 32;
/** Neighbours kept of each row, as candidates of the spanning tree. */
const LEAST_KEPT = 12;
const MOST_KEPT = 24;
const MOST_CELLS = 1_024;

export const cellCount = (rows: number): number => Math.min(MOST_CELLS, Math.max(1, Math.floor(rows / CELL_ROWS)));
export const sampleOfCells = (rows: number, cells: number): number => Math.min(rows, cells * SAMPLE_A_CELL);
/** Neighbours found of each row, and kept of them. */
export const listLength = (rows: number, samples: number): number => Math.min(rows - 1, Math.max(samples, LEAST_KEPT));
export const keptLength = (rows: number, samples: number): number => Math.min(MOST_KEPT, listLength(rows, samples));
