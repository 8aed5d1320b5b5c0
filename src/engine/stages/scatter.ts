/**
 * Axes of the map: principal components. Exact from the scatter matrix up to 1,024 dimensions; above, of a seeded sample
 * of rows by its Gram matrix (the same spectrum), reported as approximate when there are more rows than that.
 */
import type { ScatterResult } from "../../domain/run/results";
import type { Kernels } from "../../kernels/contract";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, pickRows } from "../matrices";
import { sampleRows } from "../sampling";
import { pieceName } from "../scratch";

const PURPOSE = 2;
export const AXES = "axes";

export const scatter: Stage = {
  async map(context): Promise<ScatterResult | { from: number; to: number }> {
    const { span, stage, scratch, kernels, pulse } = context;
    const sample = stage.params.sampleRows as number | null;
    if (sample !== null) return sampledAxes(context, sample);
    const matrix = await centeredMatrix(context, span);
    const products = await pulse.drain(kernels.scatter(matrix, span.from, centeredGrid(context)));
    scratch.put(pieceName("scatter", span.from, span.to), products.slice());
    return span;
  },

  async reduce({ inputs, stage, plan, scratch, kernels, pulse }): Promise<ScatterResult> {
    const { dimensions } = plan.shape;
    const products = new Float64Array(dimensions * dimensions);
    for (const { from, to } of inputs.parts as { from: number; to: number }[]) {
      const part = await scratch.doubles(pieceName("scatter", from, to));
      for (let i = 0; i < part.length; i++) products[i]! += part[i]!;
    }
    const count = Math.min(stage.params.components as number, dimensions);
    const { values, vectors } = pulse.compute(() => kernels.eigenSymmetric(products, dimensions, count));
    scratch.put(AXES, vectors.slice());
    return { components: count, explainedVariance: shares(values, products, dimensions), sampleRows: null };
  },
};

/** Axes X'u / |X'u| for the leading eigenvectors u of the sample's Gram matrix XX'. */
async function sampledAxes(context: TaskContext, size: number): Promise<ScatterResult> {
  const { plan, spec, stage, scratch, pulse, kernels, workspace } = context;
  const d = plan.shape.dimensions;
  const rows = sampleRows(plan.shape.rows, size, spec.seed, PURPOSE);
  const values = await pickRows(context, rows);
  workspace.drop();
  const gram = await gramMatrix(context, kernels, values, rows.length);
  const count = Math.min(stage.params.components as number, rows.length, d);
  const eigen = pulse.compute(() => kernels.eigenSymmetric(gram, rows.length, count));
  const axes = new Float64Array(count * d);
  for (let axis = 0; axis < count; axis++) {
    const own = axes.subarray(axis * d, (axis + 1) * d);
    for (let row = 0; row < rows.length; row++) {
      const weight = eigen.vectors[axis * rows.length + row]!;
      for (let i = 0; i < d; i++) own[i]! += weight * values[row * d + i]!;
    }
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let i = 0; i < d; i++) own[i]! /= length;
  }
  scratch.put(AXES, axes);
  const sampled = rows.length < plan.shape.rows ? rows.length : null;
  return { components: count, explainedVariance: shares(eigen.values, gram, rows.length), sampleRows: sampled };
}

/** Products of the sample's rows with each other: the scatter matrix of the transposed sample. */
async function gramMatrix(context: TaskContext, kernels: Kernels, values: Float32Array, rows: number) {
  const d = values.length / rows;
  const transposed = kernels.matrix(d, rows);
  const line = new Float32Array(rows);
  for (let i = 0; i < d; i++) {
    for (let row = 0; row < rows; row++) line[row] = values[row * d + i]!;
    transposed.write(i, line);
  }
  const { maxAbs } = centeredGrid(context);
  return context.pulse.drain(kernels.scatter(transposed, 0, { maxAbs, rows: d }));
}

function shares(values: Float64Array, products: Float64Array, dimensions: number): number[] {
  let trace = 0;
  for (let i = 0; i < dimensions; i++) trace += products[i * dimensions + i]!;
  return Array.from(values, (value) => (trace > 0 ? value / trace : 0));
}
