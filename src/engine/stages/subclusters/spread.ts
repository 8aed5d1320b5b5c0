/** Distances of the rows to the centroids of the sub-clusters that they are in, at every level. */
import type { SubclusterSpreadResult } from "../../../domain/run/results";
import type { Stage, TaskContext } from "../../context";
import { boundsOf, pieceName } from "../../scratch";
import { medoids } from "../clusters";
import { distancesTo } from "../distances";
import { Nearest } from "../nearest";
import { levelMeans } from "./labels";
import { levelCount, levelLabels, levelName, levelOf } from "./levels";

/** Scratch name of the centroids of a level, centred, clusters × dimensions. */
export const levelCentroids = ({ spec }: TaskContext, level: number): string => {
  if (spec.centroid === "mean") return levelMeans(level);
  return levelName(level, spec.centroid === "median" ? "medians" : "medoids");
};
/** Of the run's centroids, or of the means where others are still to be found. */
export type Spread = "means" | "described";
export const levelNearest = (kind: Spread, level: number): string => levelName(level, `${kind}/nearest`);
export const levelSquares = (kind: Spread, level: number): string => levelName(level, `${kind}/squares`);

/** In place: `distances`, of the span's rows, become those to the deepest centroids. */
export async function spreadLevels(
  context: TaskContext,
  kind: Spread,
  centroids: (level: number) => string,
  distances: Float32Array,
): Promise<void> {
  const { span, scratch } = context;
  for (let level = 1; level <= levelCount(context); level++) {
    const { nodes } = await levelOf(context, level);
    const labels = await levelLabels(context, level, span.from, span.to);
    const found = await distancesTo(context, labels, await scratch.floats(centroids(level)), nodes.length);
    for (const [i, label] of labels.entries()) if (label >= 0) distances[i] = found.distances[i]!;
    scratch.put(pieceName(levelNearest(kind, level), span.from, span.to), found.nearest.pairs);
    scratch.put(pieceName(levelSquares(kind, level), span.from, span.to), found.squares);
  }
}

/** Totals over the spans of what `spreadLevels` wrote. */
export async function totalLevels(
  context: TaskContext,
  kind: Spread,
  parts: { from: number; to: number }[],
): Promise<void> {
  const { scratch } = context;
  for (let level = 1; level <= levelCount(context); level++) {
    const clusters = (await levelOf(context, level)).nodes.length;
    const squares = new Float64Array(clusters);
    for (const { from, to } of parts) {
      const part = await scratch.doubles(pieceName(levelSquares(kind, level), from, to));
      for (let i = 0; i < clusters; i++) squares[i]! += part[i]!;
    }
    const nearest = await Nearest.total(scratch, levelNearest(kind, level), parts, clusters);
    scratch.put(levelSquares(kind, level), squares);
    scratch.put(levelNearest(kind, level), nearest.pairs);
  }
}

/** Scratch name of the distances of all rows to the deepest means. */
export const DEEP_DISTANCES = "subclusters/distances";

export const subclusterSpread: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, scratch, results } = context;
    if (levelCount(context) === 0) return span;
    const { bounds, prefix = "" } = results.assign!;
    const bytes = await scratch.rows(`${prefix}distances`, bounds, 4, span.from, span.to);
    const distances = new Float32Array(bytes.slice().buffer);
    await spreadLevels(context, "means", levelMeans, distances);
    scratch.put(pieceName(DEEP_DISTANCES, span.from, span.to), distances);
    return span;
  },

  async reduce(context): Promise<SubclusterSpreadResult> {
    const { inputs, scratch, spec } = context;
    const parts = inputs.parts as { from: number; to: number }[];
    await totalLevels(context, "means", parts);
    for (let level = 1; spec.centroid === "medoid" && level <= levelCount(context); level++) {
      const { nodes } = await levelOf(context, level);
      const nearest = new Nearest(nodes.length, await scratch.doubles(levelNearest("means", level)));
      scratch.put(levelCentroids(context, level), await medoids(context, nearest));
    }
    return { bounds: boundsOf(parts) };
  },
};
