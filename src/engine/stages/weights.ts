/** Learns the weights of several features: clusters a sample with one choice of them after another and measures what came out. */
import { ShoalError } from "../../domain/errors";
import type { WeightsResult } from "../../domain/run/results";
import type { WeightLearning } from "../../domain/run/types";
import type { Matrix } from "../../kernels/contract";
import { calinskiHarabasz, daviesBouldin } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import type { Fit } from "../methods/method";
import { paramsOfShare } from "../methods/parameters";
import { unweightedRows } from "../prepare";
import { sampleRows } from "../sampling";
import { viewOf } from "../views";
import { bayesianSearch, bestOf, gridSearch } from "../weights/search";
import { trialOf } from "../weights/trial";
import { fitOver } from "./fit";

const PURPOSE = 20;
const SAMPLE = "weights";

export const weights: Stage = {
  async map(context): Promise<WeightsResult> {
    const { spec, plan, stage, pulse } = context;
    const { method, iterations, metric, seed } = spec.weightLearning!;
    const size = stage.params.size as number;
    const rows = pulse.compute(() => sampleRows(plan.shape.rows, size, seed, PURPOSE));
    const values = await unweightedRows(context, rows);
    const search = method === "bayesian" ? bayesianSearch : gridSearch;
    let done = 0;
    const tried = await search(spec.features.length, iterations, seed, async (choice) => {
      pulse.beat({ done: done++, total: iterations });
      return oriented(metric, await scoreOf(context, values, choice));
    });
    context.workspace.drop();
    const best = bestOf(tried);
    return {
      weights: best.weights,
      score: oriented(metric, best.value),
      equalScore: oriented(metric, tried[0]!.value),
      sampleRows: rows.length,
      tried: tried.length,
    };
  },
};

type Metric = WeightLearning["metric"];

/** Larger is better: of the three only the Davies–Bouldin index is better when it is small. */
const oriented = (metric: Metric, score: number | null): number | null =>
  score !== null && metric === "davies_bouldin" ? -score : score;

/** The measure of the sample's clustering with these weights; null where there is none. */
async function scoreOf(context: TaskContext, values: Float32Array, choice: number[]): Promise<number | null> {
  const { spec, plan } = context;
  const rows = values.length / viewOf(plan, 0).dimensions;
  const { method, params } = trialOf(spec.method);
  const own = paramsOfShare(method, params, Math.min(1, rows / plan.shape.rows));
  const fit = fitWith(context, values, choice, own);
  try {
    const { labels } = await method.fit(fit);
    return await measured(fit, labels, spec.weightLearning!.metric);
  } catch (error) {
    // These weights leave rows that the method cannot work with: others may.
    if (error instanceof ShoalError && error.status < 500) return null;
    throw error;
  }
}

/** The sample with its features weighted; made again for whoever asks after a kernel has worked in its place. */
function fitWith(context: TaskContext, values: Float32Array, choice: number[], params: unknown): Fit<unknown> {
  const { workspace, plan } = context;
  const { dimensions } = viewOf(plan, 0);
  const rows = values.length / dimensions;
  workspace.drop();
  const held = async (centered: boolean): Promise<Matrix> => {
    const known = workspace.held(SAMPLE);
    if (known && (centered || !known.centered)) {
      if (centered && !known.centered) center(known.matrix);
      known.centered = centered;
      return known.matrix;
    }
    const made = workspace.hold(SAMPLE, rows, dimensions);
    made.matrix.write(0, weighted(context, values, choice));
    if (centered) center(made.matrix);
    made.centered = centered;
    return made.matrix;
  };
  const center = (matrix: Matrix) =>
    context.pulse.compute(() => context.kernels.center(matrix, meanOf(matrix.read(0, rows), dimensions)));
  const fit = fitOver(context, params, { rows, matrix: () => held(false), centered: () => held(true) });
  return { ...fit, dimensions };
}

function weighted({ spec }: TaskContext, values: Float32Array, choice: number[]): Float32Array {
  const factors = spec.features.flatMap(({ dimensions }, i) => new Array<number>(dimensions).fill(choice[i]!));
  return values.map((value, i) => value * factors[i % factors.length]!);
}

function meanOf(values: Float32Array, dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions);
  values.forEach((value, i) => {
    mean[i % dimensions]! += value;
  });
  return mean.map((sum) => (sum * dimensions) / values.length);
}

/** Rows that are noise count as silhouettes of 0: leaving most rows out must not look like order. */
async function measured(fit: Fit<unknown>, labels: Int32Array, metric: Metric): Promise<number | null> {
  const { kernels, matrix, run, compute, rows, dimensions } = fit;
  const clusters = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const clustered = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  if (clusters < 2 || clusters >= clustered) return null;
  if (metric === "silhouette") {
    const { mean } = await run(kernels.silhouetteScores(await matrix(), labels, clusters, "euclidean"));
    return (mean * clustered) / rows;
  }
  const sample = await matrix();
  const grid = { maxAbs: compute(() => kernels.maxAbs(sample)), rows };
  const { centroids, sums } = await run(kernels.members(sample, labels, clusters, grid));
  const score =
    metric === "davies_bouldin"
      ? daviesBouldin(centroids, dimensions, sums)
      : calinskiHarabasz(centroids, dimensions, sums, meanOfSums(sums, dimensions));
  return Number.isFinite(score) ? score : null;
}

function meanOfSums({ counts, sums }: { counts: Float64Array; sums: Float64Array }, dimensions: number): Float64Array {
  const rows = counts.reduce((total, count) => total + count, 0);
  const mean = new Float64Array(dimensions);
  sums.forEach((sum, i) => {
    mean[i % dimensions]! += sum / rows;
  });
  return mean;
}
