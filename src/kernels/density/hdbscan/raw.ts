/** Exports of asm/density/hdbscan. */
export interface RawHdbscan {
  spaceBytes(): number;
  // biome-ignore format: one line an export
  spaceRows(space: number, x: number, rows: number, dimensions: number, metric: number, power: number, inverses: number): void;
  spaceCoordinates(space: number, scale: number, mean: number, axes: number, width: number, details: number): void;
  spacePlaces(space: number, order: number, points: number, detail: number, norms: number, offsets: number): void;
  // biome-ignore format: one line an export
  spaceCells(space: number, cells: number, starts: number, centers: number, centerNorms: number, radii: number, cellNorms: number, panels: number, panelAt: number): void;
  placeRows(space: number, from: number, to: number, work: number): void;
  cellsSeed(space: number): void;
  cellsRound(space: number, sample: number, panels: number, block: number, sums: number): void;
  cellsAssign(space: number, from: number, to: number, panels: number, block: number, labels: number): void;
  cellsSort(space: number, labels: number): void;
  cellsPack(space: number): number;
  queriesBytes(cells: number, width: number): number;
  queriesLayout(queries: number, cells: number, width: number): void;
  coreBytes(k: number): number;
  // biome-ignore format: one line an export
  coreSetup(core: number, space: number, queries: number, k: number, samples: number, cores: number, kept: number, neighbors: number, distances: number): void;
  coreBlock(core: number, cell: number, group: number): void;
  forestBytes(): number;
  // biome-ignore format: one line an export
  forestSetup(forest: number, space: number, queries: number, alpha: number, cores: number, kept: number, neighbors: number, distances: number): void;
  // biome-ignore format: one line an export
  forestComponents(forest: number, parents: number, components: number, sizes: number, weights: number, sources: number, targets: number, cellComponents: number, cellCores: number, edgeSources: number, edgeTargets: number): void;
  forestRound(forest: number): number;
  forestLists(forest: number, from: number, to: number): void;
  forestBlock(forest: number, cell: number, group: number): number;
  forestJoin(forest: number): number;
  forestMeasure(forest: number, weights: number): void;
}
