/** Exports of asm/density/optics. */
export interface RawOptics {
  opticsBytes(): number;
  opticsBlockBytes(dimensions: number): number;
  opticsFilter(metric: number, isMiddling: boolean): number;
  // biome-ignore format: one line an export
  opticsData(state: number, x: number, rows: number, dimensions: number, metric: number, power: number, filter: number, inverses: number, maxEps: number): void;
  opticsResults(state: number, core: number, reachability: number, predecessor: number, ordering: number): void;
  // biome-ignore format: one line an export
  opticsWork(state: number, limits: number, heap: number, places: number, heads: number, active: number, entries: number, capacity: number, block: number): void;
  opticsStart(state: number): void;
  opticsTake(state: number): number;
  opticsOpen(state: number): number;
  opticsScan(state: number, from: number, to: number): void;
}
