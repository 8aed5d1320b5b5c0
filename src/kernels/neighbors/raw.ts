/** Exports of asm/neighbors. */
export interface RawNeighbors {
  inverseNorms(x: number, rows: number, dimensions: number, inverses: number): void;
  // biome-ignore format: one line an export
  rowDistance(metric: number, power: number, a: number, b: number, dimensions: number, inverseA: number, inverseB: number): number;
  searchBytes(): number;
  // biome-ignore format: one line an export
  searchSpace(state: number, metric: number, power: number, dimensions: number, k: number, scale: number, mean: number): void;
  searchQueries(state: number, queries: number, firstQuery: number, inverses: number): void;
  // biome-ignore format: one line an export
  searchBase(state: number, base: number, rows: number, firstBase: number, inverses: number, norms: number): number;
  searchMean(state: number): void;
  searchBlockBytes(dimensions: number, k: number, queries: number): number;
  searchBlock(state: number, memory: number, queries: number): void;
  searchDistances(state: number): number;
  searchNeighbors(state: number): number;
  searchOpen(state: number, first: number, count: number): void;
  searchPack(state: number, chunk: number): void;
  searchScan(state: number, from: number, to: number): void;
  searchClose(state: number, from: number, to: number): void;
}
