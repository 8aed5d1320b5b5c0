/** What one k-means holds between calls. The façade allocates every array; see its memory formula in docs/kernels.md. */
import { packDistancePanels } from "../linalg/panels";
import { addRow } from "../linalg/rows";
import { onGrid } from "../grid";
import { Block, createBlock } from "./nearest";

@unmanaged
export class KMeans {
  x: usize;
  rows: i32;
  dimensions: i32;
  clusters: i32;
  /** f64 × rows, or 0 when every row counts once. */
  weights: usize;
  /** f32 × rows: scale · ‖x‖². */
  norms: usize;
  /** i32 × rows; −1 before the first round. */
  labels: usize;
  /** f32 × clusters × dimensions. */
  centroids: usize;
  /** f64 × clusters × dimensions: weighted sums of the members, exact on the grid, kept up to date as labels change. */
  sums: usize;
  /** f64 × clusters: summed weights of the members. */
  counts: usize;
  panels: usize;
  block: Block;
  /** f32 × rows each, or 0 without bounds: bounds on the scaled distance to the own and to every other centroid. */
  upper: usize;
  lower: usize;
  /** f64 × clusters: how far each centroid moved in the last update, scaled. */
  moves: usize;
  /** f32 × clusters: half the scaled distance to the nearest other centroid, rounded down. */
  halves: usize;
  /** A power of four that keeps squares of huge or tiny values within f32. */
  scale: f64;
  sumMagic: f64;
  countMagic: f64;
  largestNorm: f64;
  /** Bound on the rounding error of one product in this round. */
  slack: f64;
}

export function kmeansBytes(): usize {
  return offsetof<KMeans>();
}

export function kmeansData(at: usize, x: usize, rows: i32, dimensions: i32, weights: usize, norms: usize, labels: usize, scale: f64, largestNorm: f64): void {
  const s = changetype<KMeans>(at);
  s.x = x;
  s.rows = rows;
  s.dimensions = dimensions;
  s.weights = weights;
  s.norms = norms;
  s.labels = labels;
  s.scale = scale;
  s.largestNorm = largestNorm;
  memory.fill(labels, 0xff, <usize>rows << 2);
}

export function kmeansCentroids(at: usize, clusters: i32, centroids: usize, panels: usize, sums: usize, counts: usize, block: usize, sumMagic: f64, countMagic: f64): void {
  const s = changetype<KMeans>(at);
  s.clusters = clusters;
  s.centroids = centroids;
  s.panels = panels;
  s.sums = sums;
  s.counts = counts;
  s.block = createBlock(block, s.dimensions);
  s.sumMagic = sumMagic;
  s.countMagic = countMagic;
  memory.fill(sums, 0, (<usize>clusters * <usize>s.dimensions) << 3);
  memory.fill(counts, 0, <usize>clusters << 3);
}

/** Zeros for upper and lower leave the bounds out. */
export function kmeansBounds(at: usize, upper: usize, lower: usize, moves: usize, halves: usize): void {
  const s = changetype<KMeans>(at);
  s.upper = upper;
  s.lower = lower;
  s.moves = moves;
  s.halves = halves;
}

/**
 * Packs the centroids for a round. The slack bounds the rounding error of a product of d multiply-adds,
 * (d + 2) · 2⁻²⁴ · (‖c‖² + 2 ‖x‖ ‖c‖), with a factor of two to spare.
 */
export function kmeansPack(at: usize): void {
  const s = changetype<KMeans>(at);
  const largest = packDistancePanels(s.centroids, s.clusters, s.dimensions, s.scale, s.panels);
  const reach = sqrt(largest) + sqrt(s.largestNorm);
  s.slack = <f64>(s.dimensions + 8) * 1.1920928955078125e-7 * reach * reach;
}

/** Moves a row to cluster `to`, or takes it out (to < 0); returns 1 when that changed anything. */
export function kmeansMove(at: usize, row: i32, to: i32): i32 {
  const s = changetype<KMeans>(at);
  const label = s.labels + (<usize>row << 2);
  const from = load<i32>(label);
  if (from == to) return 0;
  store<i32>(label, to);
  const weight = s.weights ? load<f64>(s.weights + (<usize>row << 3)) : 1;
  if (from >= 0) addMember(s, row, from, -weight);
  if (to >= 0) addMember(s, row, to, weight);
  return 1;
}

function addMember(s: KMeans, row: i32, cluster: i32, weight: f64): void {
  const rowBytes = <usize>s.dimensions << 2;
  const count = s.counts + (<usize>cluster << 3);
  store<f64>(count, load<f64>(count) + onGrid(weight, s.countMagic));
  addRow(s.sums + <usize>cluster * rowBytes * 2, s.x + <usize>row * rowBytes, s.dimensions, weight, s.sumMagic);
}
