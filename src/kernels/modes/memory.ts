/** What mean shift takes of the module's memory beside the matrix, in bytes, as an upper bound. n rows, d dimensions. */

/** Means that move together. */
export const SLOTS = 48;
const BLOCK_ROWS = 264;

/** Numbers of the table of bins: a power of two, at most half full. */
export const tableSize = (n: number): number => {
  let size = 64;
  while (size < 2 * n) size *= 2;
  return size;
};

/** The distances of eight rows to all rows. */
export const bandwidthBytes = (n: number, d: number): number => 36 * n + 32 * (d + 1) + 4 * BLOCK_ROWS + 384;

/** Means, sums and panels of a block, with its distances to some rows. */
const shiftBytes = (d: number): number => SLOTS * (20 * d + 24 + 4 * BLOCK_ROWS) + 4 * BLOCK_ROWS + 256;

/**
 * The greatest of its stages: the estimate, the bins, the block of means, the labels with their modes. Seeds that were found by bins take 4 bytes a row
 * meanwhile. The ends of means are kept outside of the module.
 */
export const meanShiftBytes = (n: number, d: number, modes = 1): number =>
  Math.max(bandwidthBytes(n, d), 4 * n + 4 * tableSize(n), shiftBytes(d), 4 * n + 8 * modes * d);
