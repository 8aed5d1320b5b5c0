/** Rows of the run with the clusters that they are in, for measures that look at some of them. */
import type { TaskContext } from "../context";
import { fittedRows, stratifiedRows } from "../sampling";
import { clusterLabels } from "./clusters";

const PIECE_ROWS = 262_144;

/** Clusters of the given rows (ascending) in the numbering of the run, -1 for noise. */
export async function labelsOf(context: TaskContext, rows: Uint32Array): Promise<Int32Array> {
  const { plan } = context;
  const labels = new Int32Array(rows.length);
  let found = 0;
  for (let from = 0; from < plan.shape.rows && found < rows.length; from += PIECE_ROWS) {
    const to = Math.min(from + PIECE_ROWS, plan.shape.rows);
    const piece = await clusterLabels(context, from, to);
    for (; found < rows.length && rows[found]! < to; found++) labels[found] = piece[rows[found]! - from]!;
  }
  return labels;
}

export interface LabelledSample {
  labels: Int32Array;
  /** Null: all rows of the run. */
  rows: Uint32Array | null;
}

/** All rows, or about `size` of those that clusters were fitted on, in proportion to the clusters' sizes, without noise. */
export async function labelledSample(context: TaskContext, size: number, purpose: number): Promise<LabelledSample> {
  const { spec, plan, results } = context;
  const { rows } = plan.shape;
  if (size === rows) return { labels: await clusterLabels(context, 0, rows), rows: null };
  const known = await fittedLabels(context);
  const chosen = stratifiedRows(known.labels, results.assign!.sizes.length, size, spec.seed, purpose);
  return {
    labels: Int32Array.from(chosen, (i) => known.labels[i]!),
    rows: known.rows ? chosen.map((i) => known.rows![i]!) : chosen,
  };
}

/** Clusters of the rows that clusters were fitted on, and which rows those are (null: all). Never more than a clustering takes. */
async function fittedLabels(context: TaskContext): Promise<LabelledSample> {
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
