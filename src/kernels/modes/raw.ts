/** Exports of asm/modes. */
export interface RawMeanShift {
  shiftBytes(): number;
  shiftBlockBytes(dimensions: number, slots: number): number;
  // biome-ignore format: one line an export
  shiftSetup(state: number, x: number, rows: number, dimensions: number, isMiddling: boolean, bandwidth: number, maxIter: number, slots: number, block: number): void;
  shiftMean(state: number, slot: number): number;
  shiftMembers(state: number): number;
  shiftMoves(state: number): number;
  shiftFates(state: number): number;
  shiftOpen(state: number, count: number): void;
  shiftScan(state: number, from: number, to: number): void;
  shiftMove(state: number): void;
  // biome-ignore format: one line an export
  shiftLabels(x: number, dimensions: number, from: number, to: number, centers: number, count: number, reach: number, labels: number): void;
  // biome-ignore format: one line an export
  binRows(x: number, rows: number, dimensions: number, size: number, table: number, capacity: number, counts: number): void;
  binSeed(x: number, row: number, dimensions: number, size: number, out: number): void;
  bandwidthBytes(rows: number, dimensions: number): number;
  bandwidthOpen(work: number, x: number, dimensions: number, first: number, count: number): void;
  // biome-ignore format: one line an export
  bandwidthScan(work: number, x: number, dimensions: number, from: number, to: number, first: number, count: number, isMiddling: boolean): void;
  // biome-ignore format: one line an export
  bandwidthSum(work: number, rows: number, dimensions: number, count: number, k: number, isMiddling: boolean): number;
}
