/** Distances of the rows to centroids that are no means (medians, medoids), with what follows from them per cluster. */
import type { DescribeResult } from "../../domain/run/results";
import type { Stage } from "../context";
import { boundsOf, pieceName } from "../scratch";
import { clusterLabels } from "./clusters";
import { distancesTo } from "./distances";
import { centroidsName } from "./median";
import { Nearest } from "./nearest";
import { levelCentroids, spreadLevels, totalLevels } from "./subclusters/spread";

export const DESCRIBED_NEAREST = "described/nearest";
export const DESCRIBED_SQUARES = "described/squares";

export const describe: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, results, scratch } = context;
    const clusters = results.assign!.sizes.length;
    const labels = await clusterLabels(context, span.from, span.to);
    const found = await distancesTo(context, labels, await scratch.floats(centroidsName(context)), clusters);
    scratch.put(pieceName("described/near", span.from, span.to), found.nearest.pairs);
    scratch.put(pieceName("described/square", span.from, span.to), found.squares);
    await spreadLevels(context, "described", (level) => levelCentroids(context, level), found.distances);
    scratch.put(pieceName("described/distances", span.from, span.to), found.distances);
    return span;
  },

  async reduce(context): Promise<DescribeResult> {
    const { inputs, results, scratch } = context;
    const parts = inputs.parts as { from: number; to: number }[];
    const clusters = results.assign!.sizes.length;
    const nearest = await Nearest.total(scratch, "described/near", parts, clusters);
    const squares = new Float64Array(clusters);
    for (const { from, to } of parts) {
      const part = await scratch.doubles(pieceName("described/square", from, to));
      for (let c = 0; c < clusters; c++) squares[c]! += part[c]!;
    }
    scratch.put(DESCRIBED_NEAREST, nearest.pairs);
    scratch.put(DESCRIBED_SQUARES, squares);
    await totalLevels(context, "described", parts);
    return { bounds: boundsOf(parts) };
  },
};
