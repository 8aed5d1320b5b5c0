/** What a search for neighbours takes beside its matrices, in bytes, as an upper bound. n queries, m base rows. */

const BLOCK_BYTES = 2 * 1024 * 1024;
const COLUMNS = 240;
const TILES = 264;

/** Queries of a block: about 2 MiB of rows, so that a chunk of the base is packed rarely enough. */
export const blockQueries = (n: number, d: number): number =>
  Math.min(n, Math.max(256, Math.min(4_096, Math.floor(BLOCK_BYTES / (4 * d)))));

/** A block of queries with its candidates and lists, one chunk of the base, and 4 to 20 bytes a row. */
export const knnBytes = (n: number, d: number, k: number, angular = false, m = n): number =>
  blockQueries(n, d) * (4 * d + 12 + 8 * (3 * k + 32)) +
  COLUMNS * (8 * d + 12) +
  TILES * (4 + 4 * COLUMNS) +
  4 * m +
  8 * d +
  (angular ? 8 * (m === n ? n : n + m) : 0) +
  2_048;
