/** Exports of asm/neighbors. */
export interface RawNeighbors {
  inverseNorms(x: number, rows: number, dimensions: number, inverses: number): void;
  // biome-ignore format: one line an export
  rowDistance(metric: number, power: number, a: number, b: number, dimensions: number, inverseA: number, inverseB: number): number;
  searchBytes(): number;
  // biome-ignore format: one line an export
  searchSpace(state: number, metric: number, power: number, dimensions: number, axes: number, leaf: number, scale: number): void;
  searchScratch(state: number, mean: number, row: number, basis: number): void;
  // biome-ignore format: one line an export
  searchQueries(state: number, queries: number, rows: number, firstQuery: number, inverses: number, order: number): void;
  // biome-ignore format: one line an export
  searchBase(state: number, base: number, rows: number, firstBase: number, inverses: number, order: number): void;
  // biome-ignore format: one line an export
  searchPanels(state: number, panels: number, norms: number, copies: number, boxes: number, radii: number, centers: number): void;
  // biome-ignore format: one line an export
  searchBlock(state: number, prepared: number, norms: number, limits: number, corners: number, gaps: number, list: number, products: number): void;
  // biome-ignore format: one line an export
  searchLists(state: number, k: number, room: number, counts: number, candidates: number, distances: number, neighbors: number, known: number): void;
  searchMean(state: number): void;
  basisBytes(dimensions: number, axes: number): number;
  basisStart(state: number, scratch: number): void;
  basisStep(state: number, scratch: number, part: number, parts: number): void;
  prepareRows(state: number, x: number, inverses: number, from: number, to: number, out: number): void;
  orderStart(order: number, count: number): void;
  // biome-ignore format: one line an export
  orderRows(rows: number, width: number, leaf: number, order: number, from: number, to: number, spread: number): void;
  // biome-ignore format: one line an export
  orderSplit(rows: number, width: number, leaf: number, order: number, from: number, to: number, spread: number): number;
  packBlocks(state: number, prepared: number, from: number, to: number): void;
  searchOpen(state: number, first: number, count: number): void;
  searchNear(state: number, blocks: number): void;
  searchRest(state: number, from: number, to: number): void;
  refineOpen(neighbors: number, count: number): void;
  refineClose(neighbors: number, count: number): void;
  // biome-ignore format: one line an export
  refineRows(state: number, from: number, to: number, sweep: number, distances: number, neighbors: number, marks: number): number;
  searchClose(state: number): void;
}
