/**
 * Filter coordinates: how few of the sample's principal axes tell most pairs apart. Distances in a few of them bound true distances from
 * below, so the choice decides how fast neighbours are found, never which.
 */
import type { Slices } from "../../contract";
import { eigenSymmetric } from "../../eigen";
import { KernelMatrix } from "../../matrix";
import type { KernelModule } from "../../module";
import { MAX_SCATTER_DIMENSIONS, scatter } from "../../pca";
import { DETAIL, FEW_DIMENSIONS, MOST_AXES, sampleOfAxes } from "./memory";

export interface Axes {
  /** Subtracted from scaled rows. */
  mean: Float64Array;
  /** (count + details) × dimensions, orthonormal; null where coordinates are the row itself. */
  vectors: Float64Array | null;
  /** Axes that every pair meets, and those for pairs that pass. */
  count: number;
  details: number;
}

const SAMPLE_QUERIES = 32;
/** Nanoseconds, measured: a coordinate of a pair in a tile; a pair that passes; one measured in f64, and each of its dimensions. */
const COORDINATE_COST = 0.05;
const DETAIL_COST = 30;
const PASSING_COST = 25;
const DIMENSION_COST = 0.5;

/** `factor` brings each row to the scale that coordinates have. */
export function* chooseAxes(kernel: KernelModule, matrix: KernelMatrix, factor: (row: number) => number): Slices<Axes> {
  const { rows, dimensions } = matrix;
  const sample = scaledSample(matrix, factor);
  const mean = centre(sample, dimensions);
  const plain = { mean, vectors: null, count: dimensions, details: 0 };
  if (dimensions <= FEW_DIMENSIONS || dimensions > MAX_SCATTER_DIMENSIONS || 4 * dimensions > rows) return plain;
  const vectors = yield* kernel.scopedSlices(() => principalAxes(kernel, sample, dimensions));
  if (vectors === null) return plain;
  const count = yield* cheapestCount(sample, dimensions, vectors);
  if (count === 0) return plain;
  const details = detailsAfter(count, vectors.length / dimensions);
  return { mean, vectors: vectors.slice(0, (count + details) * dimensions), count, details };
}

function scaledSample(matrix: KernelMatrix, factor: (row: number) => number): Float32Array {
  const { rows, dimensions } = matrix;
  const count = sampleOfAxes(rows, dimensions);
  const sample = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    const values = matrix.read(row, row + 1);
    const by = factor(row);
    for (let t = 0; t < dimensions; t++) sample[i * dimensions + t] = values[t]! * by;
  }
  return sample;
}

/** Centres the sample in place; returns its mean. */
function centre(sample: Float32Array, dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions);
  const count = sample.length / dimensions;
  for (let i = 0; i < sample.length; i++) mean[i % dimensions]! += sample[i]! / count;
  for (let i = 0; i < sample.length; i++) sample[i]! -= mean[i % dimensions]!;
  return mean;
}

function* principalAxes(kernel: KernelModule, sample: Float32Array, dimensions: number): Slices<Float64Array | null> {
  const matrix = new KernelMatrix(kernel, sample.length / dimensions, dimensions);
  matrix.write(0, sample);
  const peak = matrix.peak();
  if (peak === 0) return null;
  const sums = yield* scatter(kernel, matrix, 0, { maxAbs: peak, rows: matrix.rows });
  const { vectors } = yield* eigenSymmetric(kernel, sums, dimensions, Math.min(MOST_AXES, dimensions));
  return vectors;
}

/** Number of axes with the least expected time a pair, or 0 where whole rows are expected to be quicker. */
function* cheapestCount(sample: Float32Array, d: number, vectors: Float64Array): Slices<number> {
  const axes = vectors.length / d;
  const rows = sample.length / d;
  const coordinates = new Float64Array(rows * axes);
  const rest = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let t = 0; t < d; t++) rest[i]! += sample[i * d + t]! ** 2;
    for (let a = 0; a < axes; a++) {
      let sum = 0;
      for (let t = 0; t < d; t++) sum += sample[i * d + t]! * vectors[a * d + t]!;
      coordinates[i * axes + a] = sum;
    }
  }
  const passing = new Float64Array(axes + 1);
  const queries = Math.min(rows, SAMPLE_QUERIES);
  for (let i = 0; i < queries; i++) {
    const query = Math.floor((i * rows) / queries);
    yield { done: i, total: queries };
    addPassing(passing, { sample, d, axes, rows, coordinates, rest }, query);
  }
  let best = 0;
  let least = d * COORDINATE_COST;
  for (let count = 4; count <= axes; count += 4) {
    const share = (axesMet: number): number => passing[axesMet]! / (queries * rows);
    const measured = share(count + detailsAfter(count, axes)) * (PASSING_COST + d * DIMENSION_COST);
    const cost = (count + 1) * COORDINATE_COST + share(count) * DETAIL_COST + measured;
    if (cost < least) [best, least] = [count, cost];
  }
  return best;
}

const detailsAfter = (count: number, axes: number): number => Math.min(DETAIL - 1, axes - count);

interface Rotated {
  sample: Float32Array;
  d: number;
  axes: number;
  rows: number;
  coordinates: Float64Array;
  rest: Float64Array;
}

/** Adds to passing[c] how many rows c axes cannot tell to lie beyond the query's nearest one. */
function addPassing(passing: Float64Array, { sample, d, axes, rows, coordinates, rest }: Rotated, query: number): void {
  let nearest = Infinity;
  for (let i = 0; i < rows; i++) {
    if (i === query) continue;
    let squared = 0;
    for (let t = 0; t < d && squared < nearest; t++) squared += (sample[i * d + t]! - sample[query * d + t]!) ** 2;
    nearest = Math.min(nearest, squared);
  }
  for (let i = 0; i < rows; i++) {
    let near = 0;
    let left = rest[i]!;
    let own = rest[query]!;
    for (let a = 0; a < axes; a++) {
      const there = coordinates[i * axes + a]!;
      const here = coordinates[query * axes + a]!;
      near += (there - here) ** 2;
      left = Math.max(0, left - there ** 2);
      own = Math.max(0, own - here ** 2);
      if (near > nearest) break;
      if (near + (Math.sqrt(left) - Math.sqrt(own)) ** 2 <= nearest) passing[a + 1]!++;
    }
  }
}
