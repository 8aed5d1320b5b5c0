/** Where rows and clusters lie on the map. */
import type { Bounds, StageResults } from "../../domain/run/results";
import type { MapSpec } from "../../domain/run/types";
import type { TaskContext } from "../context";
import { boundsOf } from "../scratch";
import { COORDINATES, projectPoints } from "./project";
import { AXES } from "./scatter";
import { levelLabels, levelOf } from "./subclusters/levels";

const READ_ROWS = 65_536;

/** The pieces that the coordinates of rows lie in, or null without a map. */
export const coordinateBounds = ({ project, layout }: StageResults): Bounds | null =>
  project ? boundsOf(project) : (layout?.pieces ?? null);

/** Of the clusters of a level. `centroids`: centred, clusters × dimensions. A layout has no place for a point that is no row: the mean of the members' places stands for it. */
export async function centroidPlaces(
  context: TaskContext,
  map: MapSpec,
  level: number,
  centroids: Float32Array,
): Promise<(number[] | null)[]> {
  if (map.method !== "pca") return memberMeans(context, level, map.components);
  const axes = await context.scratch.doubles(AXES);
  return projectPoints(centroids, axes, context.plan.shape.dimensions, map.components);
}

/** One pass in the order of the rows, so that no shard has a say in the sums. */
async function memberMeans(context: TaskContext, level: number, components: number): Promise<number[][]> {
  const { plan, results, scratch } = context;
  const sizes = (await levelOf(context, level)).nodes.map(({ size }) => size);
  const bounds = coordinateBounds(results)!;
  const means = sizes.map(() => new Array<number>(components).fill(0));
  for (let from = 0; from < plan.shape.rows; from += READ_ROWS) {
    const to = Math.min(from + READ_ROWS, plan.shape.rows);
    const labels = await levelLabels(context, level, from, to);
    const bytes = await scratch.rows(COORDINATES, bounds, 4 * components, from, to);
    const places = new Float32Array(bytes.buffer, bytes.byteOffset, (to - from) * components);
    for (const [i, label] of labels.entries()) {
      if (label < 0) continue;
      const mean = means[label]!;
      for (let c = 0; c < components; c++) mean[c]! += places[i * components + c]! / sizes[label]!;
    }
  }
  return means.map((mean) => mean.map(Math.fround));
}
