/** Exports of asm/linkage. */
export interface RawLinkage {
  sketchBytes(): number;
  sketchColumnBytes(rows: number, axes: number): number;
  // biome-ignore format: one line an export
  sketchSpace(sketch: number, dimensions: number, axes: number, basis: number, mean: number, scale: number, columns: number, rests: number, owners: number, places: number, query: number, work: number): void;
  wardBytes(): number;
  // biome-ignore format: one line an export
  wardSpace(state: number, x: number, rows: number, dimensions: number, sketch: number, sizes: number, lows: number, inverses: number, bounds: number, chain: number, merges: number, heights: number, query: number, other: number): void;
  wardOpen(state: number, from: number, to: number): void;
  wardRun(state: number, operations: number): number;
  primBytes(): number;
  // biome-ignore format: one line an export
  primSpace(state: number, x: number, rows: number, dimensions: number, metric: number, scales: number, sketch: number, distances: number, reaches: number, bounds: number, order: number, heights: number, work: number): void;
  primOpen(state: number, from: number, to: number): void;
  primRun(state: number, operations: number): number;
  condensedBytes(): number;
  // biome-ignore format: one line an export
  condensedSpace(state: number, rows: number, complete: number, distances: number, sizes: number, alive: number, chain: number, merges: number, heights: number): void;
  // biome-ignore format: one line an export
  condensedFill(state: number, x: number, dimensions: number, metric: number, scales: number, row: number, from: number, to: number): void;
  condensedRun(state: number, operations: number): number;
}
