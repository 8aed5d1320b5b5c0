/** Lays rows out for the search over mutual reachability: filter coordinates, cells of near rows, panels. */
import type { Slices } from "../../contract";
import { ceilLog2 } from "../../grid";
import type { KernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import type { Metric } from "../../neighbors/contract";
import { rawMetric } from "../../neighbors/metric";
import { sliceRows } from "../../slices";
import { chooseAxes } from "./axes";
import { cellCount, DETAIL, GROUP_COLUMNS, sampleOfCells } from "./memory";

/** Rounds of k-means over the sample: more did not make the search faster. */
const CELL_ROUNDS = 3;

export interface Space {
  address: number;
  rows: number;
  cells: number;
  width: number;
  /** Row at each place. */
  order: number;
  queries: number;
  /** Every block of queries: its cell, and which 240 places of it. */
  blocks: { cell: number; group: number; count: number }[];
}

export function* buildSpace(kernel: KernelModule, matrix: KernelMatrix, metric: Metric): Slices<Space> {
  const { raw } = kernel;
  const { rows, dimensions, address: x } = matrix;
  const { code, power, angular } = rawMetric(metric);
  const address = kernel.allocate(raw.spaceBytes());
  const inverses = angular ? kernel.allocate(8 * rows) : 0;
  if (angular) raw.inverseNorms(x, rows, dimensions, inverses);
  raw.spaceRows(address, x, rows, dimensions, code, power, inverses);

  const peak = matrix.peak();
  const scale = peak > 0 ? 2 ** -ceilLog2(peak) : 1;
  const straight = angular || metric.name === "euclidean";
  const factor = (row: number): number => (angular ? kernel.f64(inverses + 8 * row, 1)[0]! : scale);
  const axes = straight
    ? yield* chooseAxes(kernel, matrix, factor)
    : { mean: new Float64Array(dimensions), vectors: null, count: dimensions, details: 0 };
  const width = axes.vectors ? axes.count + 1 : dimensions;
  const mean = kernel.allocateF64(dimensions, axes.mean);
  const vectors = axes.vectors ? kernel.allocateF64(axes.vectors.length, axes.vectors) : 0;
  raw.spaceCoordinates(address, scale, mean, vectors, width, axes.details);

  const order = kernel.allocate(4 * rows);
  // One row more, for the permutation.
  const points = kernel.allocate(4 * width * (rows + 1));
  const detail = axes.vectors ? kernel.allocate(4 * DETAIL * (rows + 1)) : 0;
  raw.spacePlaces(address, order, points, detail, kernel.allocate(4 * rows), kernel.allocate(4 * rows));
  const work = kernel.allocate(8 * dimensions);
  const operations = dimensions * (2 + (axes.vectors ? axes.count + axes.details : 0));
  // In f64, at a quarter of the speed of tiles.
  yield* sliceRows(rows, 8 * operations, (from, to) => raw.placeRows(address, from, to, work));

  const cells = cellCount(rows);
  const starts = kernel.allocate(4 * (cells + 1));
  const centers = kernel.allocate(4 * cells * width);
  const perCell = [0, 0, 0, 0].map(() => kernel.allocate(4 * cells)) as [number, number, number, number];
  const [centerNorms, radii, cellNorms, panelAt] = perCell;
  const layCells = (panels: number): void =>
    raw.spaceCells(address, cells, starts, centers, centerNorms, radii, cellNorms, panels, panelAt);
  layCells(0);
  yield* kernel.scopedSlices(() => sortIntoCells(kernel, address, { rows, cells, width, centers }));
  yield { done: rows, total: rows };
  layCells(kernel.allocate(raw.cellsPack(address)));
  raw.cellsPack(address);

  const queries = kernel.allocate(raw.queriesBytes(cells, width));
  raw.queriesLayout(queries, cells, width);
  return { address, rows, cells, width, order, queries, blocks: blocksOf(kernel.i32(starts, cells + 1)) };
}

function* sortIntoCells(
  kernel: KernelModule,
  space: number,
  { rows, cells, width, centers }: { rows: number; cells: number; width: number; centers: number },
): Slices<void> {
  const { raw } = kernel;
  const panels = kernel.allocate(raw.panelBytes(cells, width));
  const block = kernel.allocate(raw.blockBytes(width, cells));
  const labels = kernel.allocate(4 * rows);
  const sums = kernel.allocate(8 * cells * (width + 1));
  const sample = sampleOfCells(rows, cells);
  const operations = cells * (2 * width + 8);
  raw.cellsSeed(space);
  for (let round = 0; round < CELL_ROUNDS; round++) {
    raw.cellsRound(space, sample, panels, block, sums);
    yield { done: round, total: CELL_ROUNDS };
  }
  raw.packDistancePanels(centers, cells, width, 1, panels);
  yield* sliceRows(rows, operations, (from, to) => raw.cellsAssign(space, from, to, panels, block, labels));
  raw.cellsSort(space, labels);
}

function blocksOf(starts: Int32Array): Space["blocks"] {
  const blocks: Space["blocks"] = [];
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const size = starts[cell + 1]! - starts[cell]!;
    for (let group = 0; group * GROUP_COLUMNS < size; group++) {
      blocks.push({ cell, group, count: Math.min(GROUP_COLUMNS, size - group * GROUP_COLUMNS) });
    }
  }
  return blocks;
}
