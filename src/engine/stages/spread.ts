/** Distances of the rows to the means of their clusters, and with them the clusters as the run reports them. */
import type { AssignResult } from "../../domain/run/results";
import type { Stage } from "../context";
import { boundsOf, pieceName } from "../scratch";
import { settle } from "./clusters";
import { distancesTo } from "./distances";
import { LABEL_MEANS, labelSums } from "./label";
import { Nearest } from "./nearest";

export const spread: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, results, scratch } = context;
    const { clusters } = results.cluster!;
    const bytes = await scratch.rows("labels", results.label!.bounds, 4, span.from, span.to);
    const labels = new Int32Array(bytes.buffer, bytes.byteOffset, span.to - span.from);
    const found = await distancesTo(context, labels, await scratch.floats(LABEL_MEANS), clusters);
    scratch.put(pieceName("distances", span.from, span.to), found.distances);
    scratch.put(pieceName("spread/nearest", span.from, span.to), found.nearest.pairs);
    scratch.put(pieceName("spread/sums", span.from, span.to), Float64Array.of(...found.sums, ...found.squares));
    return span;
  },

  async reduce(context): Promise<AssignResult> {
    const { inputs, results, scratch } = context;
    const { clusters } = results.cluster!;
    const parts = inputs.parts as { from: number; to: number }[];
    const total = new Float64Array(2 * clusters);
    for (const { from, to } of parts) {
      const part = await scratch.doubles(pieceName("spread/sums", from, to));
      for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
    }
    const squaredDistances = total.slice(clusters);
    const sums = {
      ...(await labelSums(context)),
      distances: total.slice(0, clusters),
      squaredDistances,
      inertia: squaredDistances.reduce((sum, square) => sum + square, 0),
    };
    const nearest = await Nearest.total(scratch, "spread/nearest", parts, clusters);
    const means = await scratch.floats(LABEL_MEANS);
    return settle(context, { means, sums, nearest, bounds: boundsOf(parts) });
  },
};
