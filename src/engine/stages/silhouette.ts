/** Mean silhouette (Rousseeuw 1987) of the clustered rows, or of a sample of them stratified by cluster, whose rows stand for all. */
import type { SilhouetteResult } from "../../domain/run/results";
import { stratifiedMean } from "../../kernels/measures/estimate";
import type { Stage, TaskContext } from "../context";
import { centeredMatrix, pickedMatrix } from "../matrices";
import { fittedRows, stratifiedRows } from "../sampling";
import { clusterLabels } from "./clusters";

const PURPOSE = 1;

export const silhouette: Stage = {
  async map(context): Promise<SilhouetteResult> {
    const { stage, plan, spec, results, kernels, pulse } = context;
    const { rows } = plan.shape;
    const { sizes, noiseRows } = results.assign!;
    const clusters = sizes.length;
    const size = stage.params.size as number;
    if (clusters < 2 || clusters >= rows - noiseRows) return { score: null, sampleRows: 0, interval: null };
    // A sample that holds little more than two rows of each cluster would tell nothing of them.
    if (size < rows && 2 * clusters > size) return { score: null, sampleRows: 0, interval: null };

    const known = await labelledRows(context);
    const chosen = size < rows ? stratifiedRows(known.labels, clusters, size, spec.seed, PURPOSE) : null;
    const labels = chosen ? Int32Array.from(chosen, (i) => known.labels[i]!) : known.labels;
    const matrix = chosen
      ? await pickedMatrix(context, "silhouette", known.rows ? chosen.map((i) => known.rows![i]!) : chosen)
      : await centeredMatrix(context, { from: 0, to: rows });
    const { scores } = await pulse.drain(kernels.silhouetteScores(matrix, labels, clusters, "euclidean"));
    const { mean, low, high } = stratifiedMean(scores, labels, Float64Array.from(sizes));
    const scored = scores.reduce((count, score) => count + Number(!Number.isNaN(score)), 0);
    return { score: mean, sampleRows: scored, interval: chosen ? [low, high] : null };
  },
};

const PIECE_ROWS = 262_144;

/** Clusters of the rows that clusters were fitted on, and which rows those are (null: all). Never more than a clustering takes. */
async function labelledRows(context: TaskContext) {
  const { plan, spec, results } = context;
  const { lastRank } = results.gather!;
  const labels = new Int32Array(plan.fittedRows);
  const rows = lastRank === null ? null : new Uint32Array(plan.fittedRows);
  let found = 0;
  for (let from = 0; from < plan.shape.rows; from += PIECE_ROWS) {
    const to = Math.min(from + PIECE_ROWS, plan.shape.rows);
    const piece = await clusterLabels(context, from, to);
    if (rows === null || lastRank === null) labels.set(piece, from);
    else {
      const own = fittedRows(from, to, spec.seed, lastRank);
      rows.set(own, found);
      for (const row of own) labels[found++] = piece[row - from]!;
    }
  }
  return { labels, rows };
}
