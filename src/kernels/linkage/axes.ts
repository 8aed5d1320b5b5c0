/**
 * Orthonormal axes on which rows differ most: principal components of a sample of rows, by the eigenvectors of their Gram matrix. Any
 * orthonormal axes give valid bounds; these give tight ones at a cost that does not grow with d².
 */
import type { Slices, Step } from "../contract";
import { eigenSymmetric } from "../eigen";
import { ceilLog2 } from "../grid";
import { KernelMatrix } from "../matrix";
import type { KernelModule } from "../module";
import { project } from "../pca";

const SAMPLE_ROWS = 256;
const MOST_AXES = 32;
/** An axis that keeps less of its length beside the others is made of rounding. */
const INDEPENDENT = 1e-3;

export interface Axes {
  count: number;
  /** dimensions × count. */
  basis: Float64Array;
  /** Mean of the sample. */
  mean: Float64Array;
  /** Power of two that brings values to magnitudes of at most 1. */
  scale: number;
}

export const sampleRows = (rows: number): number => Math.min(rows, SAMPLE_ROWS);
export const axisCount = (rows: number, dimensions: number): number => Math.min(dimensions, rows, MOST_AXES);

/** `scales`: what each row is multiplied by before all else, or null. */
export function* principalAxes(
  kernel: KernelModule,
  matrix: KernelMatrix,
  scales: Float64Array | null,
  step: Step,
): Slices<Axes> {
  const { rows, dimensions } = matrix;
  const peak = scales ? 1 : matrix.peak();
  const scale = peak > 0 ? 2 ** -ceilLog2(peak) : 1;
  const count = sampleRows(rows);
  const sample = new Float64Array(count * dimensions);
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * rows) / count);
    const factor = scales ? scales[from]! : 1;
    const row = kernel.f32(matrix.address + 4 * from * dimensions, dimensions);
    for (let t = 0; t < dimensions; t++) {
      sample[i * dimensions + t] = factor * row[t]!;
      mean[t]! += (factor * row[t]!) / count;
    }
  }
  for (let i = 0; i < sample.length; i++) sample[i] = (sample[i]! - mean[i % dimensions]!) * scale;
  yield step;
  const gram = gramMatrix(kernel, sample, count);
  yield step;
  const { vectors } = yield* eigenSymmetric(kernel, gram, count, axisCount(rows, dimensions));
  yield step;
  const basis = orthonormal(sample, vectors, count, dimensions);
  yield step;
  return { count: basis.length, basis: transpose(basis, dimensions), mean, scale };
}

function gramMatrix(kernel: KernelModule, sample: Float64Array, rows: number): Float64Array {
  return kernel.scoped(() => {
    const matrix = new KernelMatrix(kernel, rows, sample.length / rows);
    matrix.write(0, Float32Array.from(sample));
    return Float64Array.from(project(kernel, matrix, sample, rows));
  });
}

/** Combines the sample's rows by each eigenvector and makes the results orthonormal, by Gram and Schmidt twice. */
function orthonormal(sample: Float64Array, vectors: Float64Array, rows: number, dimensions: number): Float64Array[] {
  const axes: Float64Array[] = [];
  for (let from = 0; from < vectors.length; from += rows) {
    const axis = new Float64Array(dimensions);
    for (let i = 0; i < rows; i++) {
      addTo(axis, vectors[from + i]!, sample.subarray(i * dimensions, (i + 1) * dimensions));
    }
    const length = Math.sqrt(dot(axis, axis));
    if (length === 0) break;
    addTo(axis, 1 / length - 1, axis);
    for (let pass = 0; pass < 2; pass++) for (const other of axes) addTo(axis, -dot(axis, other), other);
    const left = Math.sqrt(dot(axis, axis));
    if (left < INDEPENDENT) break;
    addTo(axis, 1 / left - 1, axis);
    axes.push(axis);
  }
  return axes;
}

function addTo(target: Float64Array, factor: number, values: Float64Array): void {
  for (let t = 0; t < target.length; t++) target[t]! += factor * values[t]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t]! * b[t]!;
  return sum;
}

function transpose(axes: Float64Array[], dimensions: number): Float64Array {
  const basis = new Float64Array(axes.length * dimensions);
  for (const [k, axis] of axes.entries()) for (const [t, value] of axis.entries()) basis[t * axes.length + k] = value;
  return basis;
}
