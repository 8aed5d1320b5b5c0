/** What OPTICS takes beside the matrix, in bytes, as an upper bound. n rows, d dimensions. */
import type { Metric } from "../../neighbors/contract";
import { knnBytes } from "../../neighbors/memory";

const BLOCK_COLUMNS = 24;
const BLOCK_ROWS = 264;
const LIST_BYTES = 16 * 1024 * 1024;

/** Entries of all lists together, 12 bytes each. */
export const listEntries = (n: number): number => Math.max(4 * n, 4_096);

/** Rows whose neighbours are listed at a time: all, unless their lists would take more than 16 MiB outside of the module. */
export const coreRows = (n: number, k: number): number =>
  Math.min(n, Math.max(1_024, Math.floor(LIST_BYTES / (8 * k))));

const orderingBytes = (n: number, d: number): number =>
  36 * n + 12 * listEntries(n) + 32 + BLOCK_COLUMNS * (4 + 4 * (d + 1) + 4 * BLOCK_ROWS) + 256;

/** Core distances and inverse norms, then the greater of the search for neighbours and the ordering. */
export const opticsBytes = (n: number, d: number, minSamples: number, metric: Metric): number => {
  const k = minSamples - 1;
  const part = coreRows(n, k);
  const search = knnBytes(part < n ? { n: part, d, m: n, metric } : { n, d, metric }, k);
  const angular = metric.name === "cosine" ? 8 * n : 0;
  return angular + Math.max(search, 8 * n + orderingBytes(n, d));
};
