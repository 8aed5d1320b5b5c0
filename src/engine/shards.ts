import { BLOCK_ROWS, type Limits } from "./limits";

/** Rows of a shard: whole blocks, as many as a shard's bytes and rows allow; all rows where one isolate takes them whole. */
export function shardRowsOf(dimensions: number, rows: number, whole: boolean, limits: Limits): number {
  const blocks = (most: number) => Math.max(1, Math.floor(most / BLOCK_ROWS)) * BLOCK_ROWS;
  const single = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
  if (single <= limits.shardRows && whole) return single;
  const byBytes = dimensions > 0 ? Math.floor(limits.shardBytes / (4 * dimensions)) : limits.shardRows;
  return Math.min(blocks(byBytes), blocks(limits.shardRows));
}
