/** Map coordinates of every row on the axes. With fewer dimensions than the map has, the missing coordinates are 0. */
import type { Stage } from "../context";
import { centeredMatrix } from "../matrices";
import { pieceName } from "../scratch";
import { AXES } from "./scatter";

/** Scratch name of the map coordinates of all rows. */
export const COORDINATES = "coordinates";

export const project: Stage = {
  async map(context): Promise<{ from: number; to: number }> {
    const { span, plan, scratch, kernels, pulse } = context;
    const axes = await scratch.doubles(AXES);
    const count = axes.length / context.plan.shape.dimensions;
    const matrix = await centeredMatrix(context, span);
    const found = pulse.compute(() => kernels.project(matrix, axes, count));
    scratch.put(pieceName(COORDINATES, span.from, span.to), widen(found, count, plan.map!.components));
    return span;
  },
};

/** Coordinates of centred points (f32, row-major) on the axes, padded to the map's components. */
export function projectPoints(
  points: Float32Array,
  axes: Float64Array,
  dimensions: number,
  components: number,
): number[][] {
  const coordinates: number[][] = [];
  for (let at = 0; at < points.length; at += dimensions) {
    const own = new Array<number>(components).fill(0);
    for (let axis = 0; axis * dimensions < axes.length; axis++) {
      let sum = 0;
      for (let i = 0; i < dimensions; i++) sum += points[at + i]! * axes[axis * dimensions + i]!;
      own[axis] = Math.fround(sum);
    }
    coordinates.push(own);
  }
  return coordinates;
}

function widen(found: Float32Array, count: number, components: number): Float32Array<ArrayBuffer> {
  if (count === components) return found.slice();
  const wide = new Float32Array((found.length / count) * components);
  for (let i = 0; i < found.length; i++) wide[Math.floor(i / count) * components + (i % count)] = found[i]!;
  return wide;
}
