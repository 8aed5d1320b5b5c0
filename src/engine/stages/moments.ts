/** Mean and variance of the prepared columns, from exact sums: what centres the matrix and scales the tolerance. */
import type { MomentsResult } from "../../domain/run/results";
import type { Moments } from "../../kernels/contract";
import { mergeMoments } from "../../kernels/math";
import type { Stage } from "../context";
import { rawGrid, rawMatrix } from "../matrices";
import { pieceName } from "../scratch";
import { meanName, stageView, viewOf } from "../views";

export const moments: Stage = {
  async map(context): Promise<{ from: number; to: number; maxAbs: number }> {
    const { span, scratch, kernels, pulse } = context;
    const view = stageView(context);
    const matrix = await rawMatrix(context, span, view);
    const { sum, sumSquares, maxAbs } = pulse.compute(() => kernels.moments(matrix, rawGrid(context, view)));
    scratch.put(pieceName(`moments/${view}`, span.from, span.to), Float64Array.of(...sum, ...sumSquares));
    return { ...span, maxAbs };
  },

  async reduce(context): Promise<MomentsResult> {
    const { inputs, scratch, plan } = context;
    const view = stageView(context);
    const { dimensions } = viewOf(plan, view);
    const { rows } = plan.shape;
    let total: Moments | null = null;
    for (const { from, to, maxAbs } of inputs.parts as { from: number; to: number; maxAbs: number }[]) {
      const values = await scratch.doubles(pieceName(`moments/${view}`, from, to));
      const part = {
        rows: to - from,
        sum: values.slice(0, dimensions),
        sumSquares: values.slice(dimensions),
        maxAbs,
      };
      total = total ? mergeMoments(total, part) : part;
    }
    const mean = total!.sum.map((sum) => sum / rows);
    const variances = total!.sumSquares.map((squares, i) => Math.max(0, squares / rows - mean[i]! ** 2));
    const variance = variances.reduce((sum, one) => sum + one, 0);
    scratch.put(meanName(plan, view), new Float64Array(mean));
    return { meanVariance: variance / dimensions, totalSquaredDistance: variance * rows };
  },
};
