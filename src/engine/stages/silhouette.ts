/** Mean silhouette (Rousseeuw 1987), over all rows or over a sample stratified by cluster, whose rows stand for all. */
import type { SilhouetteResult } from "../../domain/run/results";
import { silhouette as meanSilhouette } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, pickedMatrix } from "../matrices";
import { fittedRows, stratifiedRows } from "../sampling";

const PURPOSE = 1;

export const silhouette: Stage = {
  async map(context): Promise<SilhouetteResult> {
    const { stage, plan, spec, results, kernels, pulse } = context;
    const { rows } = plan.shape;
    const clusters = results.assign!.sizes.length;
    const size = stage.params.size as number;
    if (clusters < 2 || clusters >= rows) return { score: null, sampleRows: 0 };

    const known = await labelledRows(context);
    const chosen = size < rows ? stratifiedRows(known.labels, clusters, size, spec.seed, PURPOSE) : null;
    const labels = chosen ? Int32Array.from(chosen, (i) => known.labels[i]!) : known.labels;
    const matrix = chosen
      ? await pickedMatrix(context, "silhouette", known.rows ? chosen.map((i) => known.rows![i]!) : chosen)
      : await centeredMatrix(context, { from: 0, to: rows });
    const counts = new Float64Array(clusters);
    for (const label of labels) counts[label]! += 1;

    const step = stage.params.queries as number;
    let total = 0;
    for (let from = 0; from < labels.length; from += step) {
      const to = Math.min(from + step, labels.length);
      const slices = kernels.silhouetteSums(matrix.read(from, to), matrix, labels, clusters, centeredGrid(context));
      const sums = await pulse.drain(slices, ({ done, total: all }) => ({
        done: from + (done / Math.max(all, 1)) * (to - from),
        total: labels.length,
      }));
      total += meanSilhouette(sums, labels.subarray(from, to), counts, clusters) * (to - from);
    }
    return { score: total / labels.length, sampleRows: labels.length };
  },
};

const PIECE_ROWS = 262_144;

/** Clusters of the rows that clusters were fitted on, and which rows those are (null: all). Never more than a clustering takes. */
async function labelledRows({ plan, spec, results, scratch }: TaskContext) {
  const { order, bounds } = results.assign!;
  const { lastRank } = results.gather!;
  const labels = new Int32Array(plan.fittedRows);
  const rows = lastRank === null ? null : new Uint32Array(plan.fittedRows);
  let found = 0;
  for (let from = 0; from < plan.shape.rows; from += PIECE_ROWS) {
    const to = Math.min(from + PIECE_ROWS, plan.shape.rows);
    const bytes = await scratch.rows("labels", bounds, 4, from, to);
    const piece = new Int32Array(bytes.buffer, bytes.byteOffset, to - from);
    if (rows === null || lastRank === null) labels.set(piece, from);
    else {
      const own = fittedRows(from, to, spec.seed, lastRank);
      rows.set(own, found);
      for (const row of own) labels[found++] = piece[row - from]!;
    }
  }
  return { labels: labels.map((label) => order[label]!), rows };
}
