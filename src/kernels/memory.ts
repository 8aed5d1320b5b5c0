/**
 * What each kernel takes of the module's memory, in bytes, as an upper bound: a plan reckons with it before anything runs, and
 * `test/kernels/memory.test.ts` holds it against the kernels. n rows, d dimensions, k clusters; the matrix itself is apart.
 */

import { isIterated } from "./eigen";
import { lanczosBytes } from "./graph/memory";

/** Static data, and the rounding of some thirty allocations to cache lines. */
export const BASE_BYTES = 16 * 1024;
/** Rows of a block and its padding, and the columns whose products it holds, at most: `blockRows`, `GROUP_COLUMNS` in asm/linalg/panels.ts. */
const BLOCK_ROWS = 264;
const BLOCK_COLUMNS = 240;
const CHUNK_ROWS = 256;

const padded = (columns: number): number => Math.ceil(columns / 4) * 4;
const blockBytes = (columns: number): number => BLOCK_ROWS * (16 + 4 * Math.min(BLOCK_COLUMNS, padded(columns)));
const panelBytes = (columns: number, d: number): number => 4 * padded(columns) * (d + 1);

export const matrixBytes = (n: number, d: number): number => 4 * n * d;

/** Norms and labels; then either seeding's distances to the candidates or the bounds; centroids, their panels, sums and counts. */
export function kmeansBytes(n: number, d: number, k: number, weighted = false): number {
  const trials = padded(2 + Math.floor(Math.log(Math.max(k, 1))));
  const perRow = 8 + Math.max(8, 4 + 4 * trials) + (weighted ? 8 : 0);
  return n * perRow + 12 * k * d + panelBytes(k, d) + 20 * k + blockBytes(k) + seedingBytes(d, trials);
}

const seedingBytes = (d: number, trials: number): number => panelBytes(trials, d) + 4 * trials * (d + 16) + 2_048;

export const assignBytes = (n: number, d: number, k: number): number =>
  8 * n + 12 * k * d + panelBytes(k, d) + 36 * k + blockBytes(k);

/** Norms, rates and keys of the rows. */
export const coresetBytes = (n: number): number => 20 * n;

/** The d × d sums, and a chunk of rows as it is multiplied. */
export const scatterBytes = (d: number): number =>
  8 * d * d + 4 * CHUNK_ROWS * d + 52 * (d + 8) + 48 * (CHUNK_ROWS + 1);

/** The d × d matrix with its tridiagonal form and `count` vectors, or with what an iteration for few of them takes. */
export const eigenBytes = (d: number, count: number): number =>
  8 * d * d + (isIterated(d, count) ? lanczosBytes(d, count) : 8 * (count + 6) * (d + 1));

/** Coordinates on the axes, the axes with their panels, and one block. */
export const projectBytes = (n: number, d: number, axes = 4): number =>
  4 * padded(axes) * (n + 8) + 8 * axes * d + panelBytes(axes, d) + blockBytes(axes);

/** Labels and norms of the rows; the queries with their panels, products and sums. */
export const silhouetteBytes = (n: number, d: number, k: number, queries: number): number =>
  8 * n + queries * 4 * d + panelBytes(queries, d) + 8 * k * padded(queries) + 16 * queries + blockBytes(queries);
