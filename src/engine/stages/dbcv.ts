/** DBCV (Moulavi et al. 2014) of a density method's clusters, by its own metric, or of a sample of them stratified by cluster. */
import type { DbcvResult } from "../../domain/run/results";
import type { Stage } from "../context";
import { rawMatrix, rawPicked } from "../matrices";
import { fittedMethod } from "./cluster";
import { labelledSample } from "./labelled-rows";

const PURPOSE = 5;

export const dbcv: Stage = {
  async map(context): Promise<DbcvResult> {
    const { stage, plan, spec, results, kernels, pulse } = context;
    const { rows } = plan.shape;
    const { sizes } = results.assign!;
    const size = stage.params.size as number;
    const { method, params } = fittedMethod(context);
    // Planned before it was known which method is chosen.
    if (!method.dense) return { score: null, sampleRows: 0 };
    if (sizes.length < 2 || (size < rows && 2 * sizes.length > size)) return { score: null, sampleRows: 0 };

    const sample = await labelledSample(context, size, PURPOSE);
    // As prepared: angles between rows change where their mean is subtracted.
    const matrix = sample.rows
      ? await rawPicked(context, "dbcv", sample.rows)
      : await rawMatrix(context, { from: 0, to: rows });
    const metric = method.metric?.(params) ?? { name: "euclidean" };
    const options = { metric, limit: Infinity, seed: spec.seed };
    const { clusters, rows: compared } = await pulse.drain(kernels.dbcv(matrix, sample.labels, options));
    return { score: weighted(clusters, sizes, rows), sampleRows: compared };
  },
};

/** Validities by the clusters' share of all rows, noise included; one that could not be measured adds nothing. */
function weighted(validities: Float64Array, sizes: number[], rows: number): number {
  const parts = sizes.map((size, cluster) => (size / rows) * (validities[cluster] ?? Number.NaN));
  return parts.reduce((sum, part) => sum + (Number.isNaN(part) ? 0 : part), 0);
}
