/** Mean silhouette (Rousseeuw 1987), over all rows or over a sample stratified by cluster, whose rows stand for all. */
import type { SilhouetteResult } from "../../domain/run/results";
import { silhouette as meanSilhouette } from "../../kernels/math";
import type { Stage } from "../context";
import { centeredGrid, centeredMatrix, pickedMatrix } from "../matrices";
import { stratifiedRows } from "../sampling";

const PURPOSE = 1;
/** Sums of this many bytes are held at once: a double for every query and cluster. */
const SUM_BYTES = 2 * 1024 * 1024;

export const silhouette: Stage = {
  async map(context): Promise<SilhouetteResult> {
    const { stage, plan, spec, results, scratch, kernels, pulse } = context;
    const { rows } = plan.shape;
    const { order, sizes, bounds } = results.assign!;
    const k = sizes.length;
    const size = stage.params.size as number;
    if (k < 2 || k >= rows) return { score: null, sampleRows: 0 };

    const bytes = await scratch.rows("labels", bounds, 4, 0, rows);
    const all = new Int32Array(bytes.buffer, bytes.byteOffset, rows).map((label) => order[label]!);
    const sample = size < rows ? stratifiedRows(all, sizes, size, spec.seed, PURPOSE) : null;
    const labels = sample ? Int32Array.from(sample, (row) => all[row]!) : all;
    const matrix = sample
      ? await pickedMatrix(context, "silhouette", sample)
      : await centeredMatrix(context, { from: 0, to: rows });
    const counts = new Float64Array(k);
    for (const label of labels) counts[label]! += 1;

    const step = Math.max(1, Math.floor(SUM_BYTES / (8 * k)));
    let total = 0;
    for (let from = 0; from < labels.length; from += step) {
      const to = Math.min(from + step, labels.length);
      const slices = kernels.silhouetteSums(matrix.read(from, to), matrix, labels, k, centeredGrid(context));
      const sums = await pulse.drain(slices, ({ done, total: all }) => ({
        done: from + (done / Math.max(all, 1)) * (to - from),
        total: labels.length,
      }));
      total += meanSilhouette(sums, labels.subarray(from, to), counts, k) * (to - from);
    }
    return { score: total / labels.length, sampleRows: labels.length };
  },
};
