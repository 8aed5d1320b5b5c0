/**
 * The cluster of every row: what its fit says, or for a row outside of the fitted sample what the fitted model or the nearest fitted
 * row says. The reduce has the clusters' sizes and means.
 */
import { ShoalError } from "../../domain/errors";
import type { LabelResult } from "../../domain/run/results";
import type { AssignmentSums } from "../../kernels/contract";
import { gridMagic } from "../../kernels/grid";
import { updateCentroids } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, rawMatrix } from "../matrices";
import type { Predicted } from "../methods/method";
import { sliceRows } from "../prepare";
import { fittedRows } from "../sampling";
import { boundsOf, pieceName } from "../scratch";
import { FITTED_LABELS, FITTED_PROBABILITIES, FITTED_SCORES, fittedMethod, fittedPieces, keptName } from "./cluster";
import { getSums, putSums, totalSums } from "./sums";

/** Scratch names: sums and means of the clusters in the method's numbering. */
const LABEL_SUMS = "label/total";
export const LABEL_MEANS = "label/means";

export const label: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, results, scratch } = context;
    const { clusters } = results.cluster!;
    refuseTooMany(context, clusters);
    const { labels, probabilities, outlierScores } = await rowsOf(context);
    const sums = await sumClusters(context, labels, clusters);
    scratch.put(pieceName("labels", span.from, span.to), labels);
    if (probabilities) scratch.put(pieceName("probabilities", span.from, span.to), probabilities);
    if (outlierScores) scratch.put(pieceName("outlier_scores", span.from, span.to), outlierScores);
    putSums(scratch, pieceName("label/sums", span.from, span.to), sums);
    return span;
  },

  async reduce({ inputs, results, scratch, plan }): Promise<LabelResult> {
    const { dimensions } = plan.shape;
    const { clusters } = results.cluster!;
    const parts = inputs.parts as { from: number; to: number }[];
    const sums = await totalSums(scratch, "label/sums", parts, clusters);
    putSums(scratch, LABEL_SUMS, sums);
    scratch.put(
      LABEL_MEANS,
      updateCentroids(new Float32Array(clusters * dimensions), sums, dimensions).centroids.slice(),
    );
    return { bounds: boundsOf(parts) };
  },
};

/** Counts and sums of the clusters of all rows. */
export const labelSums = ({ scratch, results }: TaskContext): Promise<AssignmentSums> =>
  getSums(scratch, LABEL_SUMS, results.cluster!.clusters);

interface Rows {
  labels: Int32Array<ArrayBuffer>;
  probabilities: Float32Array<ArrayBuffer> | null;
  outlierScores: Float32Array<ArrayBuffer> | null;
}

/** What is known of the rows of the span; NaN where only fitted rows have a value. */
async function rowsOf(context: TaskContext): Promise<Rows> {
  const { span, results, scratch, spec } = context;
  const { probabilities, outlierScores } = results.cluster!;
  const { lastRank } = results.gather!;
  const width = span.to - span.from;
  const floats = () => new Float32Array(width).fill(Number.NaN);
  const rows: Rows = {
    labels: new Int32Array(width),
    probabilities: probabilities ? floats() : null,
    outlierScores: outlierScores ? floats() : null,
  };
  const own = lastRank === null ? null : fittedRows(span.from, span.to, spec.seed, lastRank);
  const first = lastRank === null ? span.from : fittedRows(0, span.from, spec.seed, lastRank).length;
  if (own && own.length < width) {
    const { labels, probabilities: found } = await predicted(context);
    rows.labels.set(labels);
    if (found) rows.probabilities?.set(found);
  }
  const count = own?.length ?? width;
  const take = async (
    name: string,
    Type: typeof Int32Array | typeof Float32Array,
    target: Int32Array | Float32Array,
  ) => {
    if (count === 0) return;
    const bytes = await scratch.range(name, 4 * first, 4 * count);
    const values = new Type(bytes.slice().buffer);
    for (let i = 0; i < count; i++) target[own ? own[i]! - span.from : i] = values[i]!;
  };
  await take(FITTED_LABELS, Int32Array, rows.labels);
  if (rows.probabilities) await take(FITTED_PROBABILITIES, Float32Array, rows.probabilities);
  if (rows.outlierScores) await take(FITTED_SCORES, Float32Array, rows.outlierScores);
  return rows;
}

/** Every row of the span as the fitted model or the nearest fitted row has it. */
async function predicted(context: TaskContext): Promise<Predicted> {
  const { span, results, scratch, kernels, pulse, plan } = context;
  const { method, params } = fittedMethod(context);
  const matrix = await rawMatrix(context, span);
  if (method.predict) {
    const kept: Record<string, Float64Array> = {};
    for (const name of results.cluster!.kept) kept[name] = await scratch.doubles(keptName(name));
    return pulse.drain(method.predict({ params, kernels, matrix, kept }));
  }
  const metric = method.metric?.(params) ?? { name: "euclidean" };
  const lists = kernels.emptyLists(matrix.rows, 1);
  // Numbered past the sample: no row is passed over as its own neighbour.
  for await (const { from, matrix: fitted } of fittedPieces(context))
    await pulse.drain(kernels.knnAdd(lists, matrix, plan.shape.rows, fitted, from, metric), ({ done, total }) => ({
      done: from + (done / Math.max(total, 1)) * fitted.rows,
      total: plan.fittedRows,
    }));
  const bytes = await scratch.bytes(FITTED_LABELS);
  const labels = new Int32Array(bytes.buffer, bytes.byteOffset, plan.fittedRows);
  return { labels: lists.neighbors.map((nearest) => labels[nearest]!) };
}

/** Exact counts and sums of the span's rows per cluster: noise adds nothing. */
export async function sumClusters(context: TaskContext, labels: Int32Array, clusters: number): Promise<AssignmentSums> {
  const { span, pulse, plan } = context;
  const { dimensions } = plan.shape;
  const { maxAbs, rows } = centeredGrid(context);
  const magic = gridMagic(maxAbs, rows);
  const counts = new Float64Array(clusters);
  const sums = new Float64Array(clusters * dimensions);
  const matrix = await centeredMatrix(context, span);
  const step = sliceRows(dimensions);
  for (let from = 0; from < matrix.rows; from += step) {
    const values = matrix.read(from, Math.min(from + step, matrix.rows));
    pulse.compute(() => {
      for (let i = 0; i < values.length / dimensions; i++) {
        const cluster = labels[from + i]!;
        if (cluster < 0) continue;
        counts[cluster]! += 1;
        for (let t = 0; t < dimensions; t++)
          sums[cluster * dimensions + t]! += values[i * dimensions + t]! + magic - magic;
      }
    });
    pulse.beat({ done: from, total: matrix.rows });
  }
  const none = new Float64Array(clusters);
  return { counts, sums, distances: none, squaredDistances: none, inertia: 0 };
}

function refuseTooMany({ stage, spec }: TaskContext, clusters: number): void {
  const limit = stage.params.limit as number;
  if (clusters <= limit) return;
  throw new ShoalError(
    "job_too_large",
    `${spec.method.kind} found ${clusters} clusters, more than the ${limit} that a run can describe; choose parameters that give fewer`,
    { field: "algorithm_params", value: clusters, limit },
  );
}
