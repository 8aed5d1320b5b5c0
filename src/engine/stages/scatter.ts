/**
 * Axes that rows are projected on: principal components, for the map or as a step of the preparation, or the whitening transform.
 * Exact from the scatter matrix up to 1,024 dimensions; above, of a seeded sample of rows by its Gram matrix (the same spectrum),
 * reported as approximate when there are more rows than that.
 */
import type { ScatterResult } from "../../domain/run/results";
import { whiteningTransform } from "../../kernels/whitening";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, pickRows } from "../matrices";
import { sampleRows } from "../sampling";
import { pieceName } from "../scratch";
import { stageView, viewOf } from "../views";

const PURPOSE = 2;
/** Share of all eigenpairs that is found beside the rows: docs/design/preparation.md. */
export const MOST_BESIDE = 1 / 4;
/** Axes of the map. */
export const AXES = "axes";

/** Constants of the stage, as the planner sets them. */
export interface ScatterParams extends Record<string, unknown> {
  view: number;
  components: number;
  /** Rows of the sample whose axes stand for all, or null. */
  sampleRows: number | null;
  /** Scratch name of the axes. */
  axes: string;
  /** Regularisation of the whitening (ZCA); absent for principal components. */
  regularization?: number;
}

export const scatter: Stage = {
  async map(context): Promise<ScatterResult | { from: number; to: number }> {
    const { span, stage, scratch, kernels, pulse } = context;
    const { sampleRows: sample } = stage.params as ScatterParams;
    if (sample !== null) return sampledAxes(context, sample);
    const view = stageView(context);
    const matrix = await centeredMatrix(context, span, view);
    const products = await pulse.drain(kernels.scatter(matrix, span.from, centeredGrid(context, view)));
    scratch.put(pieceName(productsName(context), span.from, span.to), products.slice());
    return span;
  },

  async reduce(context): Promise<ScatterResult> {
    const { inputs, stage, plan, scratch, kernels, workspace, pulse } = context;
    const { components, regularization, axes } = stage.params as ScatterParams;
    const { dimensions } = viewOf(plan, stageView(context));
    const products = new Float64Array(dimensions * dimensions);
    for (const { from, to } of inputs.parts as { from: number; to: number }[]) {
      const part = await scratch.doubles(pieceName(productsName(context), from, to));
      pulse.compute(() => {
        for (let i = 0; i < part.length; i++) products[i]! += part[i]!;
      });
    }
    const count = Math.min(components, dimensions);
    // So many take as much as the rows.
    if (count > MOST_BESIDE * dimensions) workspace.drop();
    const { values, vectors } = await pulse.drain(kernels.eigenSymmetric(products, dimensions, count));
    const transform =
      regularization === undefined
        ? vectors.slice()
        : pulse.compute(() => whiteningTransform(values, vectors, plan.shape.rows, regularization));
    scratch.put(axes, transform);
    return { components: count, explainedVariance: shares(values, products, dimensions), sampleRows: null };
  },
};

/** Of a shard; a plan may have several stages of this kind. */
const productsName = ({ task }: TaskContext): string => `scatter/${task.stage}`;

/** Axes X'u / |X'u| for the leading eigenvectors u of the sample's Gram matrix XX'. */
async function sampledAxes(context: TaskContext, size: number): Promise<ScatterResult> {
  const { plan, spec, stage, scratch, pulse, kernels, workspace } = context;
  const { components, axes: name } = stage.params as ScatterParams;
  const view = stageView(context);
  const d = viewOf(plan, view).dimensions;
  const rows = sampleRows(plan.shape.rows, size, spec.seed, PURPOSE);
  const values = await pickRows(context, rows, view);
  workspace.drop();
  const gram = await gramMatrix(context, values, rows.length, centeredGrid(context, view).maxAbs);
  const count = Math.min(components, rows.length, d);
  const eigen = await pulse.drain(kernels.eigenSymmetric(gram, rows.length, count));
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
  scratch.put(name, axes);
  const sampled = rows.length < plan.shape.rows ? rows.length : null;
  return { components: count, explainedVariance: shares(eigen.values, gram, rows.length), sampleRows: sampled };
}

/** Products of the sample's rows with each other: the scatter matrix of the transposed sample. */
async function gramMatrix({ kernels, pulse }: TaskContext, values: Float32Array, rows: number, maxAbs: number) {
  const d = values.length / rows;
  const mark = kernels.mark();
  const transposed = kernels.matrix(d, rows);
  const line = new Float32Array(rows);
  for (let i = 0; i < d; i++) {
    for (let row = 0; row < rows; row++) line[row] = values[row * d + i]!;
    transposed.write(i, line);
  }
  const products = await pulse.drain(kernels.scatter(transposed, 0, { maxAbs, rows: d }));
  kernels.release(mark);
  return products;
}

function shares(values: Float64Array, products: Float64Array, dimensions: number): number[] {
  let trace = 0;
  for (let i = 0; i < dimensions; i++) trace += products[i * dimensions + i]!;
  return Array.from(values, (value) => (trace > 0 ? value / trace : 0));
}
