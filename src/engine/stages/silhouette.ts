/** Mean silhouette (Rousseeuw 1987) of the clustered rows, or of a sample of them stratified by cluster, whose rows stand for all. */
import type { SilhouetteResult } from "../../domain/run/results";
import { stratifiedMean } from "../../kernels/measures/estimate";
import type { Stage } from "../context";
import { centeredMatrix, pickedMatrix } from "../matrices";
import { labelledSample } from "./labelled-rows";

const PURPOSE = 1;

export const silhouette: Stage = {
  async map(context): Promise<SilhouetteResult> {
    const { stage, plan, results, kernels, pulse } = context;
    const { rows } = plan.shape;
    const { sizes, noiseRows } = results.assign!;
    const clusters = sizes.length;
    const size = stage.params.size as number;
    if (clusters < 2 || clusters >= rows - noiseRows) return { score: null, sampleRows: 0, interval: null };
    // A sample that holds little more than two rows of each cluster would tell nothing of them.
    if (size < rows && 2 * clusters > size) return { score: null, sampleRows: 0, interval: null };

    const sample = await labelledSample(context, size, PURPOSE);
    const matrix = sample.rows
      ? await pickedMatrix(context, "silhouette", sample.rows)
      : await centeredMatrix(context, { from: 0, to: rows });
    const { labels } = sample;
    const { scores } = await pulse.drain(kernels.silhouetteScores(matrix, labels, clusters, "euclidean"));
    const { mean, low, high } = stratifiedMean(scores, labels, Float64Array.from(sizes));
    const scored = scores.reduce((count, score) => count + Number(!Number.isNaN(score)), 0);
    return { score: mean, sampleRows: scored, interval: sample.rows ? [low, high] : null };
  },
};
