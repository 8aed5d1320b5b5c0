/** What the measures take beside the matrix, in bytes, as an upper bound. n rows, d dimensions, k clusters. */
const COLUMNS = 240;
const BLOCK_ROWS = 264;

const groupBytes = (d: number): number => COLUMNS * (8 * d + 12 + 4 * BLOCK_ROWS) + 64;

/** Order, labels, norms and three sums a row, and a group of columns; for the cosine the clusters' sums instead. */
export const silhouetteScoresBytes = (n: number, d: number, k: number, angular = false): number =>
  angular ? 28 * n + 8 * k * (d + 1) : 36 * n + 32 + 8 * k + groupBytes(d);

/** Labels; sums, counts and centroids of the clusters. */
export const membersBytes = (n: number, d: number, k: number): number => 4 * n + k * (12 * d + 24);
