/** Exports of asm/index.ts as the façade calls them. Addresses are numbers; 0 stands for "none". */

import type { RawCommunity } from "./community/raw";
import type { RawDbcv } from "./density/dbcv/contract";
import type { RawDbscan } from "./density/dbscan";
import type { RawHdbscan } from "./density/hdbscan/raw";
import type { RawOptics } from "./density/optics/raw";
import type { RawGraph } from "./graph/raw";
import type { RawLinkage } from "./linkage/raw";
import type { RawMeasures } from "./measures/raw";
import type { RawMixture } from "./mixture/raw";
import type { RawMeanShift } from "./modes/raw";
import type { RawNeighbors } from "./neighbors/raw";
import type { RawReduce } from "./reduce/raw";
import type { RawSparse } from "./sparse/raw";
import type { RawSpectral } from "./spectral/raw";

interface RawCore {
  allocate(bytes: number): number;
  mark(): number;
  release(mark: number): void;
  setLimit(bytes: number): void;
  isRelaxed(): number;
  philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void;
  philoxWord(i: number): number;
  uniform(seedLow: number, seedHigh: number, stream: number, purpose: number, index: number): number;
  naturalLog(x: number): number;
  exponential(x: number): number;
  peak(iterations: number, near1: number, near0: number): number;
  peakOperations(): number;
  packDistancePanels(source: number, columns: number, dimensions: number, scale: number, panels: number): number;
  panelBytes(columns: number, dimensions: number): number;
  paddedColumns(columns: number): number;
  blockRows(dimensions: number): number;
  blockBytes(dimensions: number, columns: number): number;
  maxAbs(values: number, count: number): number;
  firstNonFinite(values: number, count: number): number;
  rowNorms(x: number, rows: number, dimensions: number, scale: number, norms: number): number;
  normalizeRows(x: number, rows: number, dimensions: number, from: number, to: number, weight: number): void;
  center(x: number, rows: number, dimensions: number, mean: number): void;
  // biome-ignore format: one line an export
  moments(x: number, rows: number, dimensions: number, sum: number, sumMagic: number, squares: number, squaresMagic: number): void;
  scatterBytes(dimensions: number): number;
  // biome-ignore format: one line an export
  scatterAdd(x: number, rows: number, dimensions: number, scale: number, work: number, scatter: number, magic: number): void;
  // biome-ignore format: one line an export
  tridiagonalStep(matrix: number, n: number, k: number, diagonal: number, off: number, betas: number, work: number): void;
  tridiagonalValue(diagonal: number, off: number, n: number, j: number, values: number): void;
  // biome-ignore format: one line an export
  tridiagonalVector(diagonal: number, off: number, n: number, values: number, j: number, vectors: number, work: number): void;
  backTransform(matrix: number, n: number, betas: number, vectors: number, j: number): void;
  packAxes(axes: number, count: number, dimensions: number, panels: number): void;
  projectPadding(): number;
  // biome-ignore format: one line an export
  projectRows(x: number, dimensions: number, from: number, to: number, panels: number, count: number, list: number, out: number): void;
  kmeansBytes(): number;
  // biome-ignore format: one line an export
  kmeansData(state: number, x: number, rows: number, dimensions: number, weights: number, norms: number, labels: number, scale: number, largestNorm: number): void;
  // biome-ignore format: one line an export
  kmeansCentroids(state: number, clusters: number, centroids: number, panels: number, sums: number, counts: number, block: number, sumMagic: number, countMagic: number): void;
  kmeansBounds(state: number, upper: number, lower: number, moves: number, halves: number): void;
  kmeansPack(state: number): void;
  kmeansMove(state: number, row: number, to: number): number;
  kmeansAssign(state: number, from: number, to: number): number;
  kmeansAssignBounded(state: number, from: number, to: number): number;
  kmeansObjective(): number;
  kmeansHalves(state: number, from: number, to: number): void;
  kmeansUpdate(state: number): number;
  // biome-ignore format: one line an export
  seedTry(x: number, dimensions: number, from: number, to: number, panels: number, candidates: number, list: number, capacity: number, norms: number, weights: number, closest: number, distances: number, stride: number, potentials: number): void;
  seedKeep(distances: number, stride: number, candidate: number, rows: number, closest: number): void;
  seedSearch(closest: number, weights: number, rows: number, target: number): number;
  // biome-ignore format: one line an export
  exponentialKeys(rates: number, rows: number, seedLow: number, seedHigh: number, stream: number, purpose: number, firstRow: number, keys: number): void;
  assignBlock(at: number, dimensions: number): number;
  // biome-ignore format: one line an export
  assignLabels(x: number, dimensions: number, from: number, to: number, panels: number, clusters: number, block: number, labels: number): void;
  // biome-ignore format: one line an export
  assignDescribe(x: number, dimensions: number, from: number, to: number, centroids: number, labels: number, distances: number, counts: number, sums: number, distanceSums: number, squaredSums: number, nearestRows: number, nearestDistances: number, sumMagic: number, distanceMagic: number, squaredMagic: number): void;
  // biome-ignore format: one line an export
  assignInertia(x: number, dimensions: number, from: number, to: number, centroids: number, labels: number, weights: number, magic: number, out: number): number;
  silhouetteBytes(dimensions: number, queries: number): number;
  // biome-ignore format: one line an export
  silhouetteAdd(x: number, dimensions: number, from: number, to: number, labels: number, norms: number, queryRows: number, panels: number, queries: number, scale: number, work: number, sums: number, magic: number): void;
}

/** Every family of kernels declares its own exports beside its façade. */
export type RawKernels = RawCore &
  RawOptics &
  RawMeanShift &
  RawNeighbors &
  RawGraph &
  RawCommunity &
  RawLinkage &
  RawMeasures &
  RawDbscan &
  RawReduce &
  RawDbcv &
  RawHdbscan &
  RawMixture &
  RawSparse &
  RawSpectral;
