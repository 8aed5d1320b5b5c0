/** Plans the fitting of axes: principal components, or the whitening transform. */
import type { StagePlan, ViewPlan } from "../domain/run/types";
import { BASE_BYTES, eigenBytes, matrixBytes, scatterBytes } from "../kernels/memory";
import { PLAIN_PER_MS, SCATTER_PER_MS, STREAMED_PER_MS } from "./cost";
import { overRows, single } from "./plan-stage";
import { shardBytes } from "./plan-views";
import { MOST_BESIDE, type ScatterParams } from "./stages/scatter";

/** PCA above this keeps no scatter matrix: it works on a seeded sample. */
export const SCATTER_MAX_DIMENSIONS = 1024;
const PCA_SAMPLE_ROWS = 1024;

/** Principal axes that rows have at most. */
export const axesOf = (rows: number, dimensions: number): number =>
  Math.min(rows, dimensions, dimensions > SCATTER_MAX_DIMENSIONS ? PCA_SAMPLE_ROWS : dimensions);

export const streamMs = (rows: number, dimensions: number): number => (rows * dimensions) / STREAMED_PER_MS;

/** Principal axes of a view: exact from its scatter matrix, or of a seeded sample where that would be too large. */
export function axesStage(
  name: string,
  rows: number,
  index: number,
  view: ViewPlan,
  params: Pick<ScatterParams, "view" | "components" | "axes" | "regularization">,
): StagePlan {
  const { dimensions } = view;
  const sample = Math.min(rows, PCA_SAMPLE_ROWS);
  const size = dimensions <= SCATTER_MAX_DIMENSIONS ? dimensions : sample;
  const count = Math.min(params.components, size);
  const pairs = eigenBytes(size, count);
  // Few are found beside the rows; for many the rows give way.
  const eigen = (count > MOST_BESIDE * size ? BASE_BYTES : shardBytes(view, rows)) + pairs;
  if (dimensions <= SCATTER_MAX_DIMENSIONS)
    return overRows("scatter", rows, view.shardRows, {
      method: `${name}, by the scatter matrix`,
      cpuMs: (rows * dimensions ** 2) / 2 / SCATTER_PER_MS + dimensions ** 3 / PLAIN_PER_MS,
      taskBytes: Math.max(shardBytes(view, rows) + scatterBytes(dimensions), eigen),
      reduce: true,
      params: { ...params, view: index, sampleRows: null },
    });
  return single("scatter", {
    method: `${name}, by a seeded sample of ${sample} rows`,
    cpuMs: streamMs(rows, dimensions) + (dimensions * sample ** 2) / SCATTER_PER_MS + sample ** 3 / PLAIN_PER_MS,
    taskBytes: BASE_BYTES + Math.max(matrixBytes(sample, dimensions) + scatterBytes(sample), pairs),
    exact: rows <= PCA_SAMPLE_ROWS,
    params: { ...params, view: index, sampleRows: sample },
  });
}
