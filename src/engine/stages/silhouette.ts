/** Mean silhouette (Rousseeuw 1987) of the clustered rows, or of a sample of them stratified by cluster, whose rows stand for all. */
import type { SilhouetteResult } from "../../domain/run/results";
import { silhouette as meanSilhouette } from "../../kernels/math";
import type { Stage, TaskContext } from "../context";
import { centeredGrid, centeredMatrix, pickedMatrix } from "../matrices";
import { fittedRows, stratifiedRows } from "../sampling";
import { clusterLabels } from "./clusters";

const PURPOSE = 1;

export const silhouette: Stage = {
  async map(context): Promise<SilhouetteResult> {
    const { stage, plan, spec, results, kernels, pulse } = context;
    const { rows, dimensions } = plan.shape;
    const { sizes, noiseRows } = results.assign!;
    const clusters = sizes.length;
    const size = stage.params.size as number;
    if (clusters < 2 || clusters >= rows - noiseRows) return { score: null, sampleRows: 0 };
    // A sample that holds little more than two rows of each cluster would tell nothing of them.
    if (size < rows && 2 * clusters > size) return { score: null, sampleRows: 0 };

    const known = await labelledRows(context);
    const chosen = size < rows ? stratifiedRows(known.labels, clusters, size, spec.seed, PURPOSE) : null;
    const labels = chosen ? Int32Array.from(chosen, (i) => known.labels[i]!) : known.labels;
    const matrix = chosen
      ? await pickedMatrix(context, "silhouette", known.rows ? chosen.map((i) => known.rows![i]!) : chosen)
      : await centeredMatrix(context, { from: 0, to: rows });
    const counts = new Float64Array(clusters);
    for (const label of labels) if (label >= 0) counts[label]! += 1;

    const step = silhouetteQueries(labels.length, dimensions, clusters);
    let total = 0;
    let scored = 0;
    for (let from = 0; from < labels.length; from += step) {
      const to = Math.min(from + step, labels.length);
      const slices = kernels.silhouetteSums(matrix.read(from, to), matrix, labels, clusters, centeredGrid(context));
      const sums = await pulse.drain(slices, ({ done, total: all }) => ({
        done: from + (done / Math.max(all, 1)) * (to - from),
        total: labels.length,
      }));
      const own = labels.subarray(from, to);
      const clustered = own.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
      total += meanSilhouette(sums, own, counts, clusters) * clustered;
      scored += clustered;
    }
    return { score: total / scored, sampleRows: scored };
  },
};

/** Bytes of the queries that are measured at once: their vectors, twice, and a double for every cluster. */
const QUERY_BYTES = 2 * 1024 * 1024;

export const silhouetteQueries = (rows: number, dimensions: number, clusters: number): number =>
  Math.min(rows, Math.max(1, Math.floor(QUERY_BYTES / (8 * dimensions + 8 * clusters))));

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
